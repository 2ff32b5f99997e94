"""Quantities of a paragraph: numbers with what they measure or count, in one form for three languages."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from pipelines.similarity.anchors import Anchor, paragraph_anchors
from pipelines.similarity.counts import things_of
from pipelines.similarity.numbers import number_word
from pipelines.similarity.numerals import same_number

Kind = Literal["count", "measure", "money", "date", "year", "time", "version", "model", "score"]

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ/-][^\W\d_]+)*|[$€£₴₽¥%°º]|[.!?…;:,()\n«»“”\"–—]")
_AROUND = 60
"""Characters before and after a number that are read for its unit and its noun."""
_BEFORE_UNIT = frozenset(("us", "u", "s", "degrees"))
"""Words that may stand between a number and its unit."""
_MONEY_FROM = 100_000
"""Pounds from which they are money."""
_STERLING = re.compile("sterling|стерлінг|стерлинг", re.IGNORECASE)
_GLUED = re.compile(r"[KkMmBb](?![\w/])")
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_ZEROS = {"k": 3, "m": 6, "b": 9}
_SIGNS = frozenset("$€£₴₽¥")
_MANY = re.compile(
    r"(?:[2-9]\d|\d{3})k (?!run|race|walk|ultra|marathon|gold|modem|resolution|display|забіг|забег|золот)"
    "[a-zа-яієґ]"
)
_CAPITAL = re.compile(r"[A-ZА-ЯІЇЄҐЁ]\w*[ -]$")
_INCHES = re.compile(
    r"(?:-(?=\d+\b(?!-f))|[ -]?(?=\d+[ -]?(?:in\b|inch)))(1[01]|\d)\b(?:[ -]?(?:in\b|inch\w*))?"
)
"""After feet: `6-foot-6`, `6 feet 6 inches`."""
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")
_SCORE = re.compile(r"\d-\d")
_ABOUT = frozenset(
    (
        *("about", "around", "nearly", "almost", "some", "roughly", "approximately", "over", "under", "than"),
        *("least", "most", "up", "estimated", "близько", "майже", "понад", "більше", "менше", "приблизно"),
        *("орієнтовно", "щонайменше", "не", "до", "від", "біля", "більш", "менш", "ледь", "около", "почти"),
        *("свыше", "более", "менее", "примерно", "порядка", "минимум", "больше", "меньше", "от", "чуть"),
    )
)
"""Words before a number that is round."""
_ORDINAL = re.compile(
    r"-(?:[йямуюеї]|го|му|та|ту|те|ої|ій|ою|ая|ой|ую|ое)\b|(?:st|nd|rd|th)\b", re.IGNORECASE
)
_PARTS = re.compile(
    r"half|dozen|decade|third|quarter|fifth|tenth|score|time|дюжин|десятк|десяток|трет|чверт|четверт|пят|п.ят|раз"
    # of the beginnings of Полтава and північ, no half
    r"|пів(?=$|тор|рок|тисяч|мільй|мільярд|столі|дюж|сотн|годин|місяц|дня|дн[іи]в)"
    r"|пол(?=$|овин|тор|год|тысяч|милл|столет|век|дюж|сотн|час|месяц|дня)",
    re.I,
)
"""Beginnings of words that change the number in words beside them: four dozen, two thirds, two and a half."""

_ROUNDED, _ROUNDED_ABOUT = Decimal("0.1"), Decimal("0.25")
"""Shares by which a number may be rounded: any, and one that is called about so much."""
_ROUNDED_DIGITS = Decimal("0.04")
"""Share by which digits are rounded without a word for it: 20 000 is no 21 000."""
_PRECISE = 100
"""Worths of its last digit from which a number is no rounding of another as exact: 592 and 593 million."""
_ROUND_FROM = 1_000
"""From which a number that ends in zeros is perhaps round without a word for it."""
_ROUNDED_DEGREES = 2
"""Degrees by which a temperature in Fahrenheit may be rounded."""
_PERIODS = frozenset(map(Decimal, (7, 12, 24, 52, 60, 365)))
"""How often a period is in a longer one: what is paid a month, and a year."""
_BASES = {"s": 60, "min": 60, "h": 24, "month": 12}
"""How many of a unit make the next: a year and 8 months are 20 months."""
_FACTOR = 1.6
"""How many times one number may be the other, unless digits or a scale slipped, or the texts are literal.

