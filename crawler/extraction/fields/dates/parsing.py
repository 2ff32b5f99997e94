"""Parsing of dates: text in all forms that news pages print, to a time in UTC.

A time without a zone is read as Kyiv time, which Ukrainian outlets mean by it, and is marked `naive`;
page_zone.py gives it the zone of a page of another country. A day alone becomes its midnight in
UTC, which is the same day in Kyiv, and is marked `day`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from crawler.extraction.document.text import one_line
from crawler.extraction.fields.dates.month_names import month_number
from crawler.extraction.fields.dates.timezones import KYIV, printed_place, zone_of

ParsedDate = tuple[datetime, str]
"""The time in UTC and its precision."""
TOLERANCE = timedelta(days=1)
"""A date may be this much later than the fetch, because of wrong clocks and wrong zones."""

_LONGEST, _SHORT_LINE = 200, 100
"""Characters of a line that is read, and of one that may omit the year."""
_CLOCK = r"(?P<h>\d{1,2})(?:[:.]|h(?=\d\d\b))(?P<min>\d{2})(?::(?P<s>\d{1,2})(?:[.,]\d{1,9})?)?"
_ZONE = (
    r"\s*\(?(?:Etc/)?"
    r"(?P<zone>Z|(?:GMT|UTC)?[+-](?:\d{1,2}:?\d{2}|\d{1,2})|[A-Za-z]{3,4}\b|[AECMP]T\b|UT\b|мск)?"
)
_AMPM = r"\s*(?P<ampm>(?i:[ap]\.?m\b\.?|noon\b|midnight\b))?"
_HALF_OF_THE_DAY = re.compile(r"(?P<half>오전|오후|上午|下午|午前|午後)\s*(?=\d{1,2}\s*[:시点時])")
"""`am` and `pm` before the clock, in Korean, Chinese and Japanese."""
_AFTERNOON = {"오후", "下午", "午後"}
_ISO = re.compile(
    rf"(?<![\d.:/-])(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?:(?:\s*T\s*|\s+|,\s*|\s+[-–—|/·•]\s*){_CLOCK}{_AMPM}{_ZONE})?"
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<h>\d{2})(?P<min>\d{2})(?P<s>\d{2})?(?P<zone>Z)?)?"
)
_SECONDS = re.compile(r"\d{10}(?:\.\d+)?|\d{13}")
_DOTTED = re.compile(r"(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<y>\d{4})(?!\d(?!\d:\d\d))")
_SHORT_YEAR = re.compile(r"(?<![\d./])(?P<d>\d{1,2})([./])(?P<m>\d{2}|(?<=/)\d)\2(?P<y>\d{2})(?![\d./])")
_YEAR_LAST = re.compile(
    r"(?:(?P<month>[^\W\d_]{3,12})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?"
    r"|(?<!\d)(?P<d2>\d{1,2})(?:st|nd|rd|th|-го|\.)?\s+(?P<month2>[^\W\d_]{3,12}))\.?,?\s+"
    r"(?=(?:(?:о|об|в|у|at|um|à|alle)\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?\s*(?:[ap]\.?m\.?)?"
    r"(?:\s+\(?(?:[A-Z]{2,5}|[+-]\d{2}:?\d{2})\)?)?\s*[,|–—-]?\s+(?P<y>(?:19|20)\d{2})(?![\d:.]))",
    re.IGNORECASE,
)
"""A day whose year comes after the clock: `Wed Dec 14 12:07:17 GMT 2026`, `4 січня, 09:34, 2021`."""
_DAY_MONTH = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|-го|\.|º|er)?(?:\s+|(?<=\.)|-)(?:(?:of|de)\s+)?(?P<month>[^\W\d_]{3,12})\.?"
    r"(?:,\s*|\s+|-)(?:de[l]?\s+)?(?P<y>\d{4})(?!\d(?!\d:\d\d))"
)
_MONTH_DAY = re.compile(
    r"(?P<month>[^\W\d_]{3,10})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:\s*,\s*|\s+)(?P<y>\d{4})(?!\d(?!\d:\d\d))"
)
_YEAR_MONTH_DAY = re.compile(
    r"(?<!\d)(?P<y>\d{4})(?:\.?,?\s+|-)(?P<month>[^\W\d_]{3,12})(?:\s+|-)(?P<d>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<y2>(?:19|20)\d{2})\.?,?\s+(?P<d2>\d{1,2})\s+(?P<month2>[^\W\d_]{3,12})"
)
_IN_THE_EAST = re.compile(
    r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]"
    r"|(?P<y2>\d{4})\.\s(?P<m2>\d{1,2})\.\s(?P<d2>\d{1,2})(?!\d)"
)
"""Days in Chinese, Japanese and Korean: `2026年1月5日`, `2026. 01. 05`."""
_YEAR_OF_TWO = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|-го)?[\s-]+(?P<month>[^\W\d_]{3,12})\.?,?[\s-]+'?(?P<y>\d{2})(?![\d:.])"
    r"|(?P<month2>[^\W\d_]{3,10})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th|,)\s*'?(?P<y2>\d{2})(?![\d:.])"
)
"""Days with a year of two figures, in lines that are only a date: `17 января 12`, `Nov 27th 11 17:46`."""
_TIME = re.compile(rf"(?<!\d){_CLOCK}(?!\d){_AMPM}{_ZONE}", re.IGNORECASE)
_HOUR_ONLY = re.compile(
    rf"(?<!\d)(?P<h>\d{{1,2}})\s*(?P<ampm>[ap]\.?m\b\.?|noon\b|midnight\b){_ZONE}", re.IGNORECASE
)
_HOURS_IN_WORDS = re.compile(
    r"\b(?:об?|в|у)\s+(?P<h>[01]?\d|2[0-3])\s*(?:год(?:ин\w{0,2})?|час(?:ов|а)?|ч)\b\.?,?\s*(?:(?P<min>\d{1,2})\s*(?:хв|мин)\w*)?",
    re.IGNORECASE,
)
_DAY_MONTH_ONLY = re.compile(r"(?<![\d.])(?P<d>\d{1,2})(?:st|nd|rd|th|-го)?\s+(?P<month>[^\W\d_]{3,10})\b")
_MONTH_DAY_ONLY = re.compile(r"(?P<month>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?![\d:])")
# without a year, two numbers may be anything, so a time must stand beside them
_NUMBERS_ONLY = re.compile(
    r"(?<![\d.:])(?P<d>\d{1,2})[./](?P<m>\d{2})(?=,?\s+(?:о|в|at)?\s*\d{1,2}:\d{2})"
    r"|\d{1,2}:\d{2},?\s+(?P<d2>\d{1,2})[./](?P<m2>\d{2})(?![\d.:])"
)
_NAMED_DAY = re.compile(
    r"\b(?P<word>сьогодні|сегодня|today|в?учора|вчора|вчера|yesterday|позавчора|позавчера)\b", re.IGNORECASE
)
_WEEKDAYS = {
    "понеділ": 0, "вівтор": 1, "серед[аиу]": 2, "четвер": 3, "п.ятниц": 4, "субот": 5, "неділ": 6,
    "понедельник": 0, "вторник": 1, "сред[аыу]": 2, "четверг": 3, "пятниц": 4, "суббот": 5, "воскресен": 6,
    "mon(?:day)?\\b": 0, "tue(?:s|sday)?\\b": 1, "wed(?:nesday)?\\b": 2, "thu(?:rs|rsday)?\\b": 3,
    "fri(?:day)?\\b": 4, "sat(?:urday)?\\b": 5, "sun(?:day)?\\b": 6,
}  # fmt: skip
_WEEKDAY = re.compile(rf"\b(?:{'|'.join(_WEEKDAYS)})", re.IGNORECASE)
_BACK = {"сьогодні": 0, "сегодня": 0, "today": 0, "вчора": 1, "учора": 1, "вчера": 1, "yesterday": 1,
         "позавчора": 2, "позавчера": 2}  # fmt: skip
_JUST_NOW = re.compile(r"\W*(?:щойно|тільки що|только что|just now|now)\W*", re.IGNORECASE)
_AGO = re.compile(
    r"(?<!\w)(?P<n>\d{1,3}|(?:an?|one|одну|один)(?= ))?\s*(?P<half>пів|пол|half an? )?"
    r"(?P<unit>секунд\w*|сек|хвилин\w*|хв|минут\w*|мин|годин\w*|год(?=\.?\s+тому)|часа?|часов|ч"
    r"|дн\w*|день|тиж\w*|недел\w*|seconds?|secs?|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|wks?|w)\.?\s+(?:тому|назад|ago)\b",
    re.IGNORECASE,
)
_UNITS = {
    "с": timedelta(seconds=1), "х": timedelta(minutes=1), "м": timedelta(minutes=1), "г": timedelta(hours=1),
    "ч": timedelta(hours=1), "д": timedelta(days=1), "т": timedelta(weeks=1), "н": timedelta(weeks=1),
    "s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}  # fmt: skip
"""Units by their first letter, which is enough to tell them apart."""


CHANGED = re.compile(
    r"\b(?:last[ -])?(?:updat|modif|edited|revis(?:ed|ion)|оновлен|обновлен|змінен|изменен|доповнен|дополнен"
    r"|upd\b|aktualisiert|mis à jour|actualizado|aggiornato|zaktualizowan|güncelle)",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\b(?:first |originally )?(?:publish|posted|created|опублік|опублик|створен|создан)", re.IGNORECASE
)
_FIRST_SHORT = 5
"""Least year of two figures: a smaller number beside a month may be an hour."""
_FIRST_OF_THE_LAST_CENTURY = 90
_DIGIT = re.compile(r"\d")
_BESIDE = re.compile(
    r"р|року|рік|г|год|года|о|об|в|у|на|від|от|at|on|of|de|del|st|nd|rd|th|er|[ap]m?|m|utc|gmt|[ecmp][sd]?t|eest|eet|cest|bst|ist|msk"
    r"|мск|опублік\w+|опублик\w+|дата|публ\w+|published|posted|submitted|created|date|time|uhr|um|vom|am|den|le|à|il|alle|ore|h|год\w*"
    r"|revision|час\w*|last|first|updated|modified|оновлен\w*|обновлен\w*|publi\w+|veröffentlicht|erschienen|stand|kyiv|создан\w*|створен\w*",
    re.IGNORECASE,
)
"""Words that may stand in a line with only a date."""
_WORD = re.compile(r"[^\W\d_]+")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_PARTED = re.compile(r"(?:^|\s)(?:[·•|–—/-]|//)\s")


def parse_date(raw: str, seen_at: datetime | None = None) -> ParsedDate | None:
    """Return the time in UTC and its precision: `zone`, `naive` or `day`; None if it is no date.

    `seen_at` is the time of the fetch. With it, dates relative to it are read too: a day without a year is
    the last such day (`no-year naive`, `no-year day`); `вчора о 9:15` and `3 hours ago` are `relative …`.

    Of the hour that occurs twice in autumn, the first is meant. A time in the hour that spring leaves out is
    read with the offset from before the change.
    """
    text = one_line(raw).strip(" \"'")
    if not text or len(text) > _LONGEST:
        return None
    if _SECONDS.fullmatch(text):
        return _of_seconds(text)
    text = published_part(text) or text
    if date := _ISO.search(text) or _COMPACT.fullmatch(text):
        return _of_iso(text, date)
    if day := _IN_THE_EAST.search(text):
        return _of_the_east(text, day)
    is_short = len(text) < _SHORT_LINE
    parsed = _with_its_year(text)
    if parsed is None and is_short:
        parsed = _with_a_short_year(text)
    if parsed is None and is_short and seen_at is not None:
        parsed = _since(text, seen_at)
    return parsed


def _of_seconds(text: str) -> ParsedDate:
    """Read seconds or milliseconds since 1970."""
    seconds = float(text) / (1000 if len(text.partition(".")[0]) == 13 else 1)
    return datetime.fromtimestamp(seconds, UTC), "zone"


def _of_iso(text: str, date: re.Match[str]) -> ParsedDate | None:
    """Read `2026-01-05T10:00Z` and `20260105`; the clock may stand elsewhere in the line."""
    parts = date.groupdict()
    rest = f"{text[: date.start()]}, {text[date.end() :]}"
    clock = {**parts, "zone": printed_place(rest) or parts["zone"]} if parts["h"] else _clock(rest)
    return _moment(int(parts["y"]), int(parts["m"]), int(parts["d"]), clock)


def _of_the_east(text: str, day: re.Match[str]) -> ParsedDate | None:
    year, month, number = (int(day[name] or day[f"{name}2"]) for name in "ymd")
    return _moment(year, month, number, _clock(_without(text, day)))


def _with_its_year(text: str) -> ParsedDate | None:
    """Read a day whose year stands beside it: `26 квітня 2024`, `April 26, 2024`, `26.04.24`."""
    for pattern in (_DOTTED, _DAY_MONTH, _MONTH_DAY, _YEAR_LAST, _YEAR_MONTH_DAY, _SHORT_YEAR):
        for match in pattern.finditer(text):
            parts = match.groupdict()
            which = "" if parts["d"] else "2"
            month = int(parts["m"]) if "m" in parts else month_number(parts[f"month{which}"])
            if month is None:
                continue
            day = int(parts[f"d{which}"])
            year = int(parts.get(f"y{which}") or parts["y"]) + (2000 if pattern is _SHORT_YEAR else 0)
            # "10.05.2024" in American order would be October; these outlets print the day first
            if month > 12 >= day:
                day, month = month, day
            return _moment(year, month, day, _clock(_without(text, match)))
    return None


def _with_a_short_year(text: str) -> ParsedDate | None:
    """Read a line that is only a date with a year of two figures: `17 января 12`."""
    for match in _YEAR_OF_TWO.finditer(text):
        which = "" if match["d"] else "2"
        month, year = month_number(match[f"month{which}"]), int(match[f"y{which}"])
        has_clock = _TIME.match(text[match.end() :].lstrip(" ,")) is not None
        if month is not None and is_bare(text) and (year >= _FIRST_SHORT or has_clock):
            century = 1900 if year >= _FIRST_OF_THE_LAST_CENTURY else 2000
            return _moment(century + year, month, int(match[f"d{which}"]), _clock(_without(text, match)))
    return None


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


@lru_cache(maxsize=256)  # several rules ask of one line
def is_bare(line: str) -> bool:
    """Tell if a line is only a date and time, with a kicker at most.

    An example is `Репортаж · 14 жовтня 2026, 09:30`.
    """
    parts = _PARTED.split(_IN_BRACKETS.sub("", line))
    return any(_DIGIT.search(part) and all(map(_is_of_a_day, _WORD.findall(part))) for part in parts)


@lru_cache(maxsize=4096)  # the dates of an outlet have the same words
def _is_of_a_day(word: str) -> bool:
    is_weekday = _WEEKDAY.match(word) is not None
    return is_weekday or month_number(word) is not None or _BESIDE.fullmatch(word) is not None


@lru_cache(maxsize=256)  # several rules ask of one line
def published_part(text: str) -> str | None:
    """Return the part of a line about publication, if the line has the time of a change as well."""
    changed = CHANGED.search(text)
    if changed is None:
        return text
    before, after = text[: changed.start()], text[changed.start() :]
    if published := _PUBLISHED.search(after):
        return after[published.start() :]
    return before if _DIGIT.search(before) else None


def _since(text: str, seen_at: datetime) -> ParsedDate | None:
    """Parse a date that is relative to the day of the fetch, in Kyiv."""
    in_kyiv = seen_at.astimezone(KYIV)
    # "Сегодня, 10 апреля" is the tenth of April on any day
    if without_year := _without_year(text, in_kyiv):
        return _called("no-year", without_year)
    if _JUST_NOW.fullmatch(text):
        return seen_at.replace(second=0, microsecond=0), "relative"
    if by_name := _NAMED_DAY.search(text):
        day = in_kyiv.date() - timedelta(days=_BACK[by_name["word"].casefold()])
        return _called("relative", _moment(day.year, day.month, day.day, _clock(text)))
    if ago := _AGO.search(text):
        number = 0.5 if ago["half"] else int(ago["n"]) if (ago["n"] or "").isdecimal() else 1
        unit = _UNITS[ago["unit"][0].casefold()]
        at = seen_at - number * unit
        if unit < timedelta(days=1):
            # not more exact than the printed text
            return at.replace(second=0, microsecond=0), "relative"
        return datetime.combine(at.astimezone(KYIV).date(), time(), UTC), "relative day"
    return None


def _without_year(text: str, in_kyiv: datetime) -> ParsedDate | None:
    """Return the last such day; with a day of the week, the last day that matches both."""
    for day, month, rest in _days_without_year(text):
        clock, weekday = _clock(rest), weekday_of(text)
        for year in range(in_kyiv.year + 1, in_kyiv.year - (7 if weekday is not None else 2), -1):
            parsed = _moment(year, month, day, clock)
            if parsed is None or parsed[0] > in_kyiv + TOLERANCE:
                continue
            if weekday in (None, parsed[0].astimezone(KYIV).weekday()):
                return parsed
    return None


def _days_without_year(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield day and month, and the rest of the line."""
    for pattern in (_DAY_MONTH_ONLY, _MONTH_DAY_ONLY):
        for match in pattern.finditer(text):
            month = month_number(match["month"])
            if month is not None:
                yield int(match["d"]), month, _without(text, match)
    for match in _NUMBERS_ONLY.finditer(text):
        which = "" if match["d"] else "2"
        rest = f"{text[: match.start(f'd{which}')]} {text[match.end(f'm{which}') :]}"
        yield int(match[f"d{which}"]), int(match[f"m{which}"]), rest


