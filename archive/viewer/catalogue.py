"""The interface in three languages: one catalogue a language, chosen by what the browser asks for."""

import re
import tomllib
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from archive.format import languages as articles
from archive.format import times

LANGUAGES = ("en", "uk", "ru")
_FOLDER = Path(__file__).with_name("languages")
_UNITS = {"en": ("d", "h", "min"), "uk": ("д", "год", "хв"), "ru": ("д", "ч", "мин")}


@cache
def _catalogue(language: str) -> dict[str, str | dict[str, str]]:
    return tomllib.loads(_FOLDER.joinpath(f"{language}.toml").read_text("utf-8"))


def chosen(accept_language: str) -> str:
    """Choose the language of the interface that a browser prefers; English where it asks for no other."""
    ranked = []
    for n, part in enumerate(accept_language[:500].split(",")):
        tag, _, weight = part.partition(";")
        quality = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight)
        ranked.append((-float(quality[1]) if quality else -1.0, n, tag.strip().lower().partition("-")[0]))
    return next((tag for weight, _, tag in sorted(ranked) if tag in LANGUAGES and weight < 0), "en")


class Interface:
    """Words and numbers of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = _catalogue(language)

    def __call__(self, key: str, **values: object) -> str:
        text = self._words[key]
        assert isinstance(text, str), key
        # not str.format: what is put in may have braces of its own
        return re.sub(r"\{(\w+)\}", lambda x: str(values[x[1]]), text)

    def has(self, key: str) -> bool:
        return key in self._words

    def word(self, key: str, otherwise: str) -> str:
        """Return what the interface calls something; `otherwise` where it has no name for it."""
        return self(key) if self.has(key) else otherwise

    def count(self, key: str, n: int) -> str:
        """Format a count with its noun in the right plural form."""
        forms = self._words[key]
        assert isinstance(forms, dict), key
        return forms[_form(self.language, n)].replace("{n}", self.number(n))

    def number(self, n: int) -> str:
        separator = "," if self.language == "en" else "\u00a0"
        return f"{n:,}".replace(",", separator)

    def score(self, value: float) -> str:
        """Write a value from 0 to 1, never rounded up to 1."""
        rounded = f"{value if value >= 1 else min(value, 0.99):.2f}"
        return rounded if self.language == "en" else rounded.replace(".", ",")

    def name(self, language: str, *, within: bool = False) -> str:
        """Name a language of an article; `within` a sentence only English writes a capital letter."""
        if language in articles.LANGUAGES and self.has(language):
            return self(language).lower() if within and self.language != "en" else self(language)
        return self("unknown_language") if language == "?" else language

    def in_language(self, language: str) -> str:
        """Name a language as it stands in a sentence about a text."""
        return self.word(f"in_{language}", self.name(language))

    def not_in(self, language: str, *, doubtful: bool) -> str:
        """Say that a text does not have something, or perhaps not."""
        return self.perhaps(self("not_in", language=self.in_language(language)), doubtful=doubtful)

    def perhaps(self, text: object, *, doubtful: bool = True) -> str:
        return self("perhaps_not", text=text) if doubtful else str(text)

    def says_not(self, says: str, has_not: str, *, doubtful: bool = False) -> str:
        """Say which language has something, and which has it not."""
        return self("says_not", says=self.in_language(says), not_in=self.not_in(has_not, doubtful=doubtful))

    def outcome(self, outcome: str) -> str:
        """Name the outcome of a visit."""
        return self.word(f"outcome_{outcome}", outcome)

    def moment(self, at: datetime | None) -> str:
        return times.moment(at) if at is not None else self("no_date")

    def minute(self, at: datetime | None) -> str:
        """Write a time of which the heading says that it is UTC."""
        return times.minute(at) if at is not None else self("no_date")

    def day(self, at: datetime | date | None) -> str:
        return f"{at:%Y-%m-%d}" if at is not None else self("no_date")

    def day_of_page(self, at: datetime | None, printed: str | None) -> str:
        """Write the day that a reader of the page sees, and that of UTC where it is another.

        Where the page has none in ISO 8601, that of UTC alone.
        """
        day = printed_day(at, printed)
        if at is None or day == at.date():
            return self.day(day)
        of_utc = f"{self.day(at)} UTC"
        return f"{self.day(day)} ({of_utc})" if day else of_utc

    def percent(self, share: float, digits: int = 0) -> str:
        """Write a share; what is not quite nothing, or all, is not written as such."""
        if digits and 0.0005 <= share < 0.0995:
            rounded = f"{share * 100:.{digits}f}"
            return f"{rounded}%" if self.language == "en" else f"{rounded.replace('.', ',')}\u00a0%"
        rounded = f"{share * 100:.0f}"
        if rounded == "0" and share > 0:
            rounded = "<1"
        elif rounded == "100" and share < 1:
            rounded = ">99"
        return f"{rounded}%" if self.language == "en" else f"{rounded}\u00a0%"

    def span(self, seconds: float) -> str:
        """Say how long, `1 h 15 min`, to two units; at most a minute is nothing."""
        minutes = round(abs(seconds) / 60)
        counts = (minutes // 1440, minutes % 1440 // 60, minutes % 60)
        parts = [f"{n} {unit}" for n, unit in zip(counts, _UNITS[self.language], strict=True) if n]
        return " ".join(parts[:2])

    def hours(self, seconds: float) -> str:
        """Say how long in whole hours, from three days on in days."""
        hours = round(abs(seconds) / 3600)
        days, hour, _ = _UNITS[self.language]
        return f"{hours} {hour}" if hours < 72 else f"{round(hours / 24)} {days}"

    def lag(self, seconds: float) -> str:
        """Say how much later than the first publication."""
        span = self.span(seconds)
        return f"+{span}" if span else self("at_once")


_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?![\d-])")
_OF_UTC = ("Z", "+00:00", "+0000", "-00:00", "GMT", "UTC")
"""Endings of times that no page shows its readers as they are."""


def printed_day(at: datetime | None, printed: str | None) -> date | None:
    """Read the day of publication, at the offset of the page; None where the page does not print it so."""
    text = (printed or "").strip()
    match = _DAY.match(text)
    if at is None or match is None or text.endswith(_OF_UTC):
        return None
    with suppress(ValueError):
        day = date.fromisoformat(match[1])
        return day if abs(day - at.date()) <= timedelta(days=1) else None
    return None


def _form(language: str, n: int) -> str:
    """Choose the form of a plural, as https://cldr.unicode.org/index/cldr-spec/plural-rules has it."""
    if language == "en":
        return "one" if n == 1 else "other"
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    if n % 10 in {2, 3, 4} and n % 100 not in {12, 13, 14}:
        return "few"
    return "other"
