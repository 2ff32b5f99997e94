"""Marks of numbers: two that stand at the same place of two texts and contradict each other.

A mark must be right, so every way in which two texts may give one number is tried first: words and digits,
rounding, scales, 12 and 24 hours, decades, units, currencies. A number of one text alone is no mark.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from archive.format.marks import NumberMark
from pipelines.alignment.numerals import also_said, same_number
from pipelines.alignment.quantities import dimension, quantities, size, unit_of
from pipelines.similarity.counts import things_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipelines.alignment.quantities import Quantity

MOST = 40
"""Numbers of linked paragraphs from which they are a table, whose rows nobody can tell apart."""
_APART = 0.3
"""Share of a paragraph that two numbers may stand apart."""
_ROUNDED, _ABOUT = Decimal("0.1"), Decimal("0.25")
"""Shares by which a number may be rounded: any, and one that is called about so much."""
_ROUNDED_DEGREES = 2
"""Degrees by which a temperature in Fahrenheit may be rounded."""
_ALIKE_WORDS, _ALIKE_SHARE = 3, 0.3
"""Words around two numbers that are common to both, and their share, from which the places are the same."""
_SURE, _LIKELY = 0.97, 0.93
"""Probabilities of a mark whose place the numbers beside it or the thing counted tell, and of others."""
_PERIODS = frozenset(map(Decimal, (7, 12, 24, 52, 60, 365)))
"""How often a period is in a longer one: what is paid a month, and a year."""
_BASES = {"s": 60, "min": 60, "h": 24, "month": 12}
"""How many of a unit make the next: a year and 8 months are 20 months."""
_FACTOR = 1.6
"""How many times one number may be the other, unless digits or a scale slipped, or the texts are literal.

Two that are further apart are, in retold texts, mostly of two things: the damage and what was seized of it.
"""
_LITERAL = 0.5
"""Share of the words around two numbers that both texts have, from which they are literal."""
_DIGITS = 3
"""Digits of a number from which one that differs is a slip."""
_NEAR = 70
"""Characters before and after a number that are its place."""
_ZONE = re.compile(
    r"\b(?:local|місцев|местн|київськ\w+ час|киевск\w+ врем|за києв|GMT|UTC|CET|E[DS]T\b)", re.IGNORECASE
)
_NAME = re.compile(r"(?<=[^.!?…] )(?=[^a-zа-яіїєґё])[^\W\d_]{4,}")
_CONVERTED = 0.12
"""Share by which a conversion of units may be rounded."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Linked paragraphs of one text."""

    text: str
    language: str


def number_marks(a: Passage, b: Passage) -> tuple[tuple[NumberMark, ...], tuple[NumberMark, ...]]:
    """Return the contradictions and the conversions of linked paragraphs."""
    numbers_a, numbers_b = (quantities(x.text, x.language) for x in (a, b))
    if not (0 < len(numbers_a) <= MOST and 0 < len(numbers_b) <= MOST):
        return (), ()
    sides = _Sides(a, b, numbers_a, numbers_b)
    if len(sides.matched) in {len(numbers_a), len(numbers_b)}:
        return (), ()
    differ, converted = list[NumberMark](), list[NumberMark]()
    said_in_a, said_in_b = also_said(a.text), also_said(b.text)
    for i, j, confidence in sides.same_places():
        number_a, number_b = numbers_a[i], numbers_b[j]
        counted = number_a.unit or _common_word(number_a, number_b)
        mark = NumberMark(number_a.text, number_b.text, counted, confidence)
        if _is_conversion(number_a, number_b):
            converted.append(mark)
            continue
        in_b, in_a = _is_said(number_a, said_in_b), _is_said(number_b, said_in_a)
        # `63 injured, 36 evacuated` and `36 injured, 36 evacuated`: a number at another place hides nothing
        units = {number_a.unit, number_b.unit}
        other_unit = None not in units and len(units) == 2
        if (
            other_unit
            or (not in_a and not in_b)
            or (not (in_a and in_b) and confidence >= _SURE and mark.counted)
        ):
            differ.append(mark)
    return tuple(differ), tuple(converted)