Two that are further apart are, in retold texts, mostly of two things: the damage and what was seized of it.
"""
_DIGITS = 3
"""Digits of a number from which one that differs is a slip."""
_CONVERTED = 0.12
"""Share by which a conversion of units may be rounded."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it measures or counts."""

    kind: Kind
    key: str
    """As an anchor has it."""
    text: str
    """As printed, with its unit."""
    start: int
    value: Decimal | None
    step: Decimal
    """Worth of its last digit that is printed: 0.1 million in 8.3 million."""
    unit: str | None
    counted: tuple[tuple[int, str], ...]
    """Meanings or sounds of the words after it, then before it, with the words, the nearest first."""
    digits: bool
    """True where it is printed in digits."""
    about: bool
    whole: bool = True
    """False where words beside it make another number of it: `four dozen`, `two thirds`."""
    ordinal: bool = False
    """True of `34th` and `34-й`."""


@cache
def _units() -> tuple[dict[str, str], tuple[tuple[str, str], ...], dict[str, tuple[str, float]]]:
    """Return units by whole words, by beginnings, and the dimension and size of each unit."""
    unit_of_word, beginnings, sizes = (
        dict[str, str](),
        list[tuple[str, str]](),
        dict[str, tuple[str, float]](),
    )
    table = tomllib.loads(Path(__file__).with_name("units.toml").read_text("utf-8"))
    for dimension, units in table.items():
        for unit, facts in units.items():
            sizes[unit] = dimension, float(facts["size"])
            for word in facts["words"].split():
                if word.endswith("*"):
                    beginnings.append((word[:-1], unit))
                else:
                    unit_of_word[word] = unit
    return unit_of_word, tuple(beginnings), sizes


@lru_cache(maxsize=65_536)
def unit_of(word: str) -> str | None:
    unit_of_word, beginnings, _ = _units()
    lower = word.lower()
    if lower in unit_of_word:
        return unit_of_word[lower]
    return next((unit for beginning, unit in beginnings if lower.startswith(beginning)), None)


def dimension(unit: str) -> str:
    return _units()[2][unit][0]


def size(unit: str) -> float:
    """Return the size of a unit in the first of its dimension; 0 for a currency."""
    return _units()[2][unit][1]


@lru_cache(maxsize=1_024)
def quantities(text: str, language: str) -> tuple[Quantity, ...]:
    """Return the numbers of a paragraph in its order."""
    result, last, feet = list[Quantity](), -1, -1
    for anchor in paragraph_anchors(text, language):
        start = round(anchor.position * len(text))
        # a rounded decimal has a second anchor at the same place; so have the two days of `1-20 June`
        if anchor.key[:1].isdigit() and (start != last or "/" in anchor.key) and start >= feet:
            result.append(_quantity(anchor, text, start, language))
            last = start
            feet = start + len(result[-1].text) if result[-1].unit == "ft" else feet
    return tuple(result)


def _quantity(anchor: Anchor, text: str, start: int, language: str) -> Quantity:
    kind: Kind
    anchor = _scaled(anchor, text, start)
    end = start + len(anchor.text)
    digits = any(map(str.isdigit, anchor.text))
    after = _WORD.findall(text[end : end + _AROUND])
    before = _WORD.findall(text[max(0, start - _AROUND) : start])[::-1]
    about = any(word.lower() in _ABOUT for word in before[:2])
    if "/" in anchor.key:
        return Quantity("date", anchor.key, anchor.text, start, None, Decimal(1), None, (), digits, about)
    if ":" in anchor.key:
        return Quantity("time", anchor.key, anchor.text, start, None, Decimal(1), None, (), digits, about)
    if not anchor.key.replace(".", "", 1).isdigit():
        kind = _kind_of_name(anchor.key)
        return Quantity(kind, anchor.key, anchor.text, start, None, Decimal(1), None, (), digits, about)
    value = Decimal(anchor.key)
    unit, printed = _unit_beside(text, start, end, before, after)
    # hours in Ukrainian, a year in Russian
    if language == "uk" and unit == "year" and after[:1] == ["год"]:
        unit = "h"
    if unit == "lb" and value >= _MONEY_FROM:
        unit = "gbp"
    if unit == "ft" and (inches := _INCHES.match(text, start + len(printed))):
        value, printed = value + Decimal(inches[1]) / 12, text[start : inches.end()]
    if unit in {None, "year", "g"} and _YEAR.fullmatch(anchor.text):
        return Quantity("year", anchor.key, anchor.text, start, value, Decimal(1), None, (), digits, about)
    kind = "count" if unit is None else "money" if dimension(unit) == "money" else "measure"
    counted = (*things_of(after, language), *things_of(before, language)[:2])
    step = _step(anchor.text, value)
    whole = _is_whole(before, after)
    return Quantity(
        kind,
        anchor.key,
        printed,
        start,
        value,
        step,
        unit,
        counted,
        digits,
        about,
        whole,
        bool(_ORDINAL.match(text, end)),
    )


