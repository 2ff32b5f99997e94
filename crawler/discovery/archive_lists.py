"""The lists of an outlet's archive that a sitemap index names, and the days that each of them is of.

Of an index of years only the lists of a backfill's days are asked for: by the days in their addresses, where
the declaration says how to read them, else by `lastmod`. https://www.sitemaps.org/protocol.html#index
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from crawler.extraction.fields.timezones import KYIV

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from crawler.discovery.sitemaps import ListedSitemap


class Days(NamedTuple):
    first: dt.date
    after: dt.date
    """The first day that follows."""


def is_archive_list(url: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    """Return True if a list is one of articles; without patterns every list is."""
    return not patterns or any(pattern.fullmatch(url) for pattern in patterns)


def days_of(url: str, patterns: Iterable[re.Pattern[str]]) -> Days | None:
    """The days that a list's address names; None where it names none that exist."""
    match = next((found for pattern in patterns if (found := pattern.fullmatch(url))), None)
    numbers = {name: int(value) for name, value in (match.groupdict() if match else {}).items() if value}
    if "year" not in numbers:
        return None
    try:
        return _days(numbers)
    except (ValueError, OverflowError):
        return None


def _days(numbers: dict[str, int]) -> Days:
    """Raises ValueError for a day that no calendar has."""
    year, month, day = numbers["year"], numbers.get("month"), numbers.get("day")
    if (week := numbers.get("week")) is not None:
        monday = dt.date.fromisocalendar(year, week, 1)
        return Days(monday, monday + dt.timedelta(days=7))
    if month is None:
        return Days(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))
    if day is None:
        return Days(dt.date(year, month, 1), dt.date(year + month // 12, month % 12 + 1, 1))
    first = dt.date(year, month, day)
    ends = numbers.get("last_month", month), numbers.get("last_day", day)
    # the year is that of the first day: 2024/12-26-01-09
    last = dt.date(year + (ends < (month, day)), *ends)
    return Days(first, last + dt.timedelta(days=1))


def due_lists(
    children: Iterable[ListedSitemap],
    patterns: Sequence[re.Pattern[str]],
    since: dt.date,
    until: dt.date | None,
) -> Iterator[tuple[ListedSitemap, dt.date | None]]:
    """The lists that may have articles of the days from `since` on, `until` excluded, in the index's order.

    Beside each stands the first day after those of its address. What was last changed before `since` has no
    article of that day; a `lastmod` that is missing, broken or in the future says nothing.
    """
    for child in children:
        if not is_archive_list(child.url, patterns):
            continue
        days = days_of(child.url, patterns)
        if days is not None:
            if days.after > since and (until is None or days.first < until):
                yield child, days.after
            continue
        changed = kyiv_day(child.modified_raw or "")
        if changed is None or changed >= since:
            yield child, None


def kyiv_day(printed: str) -> dt.date | None:
    """The day of a printed ISO date, as in Kyiv, by whose days the lists are made; None where it is none.

    A list of April has its first hours as `03-31T22:30Z`.
    """
    try:
        at = dt.datetime.fromisoformat(printed)
        return at.date() if at.tzinfo is None else at.astimezone(KYIV).date()
    except (ValueError, OverflowError):
        return None
