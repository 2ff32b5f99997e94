"""Archive records of one alignment: each paragraph of both variants once."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from msgspec import structs

from archive.format.marks import Contradiction, QuoteMark
from archive.format.records import AlignmentRecord, VariantText
from pipelines.alignment.links import SURE_LINK, ParagraphLink, find_links_and_lone, likenesses
from pipelines.alignment.marks.name_marks import are_both_said, name_marks, places_in
from pipelines.alignment.marks.negation_marks import negation_marks
from pipelines.alignment.marks.number_marks import LIKELY, Passage, number_marks
from pipelines.alignment.marks.quote_marks import MOST_OF_GAP, QuoteSearch, has_no_room, quote_marks, speech
from pipelines.alignment.omissions import DOUBTFUL, SURE, Lone
from pipelines.alignment.paragraphs import MOST, Paragraphs, prepared
from pipelines.alignment.sentences import lone_sentences
from pipelines.similarity.background import expected_ratio
from pipelines.similarity.counts import things_in

_OF_HEADLINE = 0.5
"""Share of its words that the other text's headline has if it says what the paragraph does."""

_MARKED = 0.8
"""Probability of a doubtful link from which its numbers are marked: of 34 read from .85, 33 contradicted."""

_SAID_OF_DOUBTFUL, _SAID_OF_SURE = 0.33, 0.5
"""Share of its words in one passage of the other text from which that rather says it: so did 6 of 8 read."""
_RATHER_SAID = 0.4

_SUMMARY = 0.5
"""Share of the letters of a text below which the other one is a summary."""
_TAKEN = 0.5

_LEFT_OUT = -1.5
"""Log-odds from which a paragraph may be a line that extraction has left out of the other page."""

_BESIDE_ORIGINAL = 3
"""Paragraphs from an original to its translation."""
_SENTENCE = 6
"""Words of an original: less is the name of a program."""
_LATIN = re.compile("[A-Za-z]")

Places = tuple[int, ...]
Row = tuple[str, Places, Places, float | None]


@dataclass(frozen=True)
class ComparedText:
    """A variant with the paragraphs of it that are compared."""

    variant: VariantText
    blocks: tuple[int, ...]
    """Numbers of the blocks that the paragraphs are."""
    paragraphs: Paragraphs

    def texts(self, places: Places) -> list[str]:
        return self.of_blocks(self.numbers(places))

    def numbers(self, places: Places) -> tuple[int, ...]:
        return tuple(self.blocks[place] for place in places)

    def of_blocks(self, numbers: Sequence[int]) -> list[str]:
        texts = []
        for number in numbers:
            texts.append(self.variant.blocks[number].text)
        return texts

    @cached_property
    def whole(self) -> str:
        """Its headline and all that it prints below."""
        return "\n".join([self.variant.headline, *(block.text for block in self.variant.blocks)])

    @property
    def is_cut(self) -> bool:
        """True if the text goes on after the paragraphs that are compared."""
        return len(self.blocks) == MOST

    @cached_property
    def left_out(self) -> Paragraphs | None:
        """Lines of its page that were not taken for the text; None where there are none."""
        lines = [line for line in self.variant.left_out if line.strip()][:MOST]
        return prepared(lines, self.variant.language) if lines else None

    @cached_property
    def places(self) -> frozenset[str]:
        return places_in(self.whole, self.variant.language)

    @cached_property
    def quote_search(self) -> QuoteSearch:
        return QuoteSearch(self.whole.split("\n"), self.variant.language)


def alignment_records(a: ComparedText, b: ComparedText) -> Iterator[AlignmentRecord]:
    """Yield rows in the order of a; paragraphs that only b has come at their place in b."""
    # letters of a for one of b
    scale = math.exp(expected_ratio(a.variant.language, b.variant.language))
    gap, bound = list[AlignmentRecord](), list[AlignmentRecord]()
    for record in _records(a, b):
        if record.kind == "aligned" and not record.doubtful:
            yield from _with_lost_quotes(gap, [*bound, record], a, b, scale)
            yield record
            gap, bound = [], [record]
        else:
            gap.append(record)
    yield from _with_lost_quotes(gap, bound, a, b, scale)


