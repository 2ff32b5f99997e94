"""Quantities of a paragraph: numbers with what they measure or count, in one form for three languages."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pipelines.similarity.anchors import paragraph_anchors
from pipelines.similarity.counts import things_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.similarity.anchors import Anchor

Kind = Literal["count", "measure", "money", "date", "year", "time", "version", "model"]

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ/-][^\W\d_]+)*|[$€£₴₽¥%°º]|[.!?…;:,()\n«»“”\"–—]")
_AROUND = 60
"""Characters before and after a number that are read for its unit and its noun."""
_BEFORE_UNIT = frozenset(("us", "u", "s", "degrees"))
"""Words that may stand between a number and its unit."""
_MONEY_FROM = 100_000
"""Pounds from which they are money."""
_STERLING = re.compile("sterling|стерлінг|стерлинг", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[6-9]|20)\d\d")
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
    "half|dozen|decade|third|quarter|fifth|tenth|score|time|пів|пол|дюжин|десятк|десяток|трет|чверт|четверт|пят|п.ят|раз",
    re.I,
)
"""Beginnings of words that change the number in words beside them: four dozen, two thirds, two and a half."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with what it measures or counts."""

    kind: Kind
    key: str
    """As that of an anchor."""
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
    result, last = list[Quantity](), -1
    for anchor in paragraph_anchors(text, language):
        start = round(anchor.position * len(text))
        # a rounded decimal has a second anchor at the same place; so have the two days of `1-20 June`
        if anchor.key[:1].isdigit() and (start != last or "/" in anchor.key):
            result.append(_quantity(anchor, text, start, language))
            last = start
    return tuple(result)


def _quantity(anchor: Anchor, text: str, start: int, language: str) -> Quantity:
    kind: Kind
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
        kind = "version" if anchor.key.replace(".", "").isdigit() else "model"
        return Quantity(kind, anchor.key, anchor.text, start, None, Decimal(1), None, (), digits, about)
    value = Decimal(anchor.key)
    unit, printed = _unit_beside(text, start, end, before, after)
    if unit == "lb" and value >= _MONEY_FROM:
        unit = "gbp"
    if unit in {None, "year", "g"} and _YEAR.fullmatch(anchor.text):
        return Quantity("year", anchor.key, anchor.text, start, value, Decimal(1), None, (), digits, about)
    kind = "count" if unit is None else "money" if dimension(unit) == "money" else "measure"
    counted = (*things_of(after, language), *things_of(before, language)[:2])
    step = _step(anchor.text, value)
    whole = not any(map(_PARTS.match, (*after[:3], *before[:2])))
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
