"""Sentences of linked paragraphs that the other text probably says nowhere.

A translation that leaves out a sentence is shorter there by its length, and nothing in it says the same.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.alignment.links import ParagraphLink, find_links_and_lone, likenesses
from pipelines.alignment.paragraphs import READ, Paragraphs
from pipelines.alignment.second_pass import Sentence, joined, sentences_of
from pipelines.similarity.background import expected_ratio
from pipelines.similarity.counts import things_in
from pipelines.similarity.document import PartReading
from pipelines.similarity.weekdays import may_name_weekday, weekdays_in

_LINKED = 0.9
"""Probability of links inside which sentences are judged: what is left out makes its link less likely."""
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
            if len(link.a) == len(link.b) == 1:
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
    if not candidates:
        return []
    _, alone, _ = find_links_and_lone(joined(side.text, sentences), joined(opposite.text, opposite_sentences))
    sentences_alone = []
    for number in candidates:
        if number in alone and alone[number].confidence >= _ALONE:
            sentences_alone.append(sentences[number][1].text)
    return sentences_alone


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
    return bool(likenesses(joined(side.text, [sentence]), joined(opposite.text, passages)).max() >= _LIKE)