def _with_lost_quotes(
    gap: Sequence[AlignmentRecord],
    bounds: Sequence[AlignmentRecord],
    a: ComparedText,
    b: ComparedText,
    scale: float,
) -> Iterator[AlignmentRecord]:
    """Yield rows in doubt between sure links with the quotations for which the other text has no room there.

    Whichever of these paragraphs say the same, they all stand between the two links `bounds`, or between one
    and an end of the texts.
    """
    blocks_a, blocks_b, more_of_a, is_moved = list[int](), list[int](), 0.0, False
    for row in gap:
        blocks_a += row.paragraphs_a
        blocks_b += row.paragraphs_b
        more_of_a += row.characters_a - scale * row.characters_b
        is_moved = is_moved or row.kind == "moved"
    if not bounds or is_moved:
        yield from gap
        return
    longer_a = longer_b = 0.0
    for row in bounds:
        longer = row.characters_a - scale * row.characters_b
        longer_a, longer_b = longer_a + max(0.0, longer), longer_b + max(0.0, -longer)
    lost_of_a = _lost_quotes(a, blocks_a, b, blocks_b, more_of_a, longer_b)
    lost_of_b = _lost_quotes(b, blocks_b, a, blocks_a, -more_of_a / scale, longer_a / scale)
    for row in gap:
        quotes_a = row.quotes_only_a or _of_blocks(lost_of_a, row.paragraphs_a)
        quotes_b = row.quotes_only_b or _of_blocks(lost_of_b, row.paragraphs_b)
        yield replace(row, quotes_only_a=quotes_a, quotes_only_b=quotes_b)


def _of_blocks(quotes: Mapping[int, tuple[QuoteMark, ...]], blocks: Places) -> tuple[QuoteMark, ...]:
    marks: tuple[QuoteMark, ...] = ()
    for number in blocks:
        marks += quotes.get(number, ())
    return marks


def _lost_quotes(  # noqa: PLR0917
    own: ComparedText,
    blocks: Sequence[int],
    opposite: ComparedText,
    opposite_blocks: Sequence[int],
    more: float,
    longer_beside: float,
) -> dict[int, tuple[QuoteMark, ...]]:
    """Return the lost quotations of a gap by their blocks; it has `more` letters than the gap opposite."""
    paragraphs = own.of_blocks(blocks)
    if len(opposite_blocks) > MOST_OF_GAP or not has_no_room(paragraphs, more, longer_beside):
        return {}
    instead = " ".join(opposite.of_blocks(opposite_blocks)), more
    marks: dict[int, tuple[QuoteMark, ...]] = {}
    for number, text in zip(blocks, paragraphs, strict=True):
        language = own.variant.language
        marks[number] = quote_marks([text], own.whole, language, opposite.quote_search, instead)
    return marks


