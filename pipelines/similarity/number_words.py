"""Words of numbers in three languages, from number_words.toml, and adjectives of a number and a measure.

Of adjectives (`девятитысячный`, `тридцятирічний`, `fifty-year-old`) only those are read whose measure is
translated with its number. `Двосторонній` is bilateral, `десятиліття` a decade and `двукратный` double: no
side, decade or fold is read, nor one of anything.
"""

import re
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def by_word(section: str, *parts: str) -> dict[str, int]:
    """Return the number that each word of a section says, or of these parts of it."""
    table = _file()[section]
    values: dict[str, int] = {}
    for group in [table[part] for part in parts] or [table]:
        for value, words_of_value in group.items():
            values |= dict.fromkeys(words_of_value.split(), int(value))
    return values


def words(name: str) -> tuple[str, ...]:
    """Return a list of words."""
    return tuple(_file()["words"][name].split())


_PARTS = ("ones", "teens", "ties", "hundreds")
_THOUSANDS = by_word("adjectives", "thousands")
EN_MEASURES = frozenset(words("measures_english"))
_BY_FORM = by_word("adjectives", *_PARTS) | {"одно": 1}
_ONES, _TEENS, _TIES, _HUNDREDS = ("|".join(by_word("adjectives", part)) for part in _PARTS)
_CYRILLIC = re.compile(
    rf"(?P<hundreds>{_HUNDREDS})?"
    rf"(?:(?P<teens>{_TEENS})|(?P<ties>{_TIES})?(?P<ones>{_ONES}|(?<=.)одно)?)"
    rf"(?P<measure>{'|'.join((*_THOUSANDS, *words('measures_cyrillic')))})"
    rf"(?:{'|'.join(words('endings_of_adjectives'))})"
)


def adjective_value(plain: str) -> Decimal | None:
    """Return the number in a Cyrillic adjective, in lower case and without apostrophes; None for others."""
    match = _CYRILLIC.fullmatch(plain)
    if match is None:
        return None
    value = sum(_BY_FORM[part] for part in match.group("hundreds", "teens", "ties", "ones") if part)
    return Decimal(value * _THOUSANDS.get(match["measure"], 1)) if value > 1 else None
