"""Figures: the numbers of a headline, and what numbers count, compared between two articles.

The numbers of a headline are what the article is about: `Ruby 2.5.1` and `Ruby 2.2.10` are two releases,
however much their texts have in common. So are `5 killed` and `7 killed`, on two days or in two towns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.similarity.document import text_of

if TYPE_CHECKING:
    from pipelines.similarity.counts import Counted
    from pipelines.similarity.document import ArticleReading

FIGURES = (
    *("headline numbers alike", "headline numbers contrary", "headline numbers missing"),
    *("counted alike", "counted otherwise"),
    *("places contrary", "rounded alike"),
)
_ROUNDED_FROM = 100
"""Numbers below are too few to be told by one or two of their digits."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of an article by their keys."""

    headline: frozenset[str]
    every: frozenset[str]
    counted: Counted
    places: frozenset[str]
    rounded: frozenset[str]
    """All that its numbers may be rounded to."""

    @classmethod
    def of(cls, reading: ArticleReading) -> Figures:
        document = reading.document
        # an anchor's position is a share of the text that was read
        ends = (len(document.headline) + 0.5) / max(1, len(text_of(document)))
        found = [(x.key, x.position) for x in reading.anchors if x.key[0].isdigit()]
        # `×5×480`: the digit stands between the signs
        found += [(x.key[1], x.position) for x in reading.digits]
        return cls(
            frozenset(key for key, position in found if position < ends),
            frozenset(key for key, _ in found),
            reading.counted,
            frozenset(x.key for x in reading.places),
            frozenset(form for key in {key for key, _ in found} for form in _forms(key)),
        )

    def against(self, other: Figures) -> tuple[float, ...]:
        """Return the values of FIGURES.

        Headlines: 1 if a number of one is in the other article; 1 if both have numbers and none is; the share
        of those that the other article lacks. What is counted: the logarithm of how many things have a number
        in common, and of how many have other numbers, which the other article has nowhere. Places: 1 if both
        name towns or regions and none of them is the same. The logarithm of how many numbers are rounded.
        """
        return (
            *self._headlines(other),
            *self._counted(other),
            float(bool(self.places and other.places) and self.places.isdisjoint(other.places)),
            math.log1p(self.rounded_in(other)),
        )

    def rounded_in(self, other: Figures) -> int:
        """Count the numbers of one that are a number of the other rounded, and no number of it."""
        ours, theirs = self.every - other.every, other.every - self.every
        return len(theirs & self.rounded) + len(ours & other.rounded)

    def _headlines(self, other: Figures) -> tuple[float, float, float]:
        said = len(self.headline) + len(other.headline)
        if not said or not self.every or not other.every:
            return 0.0, 0.0, 0.0
        alike = _found(self.headline, other.every) + _found(other.headline, self.every)
        contrary = bool(self.headline and other.headline) and not alike
        return float(alike > 0), float(contrary), (said - alike) / said

    def _counted(self, other: Figures) -> tuple[float, float]:
        alike = otherwise = 0
        for thing in self.counted.keys() & other.counted.keys():
            ours, theirs = self.counted[thing], other.counted[thing]
            if not ours.isdisjoint(theirs):
                alike += 1
            elif not _found(ours, other.every) and not _found(theirs, self.every):
                otherwise += 1
        return math.log1p(alike), math.log1p(otherwise)


def _found(keys: frozenset[str], among: frozenset[str]) -> int:
    """Count the keys that are among the others, or are one of them rounded."""
    return sum(key in among or any(_is_rounded(key, each) for each in among) for key in keys)


@lru_cache(maxsize=65_536)
def _is_rounded(one: str, other: str) -> bool:
    """Tell if one is the other to one or two digits: 300 of 297, 11 000 of 11 400, 34 and 30."""
    if len(one.partition(".")[0]) != len(other.partition(".")[0]) or len(one) < 2 or len(other) < 2:
        return False
    try:
        a, b = float(one), float(other)
    except ValueError:
        return False
    return any(x in _rounded(y) for x, y in ((a, b), (b, a)))


@lru_cache(maxsize=65_536)
def _forms(key: str) -> frozenset[str]:
    """Return the keys of a number of three digits or more when it is rounded."""
    if not key.isdecimal() or int(key) < _ROUNDED_FROM:
        return frozenset()
    return frozenset(str(round(x)) for x in _rounded(float(key))) - {key}


def _rounded(value: float) -> tuple[float, ...]:
    size = 10 ** math.floor(math.log10(value)) if value >= 10 else 1.0
    return tuple(how(value / to) * to for to in (size, size / 10) if to >= 1 for how in (round, math.floor))