def _records(a: ComparedText, b: ComparedText) -> Iterator[AlignmentRecord]:
    links, alone_a, alone_b = find_links_and_lone(a.paragraphs, b.paragraphs)
    sure, back = list[tuple[Places, Places]](), list[tuple[Places, Places]]()
    for link in links:
        if link.probability >= SURE_LINK:
            sure.append((link.a, link.b))
            back.append((link.b, link.a))
    has_summary = False
    for lone, text, opposite, links_of_text in ((alone_a, a, b, sure), (alone_b, b, a, back)):
        _doubt_unread(lone, text, opposite)
        _doubt_other_speaker(lone, text, opposite, links_of_text)
        _doubt_quoted_twice(lone, text, opposite, links_of_text)
        _doubt_swallowed(lone, links_of_text)
    _doubt_likest(alone_a, alone_b, sure)
    for lone, text, opposite, links_of_text in ((alone_a, a, b, sure), (alone_b, b, a, back)):
        if _is_summary(text, opposite, links_of_text):
            has_summary = True
            _doubt_all(lone)
    sentences = {} if has_summary else lone_sentences(a.paragraphs, b.paragraphs, links)
    rows = _in_order(links, a.paragraphs.singles, b.paragraphs.singles)
    for position, (kind, places_a, places_b, score) in enumerate(rows):
        texts_a, texts_b = a.texts(places_a), b.texts(places_b)
        record = AlignmentRecord(
            article_id_a=a.variant.article_id,
            version_a=a.variant.version,
            article_id_b=b.variant.article_id,
            version_b=b.variant.version,
            language_a=a.variant.language,
            language_b=b.variant.language,
            position=position,
            kind=kind,
            paragraphs_a=a.numbers(places_a),
            paragraphs_b=b.numbers(places_b),
            score=score,
            characters_a=sum(map(len, texts_a)),
            characters_b=sum(map(len, texts_b)),
        )
        if kind == "omitted":
            yield _one_sided(record, a, places_a[0], b, alone_a[places_a[0]])
        elif kind == "added":
            yield _one_sided(record, b, places_b[0], a, alone_b[places_b[0]])
        else:
            only_a, only_b = sentences.get((places_a, places_b), ((), ()))
            linked = _linked(record, a, texts_a, b, texts_b)
            alone = only_a or only_b
            yield replace(linked, sentences_only_a=only_a, sentences_only_b=only_b) if alone else linked


def _linked(
    record: AlignmentRecord, a: ComparedText, texts_a: Sequence[str], b: ComparedText, texts_b: Sequence[str]
) -> AlignmentRecord:
    """Add what differs between linked paragraphs; of a doubtful link numbers and names, perhaps its cause."""
    whole_a, whole_b = " ".join(texts_a), " ".join(texts_b)
    doubtful = (record.score is None or record.score < SURE_LINK) and whole_a != whole_b
    if doubtful and (record.score is None or record.score < _MARKED):
        return replace(record, doubtful=True)
    passage_a, passage_b = Passage(whole_a, record.language_a), Passage(whole_b, record.language_b)
    differ, converted = number_marks(passage_a, passage_b)
    names = _names_differ(passage_a, a, passage_b, b)
    if doubtful:
        likely, names_of_link = list[Contradiction](), list[Contradiction]()
        for mark in differ:
            likely.append(structs.replace(mark, confidence=min(mark.confidence, LIKELY, record.score or 0)))
        for mark in names:
            if mark.counted not in ("country", "organisation"):
                names_of_link.append(
                    structs.replace(mark, confidence=min(mark.confidence, record.score or 0))
                )
        return replace(record, doubtful=True, numbers_differ=tuple(likely), names_differ=tuple(names_of_link))
    more_of_a = float(len(whole_a) - len(whole_b))
    return replace(
        record,
        doubtful=False,
        numbers_differ=differ,
        names_differ=names,
        negations_differ=negation_marks(passage_a, passage_b),
        numbers_converted=converted,
        quotes_only_a=quote_marks(texts_a, a.whole, record.language_a, b.quote_search, (whole_b, more_of_a)),
        quotes_only_b=quote_marks(texts_b, b.whole, record.language_b, a.quote_search, (whole_a, -more_of_a)),
    )


def _names_differ(
    passage_a: Passage, a: ComparedText, passage_b: Passage, b: ComparedText
) -> tuple[Contradiction, ...]:
    """Mark names of two passages; not two places that both texts name somewhere."""
    marks = list[Contradiction]()
    for mark in name_marks(passage_a, passage_b):
        texts = (a.variant.language, a.places), (b.variant.language, b.places)
        if mark.counted == "person" or not are_both_said(mark, *texts):
            marks.append(mark)
    return tuple(marks)