class _Sides:
    """The numbers of both passages, and which of them are equal."""

    def __init__(
        self, a: Passage, b: Passage, numbers_a: Sequence[Quantity], numbers_b: Sequence[Quantity]
    ) -> None:
        self.a, self.b = a, b
        self.numbers_a, self.numbers_b = numbers_a, numbers_b
        self.matched = dict[int, int]()
        """Numbers of b by numbers of a, each with the nearest that is the same, else with one that may be."""
        matched_b = set[int]()
        for _, _, i, j in sorted(self._equal()):
            if i not in self.matched and j not in matched_b:
                self.matched[i] = j
                matched_b.add(j)
        self._alone_b = sorted(set(range(len(numbers_b))) - matched_b)

    def _equal(self) -> Iterator[tuple[bool, float, int, int]]:
        for i, number_a in enumerate(self.numbers_a):
            for j, number_b in enumerate(self.numbers_b):
                if agree(number_a, number_b):
                    yield number_a.key != number_b.key, self._apart(number_a, number_b), i, j

    def _apart(self, number_a: Quantity, number_b: Quantity) -> float:
        return abs(number_a.start / len(self.a.text) - number_b.start / len(self.b.text))

    def same_places(self) -> Iterator[tuple[int, int, float]]:
        """Yield two numbers without an equal one at the same place, and how likely a reader agrees.

        Each is the only partner of the other.
        """
        likely = dict[tuple[int, int], float]()
        for i, number_a in enumerate(self.numbers_a):
            for j in self._alone_b if i not in self.matched else ():
                number_b = self.numbers_b[j]
                if comparable(number_a, number_b) and self._is_near(i, j) and not self._is_explained(i, j):
                    likely[i, j] = self._confidence(i, j)
        for (i, j), confidence in likely.items():
            rivals = [pair for pair in likely if (pair[0] == i) != (pair[1] == j)]
            if self._is_of_one_unit(i, j):
                # `46 million hryvnias ($1.1 million)`: the conversion is no rival
                rivals = [pair for pair in rivals if self._is_of_one_unit(*pair)]
            if confidence and not rivals:
                yield i, j, confidence

    def _is_explained(self, i: int, j: int) -> bool:
        """Tell if two numbers differ because one text has a sum, the hours of a time or another period."""
        number_a, number_b = self.numbers_a[i], self.numbers_b[j]
        if number_a.kind == number_b.kind == "time":
            minutes = {x.key.partition(":")[2] for x in (number_a, number_b)}
            return len(minutes) == 1 and any(_ZONE.search(x.text) for x in (self.a, self.b))
        if number_a.value is None or number_b.value is None or _is_conversion(number_a, number_b):
            return False
        if _is_part(self.numbers_a, i, number_b.value) or _is_part(self.numbers_b, j, number_a.value):
            return True
        less, more = sorted((number_a.value, number_b.value))
        # `6 to 9 thousand euros` and `6,000 to 9,000`
        is_scaled = more == less * 1_000 and None in {number_a.unit, number_b.unit}
        is_period = less > 0 and more / less in _PERIODS
        base = _BASES.get(number_a.unit or "") if number_a.unit == number_b.unit else None
        return is_scaled or is_period or (base is not None and (more - less) % base == 0)

    def _is_of_one_unit(self, i: int, j: int) -> bool:
        return self.numbers_a[i].unit == self.numbers_b[j].unit

    def _is_near(self, i: int, j: int) -> bool:
        """Tell if two numbers are near, or the languages' order of words alone may set them apart."""
        number_a, number_b = self.numbers_a[i], self.numbers_b[j]
        if self._apart(number_a, number_b) <= _APART or self._is_only_difference(i, j):
            return True
        framed, _ = self._frame(i, j)
        return framed and _common_word(number_a, number_b) is not None

    def _is_only_difference(self, i: int, j: int) -> bool:
        """Tell if all other numbers of both texts are equal, and these two measure or count one thing."""
        alone_a = len(self.numbers_a) - len(self.matched)
        if (alone_a, len(self._alone_b)) != (1, 1):
            return False
        number_a, number_b = self.numbers_a[i], self.numbers_b[j]
        alike = self._context(number_a, number_b)[1]
        same = (
            number_a.unit is not None or number_a.kind in {"date", "time"} or _common_word(number_a, number_b)
        )
        return alike and bool(same)

    def _confidence(self, i: int, j: int) -> float:
        """Return how likely two numbers stand for the same; 0 where that is not sure enough for a mark."""
        number_a, number_b = self.numbers_a[i], self.numbers_b[j]
        counted = _common_word(number_a, number_b) is not None
        framed, has_neighbour = self._frame(i, j)
        common, alike = self._context(number_a, number_b)
        in_words = not (number_a.digits and number_b.digits)
        uncounted = not counted and (in_words or "count" in {number_a.kind, number_b.kind})
        alone = framed and common and (has_neighbour or (alike and not in_words))
        enough = alone if uncounted else alike or (framed and (common or has_neighbour))
        if not (_are_close(number_a, number_b) or _is_conversion(number_a, number_b)):
            enough = enough and self._is_literal(number_a, number_b)
        if number_a.unit == "year" or uncounted:
            enough = enough and not self._are_of_others(number_a, number_b)
        if number_a.kind == "money" and number_a.unit != number_b.unit:
            enough = framed and alike
        sure = framed and (has_neighbour or counted)
        return enough * (_SURE if sure else _LIKELY)

    def _context(self, number_a: Quantity, number_b: Quantity) -> tuple[bool, bool]:
        """Tell if the words around two numbers have any in common, and if they have many."""
        around_a, around_b = _words_around(number_a, self.a), _words_around(number_b, self.b)
        common, least = len(around_a & around_b), min(len(around_a), len(around_b))
        return common > 0, common >= min(_ALIKE_WORDS, _ALIKE_SHARE * max(1, least))

    def _is_literal(self, number_a: Quantity, number_b: Quantity) -> bool:
        """Tell if most words around two numbers are common, and all other numbers of both texts."""
        around_a, around_b = _words_around(number_a, self.a), _words_around(number_b, self.b)
        share = len(around_a & around_b) / max(1, len(around_a), len(around_b))
        rest = len(self.numbers_a) - len(self.matched) + len(self._alone_b)
        return share >= _LITERAL and rest == 2

    def _are_of_others(self, number_a: Quantity, number_b: Quantity) -> bool:
        """Tell if both texts name, beside the number, somebody or something that the other text lacks.

        That is for years the man or woman of an age, for other numbers what has a name: a town, a front.
        """
        if number_a.unit == "year":
            own_a, own_b = (_things_beside(x) for x in (number_a, number_b))
        else:
            own_a, own_b = (_name_beside(*x) for x in ((number_a, self.a), (number_b, self.b)))
        in_a, in_b = (things_in(x.text, x.language) for x in (self.a, self.b))
        return bool(own_a and own_b) and own_a.isdisjoint(in_b) and own_b.isdisjoint(in_a)

    def _frame(self, i: int, j: int) -> tuple[bool, bool]:
        """Tell if the numbers before and after two numbers are equal, or none, and if there is such a one."""
        before = i > 0 and j > 0 and self.matched.get(i - 1) == j - 1
        after = self.matched.get(i + 1) == j + 1
        are_last = i + 1 == len(self.numbers_a) and j + 1 == len(self.numbers_b)
        return (before or i == j == 0) and (after or are_last), before or after