def _kind_of_name(key: str) -> Kind:
    if _SCORE.fullmatch(key):
        return "score"
    return "version" if key.replace(".", "").isdigit() else "model"


def _is_whole(before: Sequence[str], after: Sequence[str]) -> bool:
    """Tell if no word beside a number makes another one of it: `two thirds`, `тисяча двісті`."""
    scale = number_word(before[0]) if before else None
    if scale is not None and scale.kind == "scale":
        return False
    return not any(map(_PARTS.match, (*after[:3], *before[:2])))


def _scaled(anchor: Anchor, text: str, start: int) -> Anchor:
    """Read the end of `1½`, `$22K`, `€5m`, `22k users`; `5K` is a screen, `10k` a run, a 68k a computer."""
    end = start + len(anchor.text)
    if anchor.key.isdigit() and (fraction := _FRACTIONS.get(text[end : end + 1])):
        return Anchor(f"{Decimal(anchor.key) + fraction:f}", anchor.text + text[end], anchor.position)
    letter = _GLUED.match(text, end)
    if letter is None or not anchor.key.replace(".", "", 1).isdigit():
        return anchor
    is_money = text[start - 1 : start] in _SIGNS if start else False
    if not (is_money or (_MANY.match(text, start) and not _CAPITAL.search(text, 0, start))):
        return anchor
    value = Decimal(anchor.key) * 10 ** _ZEROS[letter[0].lower()]
    return Anchor(f"{value.normalize():f}", anchor.text + letter[0], anchor.position)


def _unit_beside(
    text: str, start: int, end: int, before: Sequence[str], after: Sequence[str]
) -> tuple[str | None, str]:
    """Return the unit after a number, or the currency before it, and the number as printed with it."""
    if " ".join(after[:2]).lower() == "per cent":
        return "percent", text[start : text.index(after[1], end) + len(after[1])]
    for place in (0, 1):
        if len(after) <= place or (place and after[0].lower() not in _BEFORE_UNIT):
            break
        # `у 17-му окрузі`, `17-м`: the end of an ordinal
        if len(after[place]) == 1 and after[place].isalpha() and text[end : end + 1] == "-":
            break
        if unit := unit_of(after[place]):
            if unit == "lb" and any(map(_STERLING.match, after[place + 1 : place + 2])):
                unit = "gbp"
            return unit, text[start : text.index(after[place], end) + len(after[place])]
    if before and (unit := unit_of(before[0])) and dimension(unit) == "money":
        return unit, text[text.rindex(before[0], 0, start) : end]
    return None, text[start:end]


def _step(printed: str, value: Decimal) -> Decimal:
    """Return the worth of the last digit that is printed."""
    figure = re.match(r"\d[\d.,\u00a0\u202f ]*", printed)
    if figure is None:
        return Decimal(1)
    digits = re.sub(r"\D", "", figure[0])
    return value / Decimal(digits) if int(digits) else Decimal(1)


def agree(number_a: Quantity, number_b: Quantity) -> bool:
    """Tell if two numbers may be the same, in any form that writers give it."""
    if not set(same_number(number_a.key, number_a.text)).isdisjoint(same_number(number_b.key, number_b.text)):
        return number_a.unit is None or number_b.unit is None or number_a.unit == number_b.unit
    kinds = {number_a.kind, number_b.kind}
    if kinds == {"score"}:
        # who loses 1:3 is beaten 3:1
        return number_a.key == number_b.key[::-1]
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
    return rounded(number_a, number_b)


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