def _one_sided(
    record: AlignmentRecord, text: ComparedText, place: int, opposite: ComparedText, lone: Lone
) -> AlignmentRecord:
    """Add what is known of a paragraph that one text has alone."""
    confidence = lone.confidence
    if confidence >= SURE:
        things = things_in(text.texts((place,))[0], text.variant.language)
        common = things & things_in(opposite.variant.headline, opposite.variant.language)
        # a page that prints its headline again below is read without that
        of_headline = len(common) > _OF_HEADLINE * len(things)
        if of_headline or _has_numbers_of(opposite.paragraphs, lone.nearest, text.paragraphs, place):
            confidence = min(confidence, DOUBTFUL)
    share = _SAID_OF_DOUBTFUL if confidence < SURE else _SAID_OF_SURE
    if opposite.quote_search.may_say(text.texts((place,))[0], text.variant.language, share):
        confidence = min(confidence, _RATHER_SAID)
    doubtful = confidence < SURE
    quotes: tuple[QuoteMark, ...] = ()
    if not doubtful:
        quotes = quote_marks(text.texts((place,)), text.whole, text.variant.language, opposite.quote_search)
    return replace(
        record,
        quotes_only_a=quotes if text.variant.article_id == record.article_id_a else (),
        quotes_only_b=quotes if text.variant.article_id == record.article_id_b else (),
        confidence=confidence,
        doubtful=doubtful,
        nearest=opposite.numbers((lone.nearest,)),
        in_common=_in_common(text.paragraphs, place, opposite.paragraphs, lone.nearest),
    )


def _doubt_unread(lone: dict[int, Lone], text: ComparedText, opposite: ComparedText) -> None:
    """Doubt what the other page may say outside of what is compared: in a line left out, or further on."""
    odds = None
    for place, alone in lone.items():
        if alone.confidence < SURE:
            continue
        if odds is None and opposite.left_out is not None:
            odds = likenesses(text.paragraphs, opposite.left_out).max(axis=1)
        if opposite.is_cut or (odds is not None and odds[place] >= _LEFT_OUT):
            lone[place] = replace(alone, confidence=DOUBTFUL)


def _doubt_other_speaker(
    lone: dict[int, Lone], text: ComparedText, opposite: ComparedText, sure: Sequence[tuple[Places, Places]]
) -> None:
    """Doubt speech between two `sure` links that have speech between them in the other text, too.

    The same words of another speaker are linked badly: his name outweighs them.
    """
    for place, alone in lone.items():
        if alone.confidence < SURE or not any(speech(text.texts((place,))[0])):
            continue
        before, after = -1, opposite.paragraphs.singles
        for own, other in sure:
            if own[-1] < place:
                before = max(before, other[-1])
            else:
                after = min(after, other[0])
        if any(speech("\n".join(opposite.texts(tuple(range(before + 1, after)))))):
            lone[place] = replace(alone, confidence=DOUBTFUL)


def _doubt_quoted_twice(
    lone: dict[int, Lone], text: ComparedText, opposite: ComparedText, sure: Sequence[tuple[Places, Places]]
) -> None:
    """Doubt what may be the translation of a quotation: this text prints both, the other one the original.

    The originals are linked, as they have the same words.
    """
    originals, partners = set[int](), set[int]()
    if "en" in {text.variant.language, opposite.variant.language} and lone:
        for places, opposite_places in sure:
            passage = " ".join(text.texts(places))
            is_sentence = len(passage.split()) >= _SENTENCE
            if is_sentence and _is_latin(passage) != (text.variant.language == "en"):
                originals.update(places)
                partners.update(opposite_places)
    if not originals:
        return
    odds = likenesses(text.paragraphs, opposite.paragraphs)[:, sorted(partners)]
    for place, alone in lone.items():
        is_beside = any(abs(place - original) <= _BESIDE_ORIGINAL for original in originals)
        if is_beside or odds[place].max() >= _LEFT_OUT:
            lone[place] = replace(alone, confidence=min(alone.confidence, DOUBTFUL))