def _is_said(number: Quantity, keys: frozenset[str]) -> bool:
    """Tell if a text has a number in any form."""
    if number.kind == "year":
        return number.key in keys
    return not keys.isdisjoint(same_number(number.key, number.text))


def agree(number_a: Quantity, number_b: Quantity) -> bool:
    """Tell if two numbers may be the same, in any form that writers give it."""
    if not set(same_number(number_a.key, number_a.text)).isdisjoint(same_number(number_b.key, number_b.text)):
        return number_a.unit is None or number_b.unit is None or number_a.unit == number_b.unit
    kinds = {number_a.kind, number_b.kind}
    if "time" in kinds:
        return not _hours(number_a).isdisjoint(_hours(number_b))
    if "date" in kinds:
        return not _days(number_a).isdisjoint(_days(number_b))
    if "year" in kinds:
        return len(kinds) > 1 and number_a.key[-2:] == number_b.key[-2:]
    if number_a.value is None or number_b.value is None:
        return False
    if number_a.unit and number_b.unit and number_a.unit != number_b.unit:
        return dimension(number_a.unit) == dimension(number_b.unit) == "duration" and _fits(
            number_a, number_b, 0.04
        )
    return _rounded(number_a, number_b)


def _hours(number: Quantity) -> set[str]:
    """Return the ways to say an hour: 21:00 is 9 and 21."""
    if number.kind == "time":
        hour, _, minute = number.key.partition(":")
        return {f"{int(hour) % 12}:{minute}"}
    if number.kind == "count" and number.value is not None and number.value <= 24:
        return {f"{int(number.value) % 12}:00"}
    return {number.key}


def _days(number: Quantity) -> set[str]:
    return {number.key, number.key.partition("/")[0]}


def _rounded(number_a: Quantity, number_b: Quantity) -> bool:
    a, b = number_a.value, number_b.value
    if a is None or b is None:
        return False
    apart, about = abs(a - b), number_a.about or number_b.about
    step = max(_worth(a, number_a.step, about=about), _worth(b, number_b.step, about=about))
    if about:
        return apart <= step and apart <= _ABOUT * max(a, b)
    return apart * 2 <= step and apart <= _ROUNDED * max(a, b)


def _worth(value: Decimal, step: Decimal, *, about: bool) -> Decimal:
    """Return the worth of the last digit that is meant: 100 of 1,200; of about 30 it is 10, of 30 it is 1."""
    zeros, last = 0, step
    while value and last < value and value % (last * 10) == 0:
        zeros, last = zeros + 1, last * 10
    return last if about or zeros > 1 else step


