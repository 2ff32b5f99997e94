"""Sentences of linked paragraphs, and halves of them, that the other text probably says nowhere.

A translation that leaves out a sentence is shorter there by its length, and nothing in it says the same.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipelines.alignment.links import ParagraphLink, find_links_and_lone, likenesses
from pipelines.alignment.paragraphs import READ, Paragraphs
from pipelines.alignment.second_pass import Sentence, joined, sentences_of
from pipelines.similarity.background import expected_ratio
from pipelines.similarity.counts import things_in
from pipelines.similarity.document import PartReading, read_part
from pipelines.similarity.weekdays import may_name_weekday, weekdays_in

_LINKED = 0.85
"""Probability of links inside which sentences are judged: what is left out makes its link less likely."""
_MEASURED = 0.9
"""Probability of links whose lengths are the measure."""
_SHORTEST, _LONGEST = 25, 400
"""Letters of a sentence that is judged."""
_MISSING = 0.1
"""Share of the letters of the longer side by which the other is shorter, at least."""
_ROOM = 0.5, 1.6
"""Shares of the letters of a sentence by which its paragraph is longer than the linked one."""
_COMMON = 0.15
"""Share of its own words, which its paragraph has nowhere else, that the linked paragraph may have."""
_ALONE = 0.84
"""Probability that it is alone among the sentences at this place."""
_LIKE = 1.0
"""Log-odds from which another passage may say it."""
_CLAUSE_END = re.compile(r"(?:[,;:]|\s[—–-])\s")
_EDGES = ' ,.;:—–-«»“”„"'
"""Stand before and behind a part."""
_CLAUSES = 12
"""Clauses of a sentence whose parts are judged: a list has more."""
_HALF = 0.64, 1.57
"""Shares of the letters of a part by which its paragraph is longer than the linked one."""
_JUDGED = 4
"""Parts that are judged: those whose letters are nearest to what is missing."""
_THINGS, _THINGS_BESIDE = 3, 6
"""Words with a meaning that only this part of its paragraph has, and those beside it, at least."""
_PART_ALONE = 13.0
"""Log-odds that a part is alone: of 24,000 links of translations four have one, of 1,350 cut ones 164."""
_LINKS_OF_TEXT = 4
"""Links from which the ratio of lengths is that of the two texts, not of their languages."""

Places = tuple[int, ...]
Sides = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Side:
    text: Paragraphs
    places: Places
    """Of its linked paragraphs."""

    @property
    def letters(self) -> float:
        return float(self.text.letters[[*self.places]].sum())

    @property
    def is_cut(self) -> bool:
        """True where a paragraph is longer than what is read of it."""
        return any(len(self.text.readings[place].text) >= READ for place in self.places)

    def sentences(self) -> list[Sentence]:
        """Return the sentences of these paragraphs and of those beside them."""
        return sentences_of(self.text, range(self.places[0], self.places[-1] + 1))


def lone_sentences(
    text_a: Paragraphs, text_b: Paragraphs, links: Sequence[ParagraphLink]
) -> dict[tuple[Places, Places], Sides]:
    """Return, by their link, the sentences of a and of b that the other text probably says nowhere."""
    in_order, ratios = list[ParagraphLink](), list[float]()
    for link in links:
        if link.kind == "aligned" and link.probability >= _LINKED:
            in_order.append(link)
            if link.probability >= _MEASURED and len(link.a) == len(link.b) == 1:
                letters_a, letters_b = text_a.letters[link.a[0]], text_b.letters[link.b[0]]
                ratios.append(math.log((1 + letters_a) / (1 + letters_b)))
    expected = expected_ratio(text_a.language, text_b.language)
    scale = math.exp(float(np.median(ratios)) if len(ratios) >= _LINKS_OF_TEXT else expected)
    lone: dict[tuple[Places, Places], Sides] = {}
    for link in in_order:
        a, b = _Side(text_a, link.a), _Side(text_b, link.b)
        only_a = _only(a, b, a.letters - scale * b.letters)
        only_b = _only(b, a, b.letters - a.letters / scale)
        if only_a or only_b:
            lone[link.a, link.b] = tuple(only_a), tuple(only_b)
    return lone


def _only(side: _Side, opposite: _Side, more: float) -> list[str]:
    """Return the sentences that `side` alone has; it is longer by so many letters."""
    if more < _MISSING * side.letters or side.is_cut or opposite.is_cut:
        return []
    sentences, opposite_sentences, candidates = side.sentences(), list[Sentence](), list[int]()
    for number, (place, sentence) in enumerate(sentences):
        letters = len(sentence.folded)
        has_room = _SHORTEST <= letters <= _LONGEST and _ROOM[0] <= more / letters <= _ROOM[1]
        if place not in side.places or not has_room or _is_worded(number, sentences, side, opposite):
            continue
        opposite_sentences = opposite_sentences or opposite.sentences()
        if not _is_like_any(sentences[number], side, opposite, opposite_sentences):
            candidates.append(number)
    sentences_alone = []
    for number in _alone(candidates, sentences, side, opposite):
        sentences_alone.append(sentences[number][1].text)
    return sentences_alone or _part_only(sentences, side, opposite, more)


def _alone(
    candidates: Sequence[int], sentences: Sequence[Sentence], side: _Side, opposite: _Side
) -> Iterator[int]:
    if candidates:
        linked = joined(opposite.text, opposite.sentences())
        _, alone, _ = find_links_and_lone(joined(side.text, sentences), linked)
        for number in candidates:
            if number in alone and alone[number].confidence >= _ALONE:
                yield number


def _part_only(sentences: Sequence[Sentence], side: _Side, opposite: _Side, more: float) -> list[str]:
    """Return the part of a sentence that `side` alone has, if any: half of a quotation."""
    parts = list[tuple[float, int, tuple[str, str, str]]]()
    for number, (place, sentence) in enumerate(sentences):
        if place in side.places:
            for pieces in _parts(sentence.text, more):
                parts.append((abs(math.log(more / len(pieces[1]))), number, pieces))
    best, most = list[str](), _PART_ALONE
    for unlike, number, pieces in sorted(parts)[:_JUDGED]:
        place = sentences[number][0]
        read = list[Sentence]()
        for piece in filter(str.strip, pieces):
            read.append((place, read_part(piece, side.text.language)))
        of_part = number + bool(pieces[0].strip())
        cut = [*sentences[:number], *read, *sentences[number + 1 :]]
        score = _surprise(of_part, cut, side, opposite)
        if score:
            score += 20 * more / side.letters - 3 * unlike + _log_odds(of_part, cut, side, opposite)
        if score > most:
            best, most = [pieces[1].strip(_EDGES)], score
    return best


def _log_odds(number: int, sentences: Sequence[Sentence], side: _Side, opposite: _Side) -> float:
    """Return the log-odds that a part is alone among the sentences at this place, less if it is like one."""
    passages = opposite.sentences()
    linked, neighbours = list[Sentence](), list[Sentence]()
    for place, sentence in passages:
        (linked if place in opposite.places else neighbours).append((place, sentence))
    if _is_like_any(sentences[number], side, opposite, neighbours):
        return -math.inf
    _, alone, _ = find_links_and_lone(joined(side.text, sentences), joined(opposite.text, passages))
    like = likenesses(joined(side.text, [sentences[number]]), joined(opposite.text, linked)).max()
    chance = min(0.98, max(0.02, alone[number].confidence if number in alone else 0.0))
    return math.log(chance / (1 - chance)) - 0.5 * max(-3.0, float(like))


def _parts(sentence: str, more: float) -> Iterator[tuple[str, str, str]]:
    """Yield clauses of a sentence about as long as what is missing, with what is before and after them."""
    ends = [0, *(match.end() for match in _CLAUSE_END.finditer(sentence)), len(sentence)]
    if len(ends) > _CLAUSES:
        return
    for start, end in combinations(ends, 2):
        letters = end - start
        if letters >= _SHORTEST and _HALF[0] <= more / letters <= _HALF[1]:
            yield sentence[:start], sentence[start:end], sentence[end:]


def _surprise(number: int, sentences: Sequence[Sentence], side: _Side, opposite: _Side) -> float:
    """Return how surprising it is that the other paragraph has so few words of a part, if it says it.

    Then it has as many of them as of those beside. 0 where too few words, or a name that both have, tell.
    """
    things, names = _words_of(sentences[number][1], side.text.language)
    rest = set[int]()
    for n, (place, sentence) in enumerate(sentences):
        if n != number and place in side.places:
            other_things, other_names = _words_of(sentence, side.text.language)
            rest |= other_things
            names -= other_names
    things -= rest
    opposite_things = set[int]()
    for place in opposite.places:
        words, opposite_names = _words_of(opposite.text.readings[place], opposite.text.language)
        opposite_things |= words
        if names & opposite_names:
            return 0.0
    common = len(things & opposite_things)
    if len(things) < _THINGS or len(rest) < _THINGS_BESIDE or common > _COMMON * len(things):
        return 0.0
    share = min(0.9, (1 + len(rest & opposite_things)) / (2 + len(rest)))
    chance = 0.0
    for few in range(common + 1):
        chance += math.comb(len(things), few) * share**few * (1 - share) ** (len(things) - few)
    return -math.log(chance)


def _is_worded(number: int, sentences: Sequence[Sentence], side: _Side, opposite: _Side) -> bool:
    """Tell if the other side has words, a number or a name that of all these sentences only this one has."""
    things, names = _words_of(sentences[number][1], side.text.language)
    for n, (place, sentence) in enumerate(sentences):
        if n != number and place in side.places:
            other_things, other_names = _words_of(sentence, side.text.language)
            things, names = things - other_things, names - other_names
    common = frozenset[int]()
    for place in opposite.places:
        opposite_things, opposite_names = _words_of(opposite.text.readings[place], opposite.text.language)
        if names & opposite_names:
            return True
        common |= things & opposite_things
    return len(common) > _COMMON * len(things)


def _words_of(passage: PartReading, language: str) -> tuple[frozenset[int], frozenset[str]]:
    """Return what the words of a passage mean, and the keys of its numbers, names and weekdays."""
    keys = {anchor.key for anchor in passage.anchors}
    for day in weekdays_in(passage.text) if may_name_weekday(passage.text) else ():
        keys.add(f"weekday {day}")
    return things_in(passage.text, language), frozenset(keys)


def _is_like_any(
    sentence: Sentence, side: _Side, opposite: _Side, opposite_sentences: Sequence[Sentence]
) -> bool:
    """Tell if a sentence at its place in the other text, or a paragraph at another place, may say it."""
    passages = list(opposite_sentences)
    for place, paragraph in enumerate(opposite.text.readings):
        if not opposite.places[0] - 1 <= place <= opposite.places[-1] + 1:
            passages.append((place, paragraph))
    if not passages:
        return False
    return bool(likenesses(joined(side.text, [sentence]), joined(opposite.text, passages)).max() >= _LIKE)