def _is_latin(text: str) -> bool:
    return len(_LATIN.findall(text)) * 2 > sum(map(str.isalpha, text))


def _doubt_likest(
    lone_a: dict[int, Lone], lone_b: dict[int, Lone], sure: Sequence[tuple[Places, Places]]
) -> None:
    """Doubt a paragraph that is likest to one in doubt at its place, and that to it: perhaps a part."""
    for i, alone in lone_a.items():
        j = alone.nearest
        if j not in lone_b or lone_b[j].nearest != i or min(alone.confidence, lone_b[j].confidence) >= SURE:
            continue
        if all((places_a[0] < i) == (places_b[0] < j) for places_a, places_b in sure):
            for lone, place in ((lone_a, i), (lone_b, j)):
                lone[place] = replace(lone[place], confidence=min(lone[place].confidence, DOUBTFUL))


def _doubt_swallowed(lone: dict[int, Lone], sure: Sequence[tuple[Places, Places]]) -> None:
    """Doubt what stands beside a link to more paragraphs, the likest among them: one too many is linked."""
    for places, partners in sure:
        for place in (places[0] - 1, places[-1] + 1):
            if len(partners) > len(places) and place in lone and lone[place].nearest in partners:
                lone[place] = replace(lone[place], confidence=min(lone[place].confidence, DOUBTFUL))


def _is_summary(text: ComparedText, opposite: ComparedText, sure: Sequence[tuple[Places, Places]]) -> bool:
    """Tell if the other text says in a word what this one says in a paragraph."""
    own = text.paragraphs.letters[: text.paragraphs.singles]
    letters = opposite.paragraphs.letters[: opposite.paragraphs.singles]
    taken = 0.0
    for _, places in sure:
        taken += letters[[*places]].sum()
    return bool(letters.sum() < _SUMMARY * own.sum() and taken < _TAKEN * letters.sum())


def _doubt_all(lone: dict[int, Lone]) -> None:
    for place, alone in lone.items():
        lone[place] = replace(alone, confidence=min(alone.confidence, DOUBTFUL))


def _has_numbers_of(opposite: Paragraphs, nearest: int, text: Paragraphs, place: int) -> bool:
    """Tell if the nearest paragraph has all numbers of one that has two: `12 із 33`, `of 33, 12 are left`."""
    numbers = set[str]()
    for anchor in text.readings[place].anchors:
        if anchor.key[0].isdigit():
            numbers.add(anchor.key)
    return len(numbers) > 1 and numbers <= {anchor.key for anchor in opposite.readings[nearest].anchors}


def _in_common(text: Paragraphs, place: int, opposite: Paragraphs, nearest: int) -> tuple[str, ...]:
    """Return the numbers, dates and names of a paragraph that stand in the nearest one too, as printed."""
    keys_nearest = {anchor.key for anchor in opposite.readings[nearest].anchors}
    return tuple(dict.fromkeys(x.text for x in text.readings[place].anchors if x.key in keys_nearest))


def _in_order(links: Sequence[ParagraphLink], n: int, m: int) -> Iterator[Row]:
    by_a, inside, linked_b, at_b = dict[int, ParagraphLink](), set[int](), set[int](), 0
    for link in links:
        by_a[link.a[0]] = link
        inside.update(link.a[1:])
        linked_b.update(link.b)

    def added(until: int) -> Iterator[Row]:
        nonlocal at_b
        for j in range(at_b, until):
            if j not in linked_b:
                yield "added", (), (j,), None
        at_b = max(at_b, until)

    for i in range(n):
        of_place = by_a.get(i)
        if of_place is not None:
            if of_place.kind == "aligned":
                yield from added(of_place.b[0])
            yield of_place.kind, of_place.a, of_place.b, of_place.probability
        elif i not in inside:
            yield "omitted", (i,), (), None
    yield from added(m)
