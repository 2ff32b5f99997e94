"""Adjectives that say a number and a measure: `девятитысячный`, `тридцятирічний`, `fifty-year-old`.

Only measures whose adjective is translated with its number are read. `Двосторонній` is bilateral,
`десятиліття` a decade and `двукратный` double: no side, decade or fold is read, nor one of anything.
"""

import re
from decimal import Decimal

from pipelines.similarity.number_words import by_word, words

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
