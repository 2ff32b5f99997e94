"""The lists of an outlet's archive in a sitemap index, and the days of each list.

Of an index of many years only the lists of a backfill's days are requested: by the days in their addresses,
if the declaration says how to read them, else by `lastmod`. https://www.sitemaps.org/protocol.html#index
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from crawler.discovery.sitemaps import ChildSitemap
from crawler.extraction.fields.dates.timezones import KYIV
from crawler.outlet.address_pattern import AddressPattern


class Days(NamedTuple):
    first: dt.date
    after: dt.date
    """The first day after them."""


def is_archive_list(url: str, patterns: Sequence[AddressPattern]) -> bool:
    """Return True if a list has articles; without patterns every list has."""
    return not patterns or any(pattern.fullmatch(url) is not None for pattern in patterns)


def days_of(url: str, patterns: Iterable[AddressPattern]) -> Days | None:
    """The days in a list's address; None if it has none, or an impossible date."""
    for pattern in patterns:
        if (groups := pattern.fullmatch(url)) is not None:
            try:
                numbers = {name: int(digits) for name, digits in groups.items() if digits}
                return _days(numbers) if "year" in numbers else None
            except (ValueError, OverflowError):
                return None
    return None


def _days(numbers: dict[str, int]) -> Days:
    """Raises ValueError for an impossible date."""
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
    children: Iterable[ChildSitemap],
    patterns: Sequence[AddressPattern],
    since: dt.date,
    until: dt.date | None,
) -> Iterator[tuple[ChildSitemap, dt.date | None]]:
    """The lists that may have articles of the days from `since` on, `until` excluded, in the index's order.

    With the first day after those of its address, if any. A list last changed before `since` has no article
    of that day; a `lastmod` that is missing, invalid or in the future is ignored.
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
    """The day of a printed ISO date in Kyiv, whose days the lists use; None if it is no date.

    In a list of April the first hours are `03-31T22:30Z`.
    """
    try:
        at = dt.datetime.fromisoformat(printed)
        return at.date() if at.tzinfo is None else at.astimezone(KYIV).date()
    except (ValueError, OverflowError):
        return None
