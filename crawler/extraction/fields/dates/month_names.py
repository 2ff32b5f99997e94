"""Names of months, whole and shortened, in some thirty languages."""

import re
from functools import cache
from pathlib import Path

_STEMS = {
    "січ": 1, "лют": 2, "берез": 3, "квіт": 4, "трав": 5, "черв": 6, "лип": 7, "серп": 8,
    "верес": 9, "жовт": 10,
    "листоп": 11, "груд": 12,
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "июн": 6, "июл": 7, "авг": 8,
    "сен": 9, "окт": 10,
    "ноя": 11, "дек": 12,
    "jan": 1, "feb": 2, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
    "nov": 11, "dec": 12, "march": 3,
}  # fmt: skip
MONTHS_IN_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_ENDINGS = re.compile(
    r"(?:ень|ня|ні|ий|ого|ому|ад[аі]?|ар[ьяе]?|ра?|рал[ьяе]|т[ае]?|ел[ьяе]|уст[ае]?|тяб(?:р[ьяе])?|ябр[ьяе]|бр?|бр[ьяе]|абр[ьяе]"
    r"|[ьяе])?"
)
"""Endings of a Cyrillic month after its stem; without them `Маріуполь` would be March."""
# short forms that other words may begin with, too
_SHORT = {
    "кві": 4,
    "бер": 3,
    "тра": 5,
    "чер": 6,
    "сер": 8,
    "вер": 9,
    "жов": 10,
    "лис": 11,
    "гру": 12,
    "sept": 9,
    "mar": 3,
}


@cache
def _names() -> dict[str, int]:
    """Return months as whole words; month_names.txt has a line of twelve for each language."""
    names: dict[str, int] = {}
    for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines():
        for number, word in enumerate(line.split(), 1):
            names[word] = number
    return names


@cache
def _abbreviations() -> dict[str, set[int]]:
    """Return the first three and four letters of each name, with all months they may stand for.

    Examples are `Dez.`, `août` and `janv.`
    """
    abbreviations: dict[str, set[int]] = {}
    for name, number in _names().items():
        for size in (3, 4):
            if len(name) > size:
                abbreviations.setdefault(name[:size], set()).add(number)
    return abbreviations


def month_number(word: str) -> int | None:
    """Return the month that a word names, 1 to 12; None if it names none, or may name several."""
    folded = word.casefold()
    if folded in _SHORT:
        return _SHORT[folded]
    if folded in _names():
        return _names()[folded]
    candidates = _abbreviations().get(folded, ())
    if len(candidates) == 1:
        return next(iter(candidates))
    for stem, number in _STEMS.items():
        if folded.startswith(stem):
            is_cyrillic = "а" <= folded[0] <= "ї"
            if is_cyrillic and not _ENDINGS.fullmatch(folded[len(stem) :]):
                return None
            return number
    return None
