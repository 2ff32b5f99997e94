"""The pace of a feed, by the dates of its entries; read in a worker, so nothing of Scrapy is imported."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.requests.leads import Lead

FEWEST = 3
"""Least number of dated entries for a pace."""
SHORTEST, LONGEST = 5, 24 * 60
"""Minutes: no scheduler runs a crawl more often, and feeds are requested daily in any case."""
_FAST = timedelta(hours=1)
# intervals that a person would write into a schedule; the longest that is not longer than the pace is used
_STEPS = (5, 10, 15, 20, 25, 30, 40, 60, 90, 120, 180, 240, 360, 480, 720, LONGEST)


@dataclass(frozen=True, slots=True)
class Pace:
    entries: int
    minutes: int | None
    """Minutes between two crawls in which half of the entries change; None without dates."""


def advice(minutes: int | None) -> str:
    """Format how often to crawl."""
    if not minutes:
        return "crawl more often"
    if minutes >= LONGEST:
        return "crawl every day"
    hours, rest = divmod(minutes, 60)
    if rest or not hours:
        return f"crawl every {minutes} minutes"
    return f"crawl every {hours} hours" if hours > 1 else "crawl every hour"


def pace_of(leads: Iterable[Lead], now: datetime | None = None) -> Pace:
    """Return the pace of a feed, with entries in any order; future dates are ignored.

    It is the time span of the newer half of its entries: pinned and repeated entries are in the other half,
    and the next hour may be twice as busy.
    """
    entries = list(leads)
    last = (now or datetime.now(UTC)) + _FAST
    dates = sorted(at for at in map(_date, entries) if at is not None and at <= last)
    if len(dates) < FEWEST:
        return Pace(len(entries), None)
    span = dates[-1] - dates[-1 - len(dates) // 2]
    minutes = span / timedelta(minutes=1)
    return Pace(len(entries), max((step for step in _STEPS if step <= minutes), default=SHORTEST))


def _date(lead: Lead) -> datetime | None:
    """The time at which an entry was published, or last changed; UTC."""
    # imported here, because the crawl's main process reads no dates
    from crawler.extraction.fields.dates.parsing import parse_date  # noqa: PLC0415

    for printed in (lead.published_raw, lead.modified_raw):
        parsed = parse_date(printed or "")
        if parsed is not None:
            return parsed[0]
    return None
