"""Evidence of one event: who, where and how many two articles have in common, and what contradicts it.

Two fines of one regulator or two fires of one day are reported in the same words. They differ in the names,
the places and the numbers, so an event needs some of these in common.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.bylines.words import is_given_name
from pipelines.pairing.content.days import Days
from pipelines.pairing.content.figures import FIGURES, Figures
from pipelines.similarity.document import text_of
from pipelines.similarity.lexicon import places_of
from pipelines.similarity.numbers import is_month
from pipelines.similarity.weekdays import WEEKDAY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from pipelines.events.likeness import EventWeights, Likeness
    from pipelines.similarity.anchors import Anchor
    from pipelines.similarity.document import ArticleReading

SIGNALS = (
    *("likeness", "who", "how many", "where", "headline numbers contrary", "headline numbers missing"),
    *("counted otherwise", "places contrary", "rounded alike", "figures contrary"),
    *("days contrary", "days apart"),
)
WORTH = 0.05
"""Probability by likeness from which the evidence is weighed."""
_WITHIN_NAME = re.compile(r"[^\W\d_][-‑]?$")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[ \u00a0]$")
_PENALTY = re.compile(
    r"\b(?:загрожу|грозит|светит|faces?\b|facing\b|punishable|carries)[^.!?…\n]{0,40}$", re.IGNORECASE
)
"""Before the years that a law has for a crime, which all its cases share."""
_NUMBER_OF_NAME = re.compile(r"[-‑]?\d+")
_AROUND = 60
"""Characters beside a number in which stands what it counts."""
_WORDS_OF_ONE, _WORDS = 2, 4
"""Words of a digit with what it counts, at most; of one, and of others."""
_NAMED_IN_ONE_LANGUAGE, _NAMED_ACROSS = 2, 1
"""Things that an event has to name: in one language, words alone make two events alike."""
_NOT_SURE, _NOT_SAID = 0.94, 0.5
"""Most that is believed of a day and one number, and of a place alone or of two articles on other persons."""
_COUNTS = 2
"""Numbers in common that tell an event from others of its town and day."""
_LEAD = 400
"""Characters in which an article names the persons that it is about; further below are those it asked."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an article says that newsrooms cannot change."""

    figures: Figures
    days: Days
    names: frozenset[str]
    """Keys of its names that are no towns or regions."""
    numbers: frozenset[str]
    """Keys of its numbers of two digits or more, without days."""
    of_names: frozenset[str]
    """Keys of its numbers that stand in names alone: COVID-19 is one thing."""
    common: frozenset[str]
    """Keys of what stories of a town, day or crime share: places, weekdays, months, years, penalties."""
    persons: frozenset[str]
    """Keys of the surnames in its headline and lead."""

    @classmethod
    def of(cls, reading: ArticleReading) -> Facts:
        places = {place.text for place in reading.places}
        names, numbers = set[str](), set[str]()
        of_names, apart = set[str](), set[str]()
        at, persons = reading.document.at, set[str]()
        common = set[str]() if at is None else {str(at.year + years) for years in (-1, 0, 1)}
        text = text_of(reading.document)
        for anchor in reading.anchors:
            if not anchor.key[0].isdigit():
                if anchor.text not in places:
                    names.add(anchor.key)
                if _is_common(anchor.text, reading.document.language):
                    common.add(anchor.key)
                if _is_of_person(anchor, text):
                    persons.add(anchor.key)
            elif "/" not in anchor.key:
                numbers.add(anchor.key)
                start = _start(anchor, text)
                if _PENALTY.search(text, max(0, start - _AROUND), start):
                    common.add(anchor.key)
                is_of_name = anchor.text.isdecimal() and _WITHIN_NAME.search(text[max(0, start - 2) : start])
                (of_names if is_of_name else apart).add(anchor.key)
        return cls(
            Figures.of(reading),
            Days.of(reading),
            frozenset(names),
            frozenset(numbers),
            frozenset(of_names - apart),
            frozenset(common),
            frozenset(persons),
        )

    def are_of_others(self, counterpart: Facts) -> bool:
        """Tell if both are about persons, and neither names one of the other's."""
        return bool(self.persons and counterpart.persons) and (
            self.persons.isdisjoint(counterpart.names) and counterpart.persons.isdisjoint(self.names)
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    signals: tuple[float, ...]
    """Values of SIGNALS."""
    shared: tuple[str, ...]
    """Who, where and how many, as the article with the smaller id prints them, the rarest first."""
    most: float
    """Greatest probability that what they share allows."""

    @classmethod
    def of(cls, candidate: Likeness, probability: float, facts_a: Facts, facts_b: Facts) -> Evidence:
        pool_a, pool_b = candidate.pool_a, candidate.pool_b
        both = pool_a.anchors[candidate.row_a].keys() & pool_b.anchors[candidate.row_b].keys()
        rarity = {key: min(pool_a.rarity[key], pool_b.rarity[key]) for key in sorted(both)}
        numbers, digits, places = _by_kind(both)
        figures = dict(zip(FIGURES, facts_a.figures.against(facts_b.figures), strict=True))
        contrary = not (facts_a.numbers & facts_b.numbers or digits) and _are_contrary(facts_a, facts_b)
        signals = (
            math.log(max(probability, 1e-6) / max(1 - probability, 1e-6)),
            _weight(rarity, facts_a.names & facts_b.names),
            _weight(rarity, numbers),
            _weight(rarity, places),
            *(figures[name] for name in SIGNALS[4:9]),
            float(contrary),
            float(facts_a.days.contrary(facts_b.days)),
            float(facts_a.days.apart(facts_b.days)),
        )
        first = min(candidate.readings, key=lambda x: x.document.article_id)
        named = len(_printed(first, rarity)) + (facts_a.figures.rounded_in(facts_b.figures) > 0)
        a, b = (reading.document.language for reading in candidate.readings)
        is_named = named >= (_NAMED_IN_ONE_LANGUAGE if a == b else _NAMED_ACROSS)
        most = _most(facts_a, facts_b, digits) if is_named else 0.0
        for key in facts_a.of_names | facts_b.of_names:
            rarity.pop(key, None)
        facts, vague = list[str](), list[str]()
        for is_fact, phrase in _printed(first, rarity).values():
            (facts if is_fact else vague).append(phrase)
        return cls(signals, tuple(facts or vague), most)


def _by_kind(keys: Iterable[str]) -> tuple[set[str], set[str], set[str]]:
    """Return the numbers, the counts below ten, and the places among keys of anchors."""
    numbers, digits, places = set[str](), set[str](), set[str]()
    for key in keys:
        if key[0].isdigit():
            numbers.add(key)
        elif key[0] == "×":
            digits.add(key)
        elif key[0] == "@":
            places.add(key)
    return numbers, digits, places


def _most(facts_a: Facts, facts_b: Facts, digits: Collection[str]) -> float:
    """Return the greatest probability that their facts allow; `digits` are shared counts below ten."""
    common = facts_a.common | facts_b.common
    numbers = (facts_a.numbers & facts_b.numbers) - facts_a.of_names - facts_b.of_names - common
    counts = len(numbers) + facts_a.figures.rounded_in(facts_b.figures) + len({key[1] for key in digits})
    if counts < _COUNTS and facts_a.are_of_others(facts_b):
        return _NOT_SAID
    names = (facts_a.names & facts_b.names) - common
    if names or counts >= _COUNTS:
        return 1.0
    return _NOT_SURE if counts else _NOT_SAID


def weighed(
    candidates: Collection[Likeness], likeness: NDArray[np.float64], weights: EventWeights
) -> Iterable[tuple[Likeness, float, Evidence]]:
    """Yield the candidates with their probability; evidence is weighed where the likeness is WORTH it."""
    facts: dict[int, Facts] = {}
    for candidate, probability in zip(candidates, likeness.tolist(), strict=True):
        if probability < WORTH:
            yield candidate, 0.0, Evidence((), (), 0.0)
            continue
        for number, reading in zip((candidate.i, candidate.j), candidate.readings, strict=True):
            if number not in facts:
                facts[number] = Facts.of(reading)
        evidence = Evidence.of(candidate, probability, facts[candidate.i], facts[candidate.j])
        weighed_so = float(weights.probabilities(np.array([evidence.signals]))[0])
        yield candidate, min(weighed_so, evidence.most), evidence


def _is_common(name: str, language: str) -> bool:
    return bool(places_of(language, name) or is_month(name) or WEEKDAY.fullmatch(name))


def _is_of_person(anchor: Anchor, text: str) -> bool:
    """Tell if a name in the lead stands behind a given name."""
    start = _start(anchor, text)
    before = _WORD_BEFORE.search(text[max(0, start - _AROUND) : start])
    return start <= _LEAD and before is not None and is_given_name(before[1])


def _are_contrary(facts_a: Facts, facts_b: Facts) -> bool:
    """Tell if both have numbers and none of them is the other's, or is rounded there."""
    if not facts_a.numbers or not facts_b.numbers:
        return False
    return not (facts_a.figures.has(facts_b.numbers) or facts_b.figures.has(facts_a.numbers))


def _weight(rarity: dict[str, float], keys: Iterable[str]) -> float:
    return math.log1p(sum(rarity.get(key, 0.0) for key in sorted(keys)))


def _printed(reading: ArticleReading, rarity: dict[str, float]) -> dict[str, tuple[bool, str]]:
    """Return what is shared as an article prints it, and if that is a fact.

    A digit stands with one of the things it may count: `seven new boats` rather than `seven new`.
    """
    anchors: dict[str, Anchor] = {}
    for anchor in (*reading.places, *reading.anchors, *reading.digits):
        if anchor.key in rarity:
            anchors.setdefault(anchor.key, anchor)
    text, texts = text_of(reading.document), dict[str, tuple[bool, str]]()
    for key in sorted(anchors, key=lambda key: (-rarity[key], key)):
        # `×5×480`: the digit stands between the signs
        name, phrase = key[:2] if key[0] == "×" else anchors[key].text, _whole(anchors[key], text)
        fact = _is_fact(anchors[key], text, phrase), phrase
        texts[name] = max(texts.get(name, fact), fact, key=_clearness)
    return texts


def _clearness(fact: tuple[bool, str]) -> tuple[bool, bool, int]:
    is_fact, phrase = fact
    return is_fact, len(phrase.split()) < _WORDS, len(phrase)


def _is_fact(anchor: Anchor, text: str, phrase: str) -> bool:
    """Tell if a digit counts something: `last six`, `promised to transfer three`, `one of many` do not."""
    if anchor.key[0] != "×":
        return True
    most = _WORDS_OF_ONE if anchor.key[1] == "1" else _WORDS
    return text.startswith(anchor.text.split()[0], _start(anchor, text)) and len(phrase.split()) <= most


def _whole(anchor: Anchor, text: str) -> str:
    """Return an anchor with what stands between its words, or with the number of its name."""
    start = _start(anchor, text)
    if anchor.key[0] != "×":
        number = _NUMBER_OF_NAME.match(text, start + len(anchor.text)) if anchor.text[0].isalpha() else None
        return anchor.text + number[0] if number and text.startswith(anchor.text, start) else anchor.text
    first, last = anchor.text.split(maxsplit=1)
    low, high = (
        (start, start + _AROUND) if text.startswith(first, start) else (start - _AROUND, start + len(last))
    )
    between = re.compile(
        rf"(?<!\w){re.escape(first)}(?:(?!(?<!\w){re.escape(first)}).)*?{re.escape(last)}(?!\w)", re.DOTALL
    )
    match = between.search(text, max(0, low), high)
    return " ".join(match[0].split()) if match else anchor.text


def _start(anchor: Anchor, text: str) -> int:
    return round(anchor.position * max(1, len(text)))
