"""Numbers, dates and times in one form: `11,4 тис.` and `eleven thousand four hundred` are 11400.

A translator writes numbers as the other language does. A comparison of digits alone would take `4 тисячі` and
`4,000` for different numbers.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from pipelines.similarity.number_words import EN_MEASURES, adjective_value, by_word, words

_MONTH = by_word("months")
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_ORDINAL = r"(?:st|nd|rd|th|-?го|-?е)?"
_TO = r" ?[-–—] ?"
DATE = (
    rf"(?:(?P<day_from>\d{{1,2}}){_ORDINAL}{_TO})?(?P<day>\d{{1,2}}){_ORDINAL}"
    rf"[ \u00a0](?:of )?(?P<month>{_NAMES})\b"
    r"|(?<!\d)(?P<dd>\d{1,2})\.(?P<mm>0[1-9]|1[0-2])\.(?P<yyyy>(?:19|20)\d\d)(?!\d)"
    r"|(?<!\d)(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])-(?P<d>[0-3]\d)(?!\d)"
)
_AFTER_MONTH = re.compile(
    rf"\.? (?P<day>\d{{1,2}}){_ORDINAL}\b(?![.,:]?\d)(?:{_TO}(?P<to>\d{{1,2}}){_ORDINAL}\b(?![.,:]?\d))?"
)
TIME = (
    r"(?<![\d:])(?P<hour>[01]?\d|2[0-3])[:.](?P<minute>[0-5]\d)(?![\d:%]|[.,]\d)(?P<half> ?[ap]\.?m\b\.?)"
    r"|(?<![\d:])(?P<hour_24>[01]?\d|2[0-3]):(?P<minute_24>[0-5]\d)(?![\d%])"
    r"|(?<![\d:.,])(?P<hour_12>1[0-2]|[1-9])(?P<half_12> ?[ap]\.?m\b\.?)"
    r"|(?<![\d:.,])(?P<hour_0>0\d|(?:1\d|2[0-3])(?=\d\d hours\b))(?P<minute_0>[0-5]\d)(?![\d.,]\d|\d)"
    r"|(?<!\d)(?P<goals>\d[:–-]\d)(?![\d–:-]|[.,]\d)"
)
VERSION = r"(?<![\d.])(?!\d{1,3}(?:\.\d{3})+(?![\d.]))\d{1,3}(?:\.\d{1,3}){2,3}(?![\d.]*\d)"
"""Version numbers: 6.0.7; not 1.234.567."""
MODEL = r"(?<![\w-])(?P<mark>[^\W\d_]{1,3})-?(?P<make>\d{1,4})(?![\w%]|[.,:-]\d)"
"""Models: C-300, F16, r6."""
NUMBER = r"\d{1,3}(?:[.,\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+(?!\d))?|\d+(?:[.,]\d+)?"

_HUNDRED = frozenset(words("hundred"))
_HALF_OF = re.compile("(?:пів|пол)(.{3,})")
_ROMAN = {"I": 1, "V": 5, "X": 10}


@dataclass(frozen=True, slots=True)
class NumberWord:
    """Value of a number word.

    `kind` is `one`, `ten` (complete in itself), `ty` (a one may follow), `hundred`, `scale`, `half` (a scale
    follows), or `whole` (an adjective as `thirty-year-old`, which goes with no other number).
    """

    kind: str
    value: Decimal


HALF = NumberWord("half", Decimal("0.5"))
_ONE_AND_A_HALF = NumberWord("half", Decimal("1.5"))


def _known() -> dict[str, NumberWord]:
    known_words: dict[str, NumberWord] = {}
    for kind, part in (("one", "ones"), ("ten", "tens"), ("ty", "ties"), ("hundred", "hundreds")):
        for word, value in by_word("numbers", part).items():
            known_words[word] = NumberWord(kind, Decimal(value))
    known_words |= dict.fromkeys(words("half"), HALF)
    return known_words | dict.fromkeys(words("one_and_a_half"), _ONE_AND_A_HALF)


def _stems(kind: str, part: str, least: int) -> tuple[tuple[str, NumberWord], ...]:
    values = by_word("numbers", part).items()
    return tuple((word, NumberWord(kind, Decimal(value))) for word, value in values if value >= least)


_KNOWN = _known()
_STEMS = _stems("ten", "tens", 11)
_SCALE_STEMS = _stems("scale", "scales", 1)
_BEGINNINGS = tuple(dict((*_STEMS, *_SCALE_STEMS)))
"""Of number words with endings: nearly all words have none, which is told at once."""


@lru_cache(maxsize=65_536)
def number_word(word: str) -> NumberWord | None:
    """Return the value of a number word; None for other words and for ordinals."""
    plain = word.lower().replace("'", "").replace("’", "").replace("ʼ", "").replace("ё", "е")
    if plain in _HUNDRED:
        return NumberWord("scale", Decimal(100))
    if plain in _KNOWN:
        return _KNOWN[plain]
    # `thousands of people` is no number; in Cyrillic, plurals stand after numbers too
    begins = plain.startswith(_BEGINNINGS)
    if begins and not plain.endswith("ands") and (scale := _by_stem(plain, _SCALE_STEMS, 5)):
        return scale
    if (half := _HALF_OF.fullmatch(plain)) and (scale := number_word(half[1])) and scale.kind == "scale":
        return NumberWord("ten", scale.value / 2)
    if begins and (number := _by_stem(plain, _STEMS, 3)):
        return number
    value = _hyphenated(plain) if "-" in plain and plain.isascii() else adjective_value(plain)
    return None if value is None else NumberWord("whole", value)


def _by_stem(word: str, stems: Iterable[tuple[str, NumberWord]], longest_ending: int) -> NumberWord | None:
    for stem, number in stems:
        if word.startswith(stem) and len(word) <= len(stem) + longest_ending:
            return number
    return None


_ROUND = frozenset(("million", "billion", "trillion"))
_FOLLOWS = {
    "one": (),
    "ten": (),
    "ty": ("one",),
    "hundred": ("one", "ten", "ty"),
    "scale": ("one", "ten", "ty"),
}
"""Kinds of words that go on with a number; after a scale they begin its last part."""


def _hyphenated(plain: str) -> Decimal | None:
    """Return the number of `nine-thousand-strong` or `two-year-old`; None without a measure, and of one."""
    parts = plain.split("-")
    words = [number_word(part) for part in parts]
    place = words.index(None) if None in words else 0
    # `six-point-six` is no number of points, and a `million-dollar` house costs about that
    if not place or any(words[place:]) or parts[place] not in EN_MEASURES or parts[0] in _ROUND:
        return None
    total, current, before = Decimal(0), Decimal(0), "scale"
    for word in filter(None, words):
        if word.kind == "scale" and word.value == 100:
            current, before = max(current, Decimal(1)) * 100, "hundred"
        elif word.kind == "scale":
            total, current, before = total + max(current, Decimal(1)) * word.value, Decimal(0), "scale"
        elif word.kind in _FOLLOWS[before]:
            current, before = current + word.value, word.kind
        else:
            return None
    return total + current if total + current > 1 else None


def roman(word: str) -> int | None:
    """Return `XVIII` as 18; None for anything but a Roman numeral of at least ten."""
    if "X" not in word or any(letter not in _ROMAN for letter in word):
        return None
    values = [_ROMAN[letter] for letter in word]
    total = sum(-x if x < following else x for x, following in zip(values, [*values[1:], 0], strict=True))
    return total if total >= 10 and len(word) > 1 else None


def amount(text: str, language_of_scale: str | None = None) -> Decimal:
    """Parse a number: 1,000 and 1 000 and 1000 are equal, so are 3.5 and 3,5.

    Before a scale, a point is decimal in any language and a comma in all but English: `8,302 млн` are 8.302.
    """
    decimal = "." if language_of_scale == "en" else ".,"
    if language_of_scale and re.fullmatch(rf"\d{{1,3}}[{decimal}]\d{{3}}", text):
        return Decimal(text.replace(",", "."))
    digits = re.sub(r"[.,\u00a0\u202f ](?=\d{3}(?!\d))", "", text)
    return Decimal(digits.replace(",", "."))


def rounded_decimal(printed: str, value: Decimal) -> str | None:
    """Return the key of `8,302 млн` to two digits, 8.3 million; None for all but decimals of millions."""
    figure = re.match(r"(\d+)[.,](\d+)(?= ?[^\W\d_])", printed)
    if figure is None or len((figure[1] + figure[2]).lstrip("0")) < 3 or value < 1_000_000:
        return None
    return key(Decimal(f"{value:.1e}"))


def precise(text: str) -> str | None:
    """Return `3.0` or `3,0` with its zero, which the writer meant; None for other numbers."""
    return text.replace(",", ".") if re.fullmatch(r"\d[.,]0", text) else None


def key(value: Decimal) -> str:
    return f"{value.normalize():f}" if value != value.to_integral_value() else f"{value:.0f}"


def dates(token: re.Match[str]) -> list[str]:
    """Return the keys of a match of DATE: day/month, and the year if it is in digits."""
    if token["month"]:
        month = _MONTH[token["month"].lower()]
        return [f"{int(day)}/{month}" for day in (token["day_from"], token["day"]) if day]
    day, month_of, year = token["dd"] or token["d"], token["mm"] or token["m"], token["yyyy"] or token["y"]
    return [f"{int(day)}/{int(month_of)}", year]


def is_month(word: str) -> bool:
    """Tell the name of a month, in a form that stands beside a day."""
    return word.lower() in _MONTH


def date_after(word: str, text: str, end: int) -> tuple[list[str], int] | None:
    """Return the keys of a date that begins with this word, as `May 17`, and the offset of its end."""
    month = _MONTH.get(word.lower())
    days = _AFTER_MONTH.match(text, end) if month else None
    if days is None:
        return None
    return [f"{int(day)}/{month}" for day in (days["day"], days["to"]) if day], days.end()


def time(token: re.Match[str]) -> str:
    """Return the key of a match of TIME, which may be a football score too."""
    if token["goals"]:
        return f"{token['goals'][0]}-{token['goals'][-1]}"
    hour = int(token["hour"] or token["hour_24"] or token["hour_12"] or token["hour_0"])
    half = token["half"] or token["half_12"]
    if half:
        hour = hour % 12 + (12 if "p" in half.lower() else 0)
    return f"{hour}:{token['minute'] or token['minute_24'] or token['minute_0'] or '00'}"
