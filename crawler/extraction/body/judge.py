"""The judge: which reading of a page is its article, by what the page itself says.

The first reading is that of the text's element. What of the page's prose it lacks, and what it has that is no
article, is weighed piece by piece. Only where that leaves a doubt are other readings made, trafilatura's of
the whole page among them, and the one with the most weight wins.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, filterfalse
from operator import attrgetter, not_

from lxml.html import HtmlElement

from crawler.extraction.body.boilerplate import why_not_text
from crawler.extraction.body.text_blocks import Excluded, ReadBlock
from crawler.extraction.document.class_names import speaks_of_comments
from crawler.extraction.document.prose import BELOW, Piece, Prose
from crawler.extraction.document.text import for_comparison

_DOUBT = 0.08
"""Share of the weight of the first reading that others must be able to add, or to spare it, to be made."""
_AHEAD = 1.05
"""Weight that another must have, of the first reading's: the first keeps quotations and headings best."""
_BEFORE = -0.3
_LINKED, _STRAY = 0.5, 0.2
"""Weight that a letter costs in a line of links, and in a line that is no running text."""
_BEGINNING, _COMPARED = 100, 60
"""Characters of a piece that are folded, and of those that are compared."""
_STEM = 5
"""First letters of a word of the headline, which are compared."""
_WORD = re.compile(r"[^\W\d_]{5,}")
_CYRILLIC = re.compile(r"[а-яіїєґё]", re.IGNORECASE)
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    name: str
    """The reader in words: `its element`, `trafilatura`."""
    blocks: list[ReadBlock]
    place: str
    """Place of the text in words."""

    @property
    def letters(self) -> int:
        return sum(len(block.text) for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Verdict:
    reading: Reading
    loser: Reading | None = None
    """Reading with the next most weight; None if there was no doubt and no other was made."""
    why: str = ""

    def __str__(self) -> str:
        """Return the verdict in words: readers, characters of each, and the reason."""
        if self.loser is None:
            return ""
        winner, loser = self.reading, self.loser
        return f"{winner.name} ({winner.letters}), not {loser.name} ({loser.letters}): {self.why}"


@dataclass(frozen=True, slots=True)
class _Weighed:
    piece: Piece
    weight: float
    """From -1, another thing, to 1, the article."""
    why: str
    """The evidence that weighs most."""


def judge(
    first: Reading,
    prose: Prose,
    excluded: Excluded,
    further: Iterable[Callable[[list[Piece]], Reading | None]],
) -> Verdict:
    """Return the reading that wins; `further` make further readings, and are asked only in doubt.

    They are told which pieces the first reading lacks.
    """
    text = _text_of(first)
    inside = [_has(text, piece) for piece in prose.pieces]
    if not _may_be_doubted(prose, inside, excluded):
        return Verdict(first)
    weighed = _weigh(prose, inside, excluded)
    if not _in_doubt(weighed, inside):
        return Verdict(first)
    lost = [row for row, is_inside in zip(weighed, inside, strict=True) if row.weight > 0 and not is_inside]
    pieces = [row.piece for row in lost]
    readings = (reading for read in further if (reading := read(pieces)) is not None and reading.blocks)
    best, next_best = _best_two(first, readings, weighed)
    if next_best is None:
        return Verdict(first)
    return Verdict(best, next_best, _why(best, next_best, weighed) or "the same prose")


def _best_two(
    first: Reading, readings: Iterable[Reading], weighed: Sequence[_Weighed]
) -> tuple[Reading, Reading | None]:
    """Return the best reading and the next one; no more are made once one has all pieces of the article."""
    best, most, next_best = first, _score(first, weighed), None
    limit = most * _AHEAD if most > 0 else most
    for reading in readings:
        score = _score(reading, weighed)
        if score > limit and score > most and _why(reading, first, weighed):
            best, most, next_best = reading, score, best
            if not any(row.weight > 0 and not _has(_text_of(best), row.piece) for row in weighed):
                break
        elif next_best is None:
            next_best = reading
    return best, next_best


def _in_doubt(weighed: Sequence[_Weighed], inside: Sequence[bool]) -> bool:
    have = gain = junk = 0.0
    for piece, is_inside in zip(weighed, inside, strict=True):
        letters = piece.weight * len(piece.piece.text)
        if is_inside:
            have += max(letters, 0)
            junk -= min(letters, 0)
        else:
            gain += max(letters, 0)
    return gain + junk > _DOUBT * have


def _may_be_doubted(prose: Prose, inside: Sequence[bool], excluded: Excluded) -> bool:
    """Tell cheaply if pieces may come to weigh enough: all that could be of the article, at its most."""
    read_pieces = [*compress(prose.pieces, inside)]
    have = sum(len(piece.text) for piece in read_pieces)
    boxes = {piece.around for piece in read_pieces}
    kinds = {_kind(piece) for piece in read_pieces} - {None}
    begins = (excluded.description or "")[:30]
    apart: Counter[object] = Counter()
    may = 0
    for piece in filter(_may_be_of_another, read_pieces):
        may += len(piece.text)
    for piece in compress(prose.pieces, map(not_, inside)):
        is_beside = piece.around in boxes or (kinds and _kind(piece) in kinds)
        if excluded.text or is_beside or (begins and piece.text.startswith(begins)):
            may += len(piece.text)
        else:
            apart[piece.around] += len(piece.text)
    return may > _DOUBT * have or max(apart.values(), default=0) > have


def _may_be_of_another(piece: Piece) -> bool:
    return piece.teaser or any(map(speaks_of_comments, piece.words))


def _weigh(prose: Prose, inside: Sequence[bool], excluded: Excluded) -> list[_Weighed]:
    scales = _Scales(prose, inside, excluded)
    return [scales.weigh(piece, is_held) for piece, is_held in zip(prose.pieces, inside, strict=True)]


class _Scales:
    """Evidence for and against each piece of a page's prose, seen from the first reading of the page."""

    def __init__(self, prose: Prose, inside: Sequence[bool], excluded: Excluded) -> None:
        self._prose, self._excluded = prose, excluded
        self._captions = set(map(for_comparison, excluded.captions))
        read_pieces = [*compress(prose.pieces, inside)]
        self._begin, self._end = -1, -2
        if read_pieces:
            self._begin, self._end = read_pieces[0].position, read_pieces[-1].position
        own = [*filterfalse(attrgetter("teaser"), read_pieces)]
        if 2 * len(own) > len(read_pieces):
            own = read_pieces
        self._boxes = {piece.around for piece in own}
        self._kinds = {_kind(piece) for piece in own} - {None}
        self._total = sum(len(piece.text) for piece in prose.pieces if piece.ends and not piece.teaser)
        self._by_box = _by_box(prose)
        lost = max(map(self._by_box.__getitem__, self._by_box.keys() - self._boxes), default=0)
        self._most_is_lost = lost > sum(len(piece.text) for piece in read_pieces if piece.ends)
        self._stems = _stems(excluded.headline or "")
        self._data = for_comparison(excluded.text or "")
        self._data_is_shown = 2 * self._letters_of_data() > len(self._data)
        self._description = for_comparison(excluded.description or "")[:60]

    def _letters_of_data(self) -> int:
        """Return the letters of the page's pieces that its own data has; 0 without data."""
        letters = 0
        for piece in self._prose.pieces if self._data else ():
            folded = for_comparison(piece.text)
            letters += len(folded) if folded in self._data else 0
        return letters

    def weigh(self, piece: Piece, is_held: bool) -> _Weighed:
        """Return the weight of a piece; `is_held`: the first reading has it."""
        evidence = [*self._of_words(piece), *self._of_place(piece), *_of_markup(piece, self._prose)]
        # of what the first reading has, such lines are left out later
        if not is_held and self._is_no_text(piece):
            evidence.append((-2.0, "lines that are no text"))
        # what the first reading left out of a page that it has most of, it mostly left out for a reason
        before = 0.0 if self._most_is_lost or is_held else _BEFORE
        weight = max(-1.0, min(1.0, before + sum(weight for weight, _ in evidence)))
        sign = 1 if weight > 0 else -1
        why = max(evidence, key=lambda pair: sign * pair[0])[1] if evidence else ""
        return _Weighed(piece, weight, why)

    def _of_words(self, piece: Piece) -> Iterator[tuple[float, str]]:
        """Yield the evidence of what the page says of its text elsewhere: in its data and description."""
        folded = for_comparison(piece.text)
        if self._data and folded[:200] in self._data:
            yield 1.0, "text that the page's data has"
        elif self._data_is_shown:
            yield -0.5, "text that the page's data lacks"
        if len(self._description) > 30 and folded.startswith(self._description):
            yield 0.6, "text that begins like the page's description"

    def _of_place(self, piece: Piece) -> Iterator[tuple[float, str]]:
        """Yield the evidence of the pieces around, and of the headline's words."""
        if self._begin <= piece.position <= self._end:
            yield 0.2, "text between the paragraphs of the other"
        if piece.around in self._boxes or _kind(piece) in self._kinds:
            yield 0.5, "text beside the paragraphs of the other"
        elif self._most_is_lost and 3 * self._by_box[piece.around] > self._total:
            share = self._by_box[piece.around] / self._total
            yield share, "text where most of the page's prose stands"
        if self._stems and not self._stems.isdisjoint(_stems(piece.text)):
            yield 0.2, "text with words of the headline"

    def _is_no_text(self, piece: Piece) -> bool:
        if for_comparison(piece.text) in self._captions or why_not_text(piece.text) is not None:
            return True
        return _of_another_script(piece, self._excluded)


def _of_markup(piece: Piece, prose: Prose) -> Iterator[tuple[float, str]]:
    """Yield the evidence of names and tags around a piece, and of its form."""
    words = piece.words - prose.spared
    if any(map(speaks_of_comments, words)):
        yield -1.2, "comments"
    elif words:
        yield -0.5, f"text named after other things ({min(words)})"
    if piece.teaser:
        yield -0.7, "teasers of other stories"
    if not piece.ends:
        yield -0.4, "lines that are no sentences"
    if piece.position < prose.headline:
        yield -0.5, "text above the headline"


def _stems(text: str) -> set[str]:
    return {word[:_STEM].lower() for word in _WORD.findall(text)}


def _by_box(prose: Prose) -> Counter[HtmlElement | None]:
    """Count the letters of sentences in each box that are neither comments nor teasers."""
    together: Counter[HtmlElement | None] = Counter()
    for piece in prose.pieces:
        words = piece.words - prose.spared
        if piece.ends and not piece.teaser and not words & BELOW and not any(map(speaks_of_comments, words)):
            together[piece.around] += len(piece.text)
    return together


def _kind(piece: Piece) -> tuple[str, str] | None:
    """Return tag and class of the box around a piece; the boxes of one text have the same."""
    box = piece.around
    name = box.get("class") if box is not None else None
    return (box.tag, name) if box is not None and name else None


def _has(folded: str, piece: Piece) -> bool:
    """Tell if a reading has a piece; only its beginning is compared, as readers break lines differently."""
    return for_comparison(piece.text[:_BEGINNING])[:_COMPARED] in folded


def _of_another_script(piece: Piece, excluded: Excluded) -> bool:
    headline = excluded.headline or ""
    cyrillic, latin = bool(_CYRILLIC.search(headline)), bool(_LATIN.search(headline))
    if cyrillic:
        return _CYRILLIC.search(piece.text) is None
    return latin and _LATIN.search(piece.text) is None


def _text_of(reading: Reading) -> str:
    """Return the text for comparison; its blocks are folded for other rules, too."""
    return "".join(for_comparison(block.text) for block in reading.blocks)


def _score(reading: Reading, weighed: Sequence[_Weighed]) -> float:
    text = _text_of(reading)
    links = sum(block.linked * len(block.text) for block in reading.blocks if block.linked > 0.5)
    inside = [row for row in weighed if _has(text, row.piece)]
    stray = max(0, len(text) - sum(len(for_comparison(row.piece.text)) for row in inside))
    return sum(row.weight * len(row.piece.text) for row in inside) - _LINKED * links - _STRAY * stray


def _why(winner: Reading, loser: Reading, weighed: Sequence[_Weighed]) -> str:
    """Return what speaks most for the winner in the pieces that one of both lacks; empty if nothing does."""
    wins, loses = _text_of(winner), _text_of(loser)
    for_it: Counter[str] = Counter()
    for row in weighed:
        inside, outside = _has(wins, row.piece), _has(loses, row.piece)
        if inside != outside:
            speaks = row.weight * len(row.piece.text) * (1 if inside else -1)
            if speaks > 0:
                for_it[f"{'it' if inside else 'the other'} has {row.why}"] += round(speaks)
    return for_it.most_common(1)[0][0] if for_it else ""
