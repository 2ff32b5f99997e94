"""Figures: the numbers of a headline, and what numbers count, compared between two articles.

The numbers of a headline are what the article is about: `Ruby 2.5.1` and `Ruby 2.2.10` are two releases,
however much their texts have in common. So are `5 killed` and `7 killed`, on two days or in two towns.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from pipelines.similarity.counts import Counted
from pipelines.similarity.document import ArticleReading, text_of

FIGURES = (
    *("headline numbers alike", "headline numbers contrary", "headline numbers missing"),
    *("counted alike", "counted otherwise"),
    *("places contrary", "rounded alike"),
)
_Value = tuple[int, float]
"""Digits of the whole part, and the number."""
_ROUNDED_FROM = 100
"""Numbers below are too few to be told by one or two of their digits."""
_LONGEST = 15
"""Digits of a number that is rounded; one of hundreds, which a page may have, is no value."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of an article by their keys."""

    headline: frozenset[str]
    every: frozenset[str]
    counted: Counted
    places: frozenset[str]
    rounded: frozenset[str]
    """All that its numbers may be rounded to."""
    values: frozenset[_Value]
    round_values: frozenset[_Value]
    """Its numbers of two digits or more, and these to one or two digits."""

    @classmethod
    def of(cls, reading: ArticleReading) -> "Figures":
        document = reading.document
        # an anchor's position is a share of the text that was read
        ends = (len(document.headline) + 0.5) / max(1, len(text_of(document)))
        numbers = _numbers(reading)
        every = frozenset(key for key, _ in numbers)
        return cls(
            frozenset(key for key, position in numbers if position < ends),
            every,
            reading.counted,
            frozenset(x.key for x in reading.places),
            frozenset(form for key in every for form in _forms(key)),
            frozenset(value for key in every for value in _value(key)),
            frozenset(value for key in every for value in _round_values(key)),
        )

    def against(self, counterpart: "Figures") -> tuple[float, ...]:
        """Return the values of FIGURES.

        Headlines: 1 if a number of one is in the other article; 1 if both have numbers and none is; the share
        of those that the other article lacks. What is counted: the logarithm of how many things have a number
        in common, and of how many have other numbers, which the other article has nowhere. Places: 1 if both
        name towns or regions and none of them is the same. The logarithm of how many numbers are rounded.
        """
        return (
            *self._headlines(counterpart),
            *self._counted(counterpart),
            float(bool(self.places and counterpart.places) and self.places.isdisjoint(counterpart.places)),
            math.log1p(self.rounded_in(counterpart)),
        )

    def has(self, keys: frozenset[str]) -> int:
        """Count the keys that are among its numbers, or are one of them rounded, or it rounded."""
        return sum(
            key in self.every
            or not self.round_values.isdisjoint(_value(key))
            or not self.values.isdisjoint(_round_values(key))
            for key in keys
        )

    def rounded_in(self, counterpart: "Figures") -> int:
        """Count the numbers of one that are a number of the other rounded, and no number of it."""
        only_here, only_in_other = self.every - counterpart.every, counterpart.every - self.every
        return len(only_in_other & self.rounded) + len(only_here & counterpart.rounded)

    def _headlines(self, counterpart: "Figures") -> tuple[float, float, float]:
        count = len(self.headline) + len(counterpart.headline)
        if not count or not self.every or not counterpart.every:
            return 0.0, 0.0, 0.0
        alike = counterpart.has(self.headline) + self.has(counterpart.headline)
        contrary = bool(self.headline and counterpart.headline) and not alike
        return float(alike > 0), float(contrary), (count - alike) / count

    def _counted(self, counterpart: "Figures") -> tuple[float, float]:
        alike = otherwise = 0
        for thing in self.counted.keys() & counterpart.counted.keys():
            numbers_a, numbers_b = self.counted[thing], counterpart.counted[thing]
            if not numbers_a.isdisjoint(numbers_b):
                alike += 1
            elif not counterpart.has(numbers_a) and not self.has(numbers_b):
                otherwise += 1
        return math.log1p(alike), math.log1p(otherwise)


def digits_in_common(reading_a: ArticleReading, reading_b: ArticleReading) -> int:
    """Count the digits of the numbers that both articles have, days aside; a score counts as three."""
    digits = 0
    for key in dict(_numbers(reading_a)).keys() & dict(_numbers(reading_b)).keys():
        digits += 0 if "/" in key else len(key)
    return digits


def hours_contrary(*readings: ArticleReading) -> bool:
    """Tell if two articles name times of day, and none in common; 20:10 may be 8:10."""
    hours_a, hours_b = set[tuple[int, str]](), set[tuple[int, str]]()
    for reading, hours in zip(readings, (hours_a, hours_b), strict=True):
        for anchor in reading.anchors:
            hour, colon, minute = anchor.key.partition(":")
            if colon:
                hours.add((int(hour) % 12, minute))
    return bool(hours_a and hours_b) and hours_a.isdisjoint(hours_b)


def _numbers(reading: ArticleReading) -> list[tuple[str, float]]:
    """Return the numbers of an article with their positions, single digits last."""
    numbers = list[tuple[str, float]]()
    for anchor in reading.anchors:
        if anchor.key[0].isdigit():
            numbers.append((anchor.key, anchor.position))
    for digit in reading.digits:
        # `×5×480`: the digit stands between the signs
        numbers.append((digit.key[1], digit.position))
    return numbers


def rounded_alike(keys_a: Collection[str], keys_b: Collection[str]) -> set[str]:
    """Return the numbers of both that are one number, rounded on one side.

    Looked up, not compared each with each: a paragraph may be a list of 100,000 numbers.
    """
    same = set[str]()
    for whole, rounded in ((keys_a, keys_b), (keys_b, keys_a)):
        keys_of: dict[_Value, list[str]] = {}
        for key in rounded:
            for value in _value(key):
                keys_of.setdefault(value, []).append(key)
        for key in whole:
            for value in _round_values(key):
                if value in keys_of:
                    same.update((key, *keys_of[value]))
    return same


@lru_cache(maxsize=65_536)
def _value(key: str) -> tuple[_Value, ...]:
    """Return the value of a number of two digits or more, with how long its whole part is; or nothing."""
    if not 2 <= len(key) <= _LONGEST:
        return ()
    try:
        return ((len(key.partition(".")[0]), float(key)),)
    except ValueError:
        return ()


@lru_cache(maxsize=65_536)
def _round_values(key: str) -> tuple[_Value, ...]:
    """Return a number to one or two digits: 300 of 297, 11 000 of 11 400, 30 of 34."""
    return tuple((long, x) for long, value in _value(key) for x in _rounded(value))


@lru_cache(maxsize=65_536)
def _forms(key: str) -> frozenset[str]:
    """Return the keys of a number of three digits or more when it is rounded."""
    if not key.isdecimal() or len(key) > _LONGEST or int(key) < _ROUNDED_FROM:
        return frozenset()
    return frozenset(str(round(x)) for x in _rounded(float(key))) - {key}


def _rounded(value: float) -> tuple[float, ...]:
    size = 10 ** math.floor(math.log10(value)) if value >= 10 else 1.0
    return tuple(how(value / to) * to for to in (size, size / 10) if to >= 1 for how in (round, math.floor))
