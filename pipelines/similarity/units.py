"""Amounts with their unit: `25 miles` and «40 км» are one amount in two systems of units."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.similarity import numbers

_UNITS = (
    # words of the unit, what it measures, how many base units it has, and where its zero is
    (r"miles?|мил[ьіия]\w{0,2}", "length", 1609.34, 0.0),
    (r"kilomet(?:er|re)s?|kms?|кілометр\w{0,3}|километр\w{0,3}|км", "length", 1000.0, 0.0),
    (r"met(?:er|re)s?|m|метр\w{0,3}|м", "length", 1.0, 0.0),
    (r"yards?|ярд\w{0,3}", "length", 0.9144, 0.0),
    (r"feet|foot|ft|фут\w{0,3}", "length", 0.3048, 0.0),
    (r"inch(?:es)?|дюйм\w{0,3}", "length", 0.0254, 0.0),
    (r"centimet(?:er|re)s?|cm|сантиметр\w{0,3}|см", "length", 0.01, 0.0),
    (r"mph|miles (?:per|an) hour|мил[ьіия]\w{0,2} (?:на|за|в) (?:годину|час)", "speed", 1.60934, 0.0),
    (r"km/h|kph|км/год|км/ч", "speed", 1.0, 0.0),
    (r"pounds?|lbs?|фунт\w{0,3}", "weight", 0.45359, 0.0),
    (r"ounces?|унці[яійю]|унци[яийю]", "weight", 0.02835, 0.0),
    (r"kilograms?|kilos?|kg|кілограм\w{0,3}|килограмм?\w{0,3}|кг", "weight", 1.0, 0.0),
    (r"grams?|грам\w{0,3}|грамм\w{0,3}", "weight", 0.001, 0.0),
    (r"acres?|акр\w{0,3}", "area", 0.40469, 0.0),
    (r"hectares?|ha|гектар\w{0,3}|га", "area", 1.0, 0.0),
    (r"gallons?|галон\w{0,3}|галлон\w{0,3}", "volume", 3.78541, 0.0),
    (r"lit(?:er|re)s?|літр\w{0,3}|литр\w{0,3}|л", "volume", 1.0, 0.0),
    (r"°\s?F|degrees Fahrenheit|градус\w{0,3} (?:за|по) Фаренгейт\w{0,2}", "temperature", 5 / 9, 32.0),
    (r"°\s?[CС]|degrees Celsius|degrees|градус\w{0,3}", "temperature", 1.0, 0.0),
)


def _pattern() -> re.Pattern[str]:
    groups = list[str]()
    # `miles per hour` before `miles`
    for line in sorted(range(len(_UNITS)), key=lambda line: -len(_UNITS[line][0])):
        groups.append(f"(?P<u{line}>{_UNITS[line][0]})")
    number = rf"(?<![\d.,])(?P<sign>[-−–])?(?P<number>{numbers.NUMBER})[\s\u00a0-]?"
    return re.compile(rf"{number}(?:{'|'.join(groups)})(?![^\W_]|/)", re.IGNORECASE)


_AMOUNT = _pattern()
_ROUNDED = 0.06
"""Share by which a rounded amount may differ from the exact one: 25 miles are 40 km."""
_DEGREES = 1.5


@dataclass(frozen=True, slots=True)
class Amount:
    key: str
    """Key of its number, as anchors have it."""
    text: str
    dimension: str
    unit: int
    """Line of the table of units; words of one unit in other languages are one line."""
    value: float
    """In the base unit of its dimension."""

    def is_converted(self, amount: "Amount") -> bool:
        """Tell if both are the same amount in two units, rounded or not."""
        if self.dimension != amount.dimension or self.unit == amount.unit:
            return False
        apart = abs(self.value - amount.value)
        if self.dimension == "temperature":
            return apart <= _DEGREES
        return apart <= _ROUNDED * max(abs(self.value), abs(amount.value))


def amounts(text: str) -> Iterator[Amount]:
    """Yield the numbers of a text that have a unit."""
    for match in _AMOUNT.finditer(text):
        number, group = numbers.amount(match["number"]), match.lastgroup
        assert group is not None
        unit = int(group[1:])
        _, dimension, factor, zero = _UNITS[unit]
        signed = -float(number) if match["sign"] and dimension == "temperature" else float(number)
        yield Amount(numbers.key(number), match[0], dimension, unit, (signed - zero) * factor)


def converted(text_a: str, text_b: str) -> list[tuple[Amount, Amount]]:
    """Return the amounts of two texts that are the same in two units."""
    unmatched, pairs = list(amounts(text_b)), list[tuple[Amount, Amount]]()
    for amount in amounts(text_a):
        partner = next(filter(amount.is_converted, unmatched), None)
        if partner is not None:
            unmatched.remove(partner)
            pairs.append((amount, partner))
    return pairs