def weekday_of(text: str) -> int | None:
    """Return the day of the week that a line names, 0 for Monday."""
    if _WEEKDAY.search(text) is None:
        return None
    return next((n for word, n in _WEEKDAYS.items() if re.search(rf"\b{word}", text, re.IGNORECASE)), None)


def _called(name: str, moment: ParsedDate | None) -> ParsedDate | None:
    return (moment[0], name if moment[1] == "zone" else f"{name} {moment[1]}") if moment else None


def _clock(text: str) -> dict[str, str | None]:
    """Return the parts of a time such as `7:05 pm` or `7 p.m.`; empty without one."""
    match = _TIME.search(text) or _HOUR_ONLY.search(text) or _HOURS_IN_WORDS.search(text)
    if match is None:
        return {}
    clock = match.groupdict()
    if half := _HALF_OF_THE_DAY.search(text):
        clock["ampm"] = "pm" if half["half"] in _AFTERNOON else "am"
    return {**clock, "zone": printed_place(text) or clock.get("zone")}


def _moment(year: int, month: int, day: int, clock: dict[str, str | None]) -> ParsedDate | None:
    try:
        if not clock.get("h"):
            return datetime(year, month, day, tzinfo=UTC), "day"
        hour = int(clock["h"] or 0)
        if clock.get("ampm"):
            hour = hour % 12 + (12 if (clock["ampm"] or "").lower()[0] in "pn" else 0)
        zone, precision = zone_of(clock.get("zone"))
        minute, second = int(clock.get("min") or 0), int(clock.get("s") or 0)
        ends_the_day = (hour, minute, second) == (24, 0, 0)
        at = datetime(year, month, day, 0 if ends_the_day else hour, minute, second, tzinfo=zone)
        return (at + timedelta(days=ends_the_day)).astimezone(UTC), precision
    except (ValueError, OverflowError):
        return None