def rounded(number_a: Quantity, number_b: Quantity) -> bool:
    a, b = number_a.value, number_b.value
    if a is None or b is None:
        return False
    apart, about = abs(a - b), number_a.about or number_b.about
    worth_a, worth_b = _worth(a, number_a.step, about=about), _worth(b, number_b.step, about=about)
    step = max(worth_a, worth_b)
    if about and worth_a == worth_b and min(a, b) >= _PRECISE * step:
        return not apart
    if about:
        return apart <= step and apart <= _ROUNDED_ABOUT * max(a, b)
    return apart * 2 <= step and apart <= (_ROUNDED if max(a, b) < _ROUND_FROM else _ROUNDED_DIGITS) * max(
        a, b
    )


def _worth(value: Decimal, step: Decimal, *, about: bool) -> Decimal:
    """Return the worth of the last digit that is meant: 100 of 1,200 and of about 500; 1 of 500."""
    zeros, last = 0, step
    while value and last < value and value % (last * 10) == 0:
        zeros, last = zeros + 1, last * 10
    return last if about or (zeros > 1 and value >= _ROUND_FROM) else step


def _fits(number_a: Quantity, number_b: Quantity, share: float) -> bool:
    """Tell if two quantities of one dimension are equal, but for rounding."""
    if number_a.value is None or number_b.value is None or number_a.unit is None or number_b.unit is None:
        return False
    a, b = float(number_a.value) * size(number_a.unit), float(number_b.value) * size(number_b.unit)
    return abs(a - b) <= share * max(a, b)


def is_conversion(number_a: Quantity, number_b: Quantity) -> bool:
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
    above_32, degrees = float(fahrenheit.value) - 32, float(celsius.value) * 1.8
    # below zero in words: `мінус 10`
    return min(abs(above_32 - degrees), abs(above_32 + degrees)) <= _ROUNDED_DEGREES


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
    if number_a.kind in {"date", "year", "time", "score"}:
        return True
    if number_a.unit and number_b.unit:
        return dimension(number_a.unit) == dimension(number_b.unit)
    return True


def are_close(number_a: Quantity, number_b: Quantity) -> bool:
    """Tell if a number may be a slip or an earlier state of the other; true of dates, times and names."""
    if not number_a.value or not number_b.value:
        return True
    less, more = sorted((number_a.value, number_b.value))
    if float(more / less) <= _FACTOR:
        return True
    if not (number_a.digits and number_b.digits):
        return False
    digits_a, digits_b = _significant(number_a), _significant(number_b)
    if digits_a == digits_b:
        return True
    if len(digits_a) != len(digits_b) or more / less >= 10:
        return False
    differing = 0
    for digit_a, digit_b in zip(digits_a, digits_b, strict=True):
        differing += digit_a != digit_b
    is_digit_slip = differing == 1 and len(digits_a) >= _DIGITS
    return is_digit_slip or sorted(digits_a) == sorted(digits_b)


def _significant(number: Quantity) -> str:
    return number.key.replace(".", "").strip("0")


def _is_plain(number_a: Quantity, number_b: Quantity) -> bool:
    """Tell if numbers, one of them in words, measure or count alike; `one` and `half` have other senses."""
    if number_a.kind != number_b.kind or number_a.kind not in {"count", "measure", "money"}:
        return False
    if number_a.unit != number_b.unit and number_a.value != number_b.value:
        return False
    if not (number_a.whole and number_b.whole):
        return False
    return _is_above_one(number_a) and _is_above_one(number_b)


def _is_above_one(number: Quantity) -> bool:
    return number.digits or (number.value is not None and number.value > 1)


def is_other_period(number_a: Quantity, number_b: Quantity) -> bool:
    """Tell if one number is of a longer period, or leaves out hours, years or the word thousand."""
    if number_a.value is None or number_b.value is None:
        return False
    less, more = sorted((number_a.value, number_b.value))
    # `6 to 9 thousand euros` and `6,000 to 9,000`
    is_scaled = more == less * 1_000 and None in {number_a.unit, number_b.unit}
    is_period = less > 0 and more / less in _PERIODS
    base = _BASES.get(number_a.unit or "") if number_a.unit == number_b.unit else None
    return is_scaled or is_period or (base is not None and (more - less) % base == 0)
