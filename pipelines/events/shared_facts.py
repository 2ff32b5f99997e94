"""Evidence of one event: who, where and how many two articles have in common, and what contradicts it.

Two fines of one regulator or two fires of one day are reported in the same words. They differ in the names,
the places and the numbers, so an event needs some of these in common.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipelines.pairing.content.days import Days
from pipelines.pairing.content.figures import FIGURES, Figures

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
_NAMED_IN_ONE_LANGUAGE, _NAMED_ACROSS = 2, 1
"""Things that an event has to name: in one language, words alone make two events alike."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an article says that newsrooms cannot change."""

    figures: Figures
    days: Days
    names: frozenset[str]
    """Keys of its names that are no towns or regions."""
    numbers: frozenset[str]
    """Keys of its numbers of two digits or more, without days."""

    @classmethod
    def of(cls, reading: ArticleReading) -> Facts:
        places = {place.text for place in reading.places}
        names, numbers = set[str](), set[str]()
        for anchor in reading.anchors:
            if not anchor.key[0].isdigit():
                if anchor.text not in places:
                    names.add(anchor.key)
            elif "/" not in anchor.key:
                numbers.add(anchor.key)
        return cls(Figures.of(reading), Days.of(reading), frozenset(names), frozenset(numbers))


@dataclass(frozen=True, slots=True)
class Evidence:
    signals: tuple[float, ...]
    """Values of SIGNALS."""
    shared: tuple[str, ...]
    """Who, where and how many, as the article with the smaller id prints them, the rarest first."""
    named: int
    """Things among them, with numbers that one rounds."""

    @classmethod
    def of(cls, candidate: Likeness, probability: float, facts_a: Facts, facts_b: Facts) -> Evidence:
        pool_a, pool_b = candidate.pool_a, candidate.pool_b
        both = pool_a.anchors[candidate.row_a].keys() & pool_b.anchors[candidate.row_b].keys()
        rarity = {key: min(pool_a.rarity[key], pool_b.rarity[key]) for key in sorted(both)}
        numbers, digits, places = set[str](), set[str](), set[str]()
        for key in both:
            if key[0].isdigit():
                numbers.add(key)
            elif key[0] == "×":
                digits.add(key)
            elif key[0] == "@":
                places.add(key)
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
        printed = _printed(min(candidate.readings, key=lambda x: x.document.article_id), rarity)
        rounded = facts_a.figures.rounded_in(facts_b.figures)
        return cls(signals, tuple(printed), len(printed) + (rounded > 0))

    def enough(self, *, one_language: bool) -> bool:
        """Tell if it names what the two articles share."""
        return self.named >= (_NAMED_IN_ONE_LANGUAGE if one_language else _NAMED_ACROSS)


def weighed(
    candidates: Collection[Likeness], likeness: NDArray[np.float64], weights: EventWeights
) -> Iterable[tuple[Likeness, float, Evidence]]:
    """Yield the candidates with their probability; evidence is weighed where the likeness is WORTH it."""
    facts: dict[int, Facts] = {}
    for candidate, probability in zip(candidates, likeness.tolist(), strict=True):
        if probability < WORTH:
            yield candidate, probability, Evidence((), (), 0)
            continue
        for number, reading in zip((candidate.i, candidate.j), candidate.readings, strict=True):
            if number not in facts:
                facts[number] = Facts.of(reading)
        evidence = Evidence.of(candidate, probability, facts[candidate.i], facts[candidate.j])
        yield candidate, float(weights.probabilities(np.array([evidence.signals]))[0]), evidence


def _are_contrary(facts_a: Facts, facts_b: Facts) -> bool:
    """Tell if both have numbers and none of them is the other's, or is rounded there."""
    if not facts_a.numbers or not facts_b.numbers:
        return False
    return not (facts_a.figures.has(facts_b.numbers) or facts_b.figures.has(facts_a.numbers))


def _weight(rarity: dict[str, float], keys: Iterable[str]) -> float:
    return math.log1p(sum(rarity.get(key, 0.0) for key in sorted(keys)))


def _printed(reading: ArticleReading, rarity: dict[str, float]) -> list[str]:
    """Return what is shared as an article prints it; a digit with one of the things it may count."""
    anchors: dict[str, Anchor] = {}
    for anchor in (*reading.places, *reading.anchors, *reading.digits):
        if anchor.key in rarity:
            anchors.setdefault(anchor.key, anchor)
    texts: dict[str, str] = {}
    for key in sorted(anchors, key=lambda key: (-rarity[key], key)):
        # `×5×480`: the digit stands between the signs
        texts.setdefault(key[:2] if key[0] == "×" else anchors[key].text, anchors[key].text)
    return list(texts.values())