def _fits(number_a: Quantity, number_b: Quantity, share: float) -> bool:
    """Tell if two quantities of one dimension are equal, but for rounding."""
    if number_a.value is None or number_b.value is None or number_a.unit is None or number_b.unit is None:
        return False
    a, b = float(number_a.value) * size(number_a.unit), float(number_b.value) * size(number_b.unit)
    return abs(a - b) <= share * max(a, b)


def _is_conversion(number_a: Quantity, number_b: Quantity) -> bool:
    if number_a.unit == number_b.unit == "degree":
        return _is_fahrenheit(number_a, number_b) or _is_fahrenheit(number_b, number_a)
    if number_a.unit is None or number_b.unit is None or number_a.unit == number_b.unit:
        return False
    return (
        number_a.value != number_b.value
        if number_a.kind == "money"
        else _fits(number_a, number_b, _CONVERTED)
    )


def _is_fahrenheit(celsius: Quantity, fahrenheit: Quantity) -> bool:
    if celsius.value is None or fahrenheit.value is None:
        return False
    return abs(float(celsius.value) * 1.8 + 32 - float(fahrenheit.value)) <= _ROUNDED_DEGREES


def comparable(number_a: Quantity, number_b: Quantity) -> bool:
    if not (number_a.digits and number_b.digits) and not _is_plain(number_a, number_b):
        return False
    if {number_a.kind, number_b.kind} == {"count", "measure"}:
        # `17 років`, `at the age of 17`
        return {number_a.unit, number_b.unit} == {None, "year"}
    if number_a.kind != number_b.kind:
        return False
    if number_a.ordinal != number_b.ordinal:
        return False
    if number_a.kind == "version":
        return number_a.key.count(".") == number_b.key.count(".")
    if number_a.kind == "model":
        return number_a.key.lstrip("0123456789") == number_b.key.lstrip("0123456789")
    if number_a.kind in {"date", "year", "time"}:
        return True
    if number_a.unit and number_b.unit:
        return dimension(number_a.unit) == dimension(number_b.unit)
    return True


def _are_close(number_a: Quantity, number_b: Quantity) -> bool:
    """Tell if a number may be a slip or an earlier state of the other; true of dates, times and names."""
    if not number_a.value or not number_b.value:
        return True
    less, more = sorted((number_a.value, number_b.value))
    if float(more / less) <= _FACTOR:
        return True
    if not (number_a.digits and number_b.digits):
        return False
    digits_a, digits_b = (x.key.replace(".", "").strip("0") for x in (number_a, number_b))
    if digits_a == digits_b:
        return True
    if len(digits_a) != len(digits_b) or more / less >= 10:
        return False
    return sorted(digits_a) == sorted(digits_b) or (
        len(digits_a) >= _DIGITS and sum(x != y for x, y in zip(digits_a, digits_b, strict=True)) == 1
    )


def _is_part(numbers: Sequence[Quantity], i: int, whole: Decimal | None) -> bool:
    """Tell if a number and another within two places make `whole` together."""
    part = numbers[i].value
    beside = (x.value for x in (*numbers[max(0, i - 2) : i], *numbers[i + 1 : i + 3]))
    return part is not None and any(x is not None and part + x == whole for x in beside)


def _is_plain(number_a: Quantity, number_b: Quantity) -> bool:
    """Tell if numbers, one of them in words, measure or count alike; `one` and `half` have other senses."""
    if number_a.kind != number_b.kind or number_a.kind not in {"count", "measure", "money"}:
        return False
    if number_a.unit != number_b.unit or not (number_a.whole and number_b.whole):
        return False
    return all(x.digits or (x.value is not None and x.value > 1) for x in (number_a, number_b))


def _common_word(number_a: Quantity, number_b: Quantity) -> str | None:
    """Return the word of the first number for a thing that both count."""
    things = {thing for thing, _ in number_b.counted}
    return next((word for thing, word in number_a.counted if thing in things), None)


def _things_beside(number: Quantity) -> frozenset[int]:
    return frozenset(thing for thing, word in number.counted if unit_of(word) is None)


def _name_beside(number: Quantity, passage: Passage) -> frozenset[int]:
    """Return the meanings or the sound of the nearest word in capitals that begins no sentence."""
    end = number.start + len(number.text)
    before = _NAME.findall(passage.text, max(0, number.start - _NEAR), number.start)
    names = before[-1:] or _NAME.findall(passage.text, end, end + _NEAR)[:1]
    return things_in(" ".join(names), passage.language)


def _words_around(number: Quantity, passage: Passage) -> frozenset[int]:
    start, end = max(0, number.start - _NEAR), number.start + len(number.text) + _NEAR
    return things_in(passage.text[start:end], passage.language)
