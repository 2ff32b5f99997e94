"""The pace of a feed, by the dates of its entries, and what was missed where it was faster than the crawls.

A feed of twenty entries that has moved on by twenty since it was last read may have had a twenty-first. It
is told by addresses alone, whatever their order and dates: not one of them was known before this run.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from archive.read.runs import runs
from archive.state.tombstones import PurgedAddress
from crawler.extensions.ledger import Overrun
from crawler.extraction.fields.timezones import KYIV

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crawler.extensions.ledger import Ledger
    from crawler.requests.leads import Lead

FEWEST = 3
"""Dated entries that make a pace."""
SHORTEST, LONGEST = 5, 24 * 60
"""Minutes: no scheduler runs a crawl more often, and feeds are asked for daily in any case."""
_FAST = timedelta(hours=1)
# the longest step that a person would write into a schedule, and that is no longer than the pace
_STEPS = (5, 10, 15, 20, 25, 30, 40, 60, 90, 120, 180, 240, 360, 480, 720, LONGEST)


@dataclass(frozen=True, slots=True)
class Pace:
    entries: int
    minutes: int | None
    """Minutes between two crawls that would each find half of the entries known; None without dates."""


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
    """Return the pace of a feed, in whatever order its entries are; a date to come is none.

    It is the time in which the newer half of its entries came: what is pinned or listed again is in the other
    half, and the next hour may be twice as busy.
    """
    entries = list(leads)
    last = (now or datetime.now(UTC)) + _FAST
    dates = sorted(at for lead in entries if (at := _date(lead)) is not None and at <= last)
    if len(dates) < FEWEST:
        return Pace(len(entries), None)
    span = dates[-1] - dates[-1 - len(dates) // 2]
    minutes = span / timedelta(minutes=1)
    return Pace(len(entries), max((step for step in _STEPS if step <= minutes), default=SHORTEST))


def _date(lead: Lead) -> datetime | None:
    """Read a mail's date or an ISO date with a time; UTC."""
    for printed in (lead.published_raw, lead.modified_raw):
        for read in (parsedate_to_datetime, datetime.fromisoformat):
            try:
                at = read(printed or "")
                return (at if at.tzinfo else at.replace(tzinfo=KYIV)).astimezone(UTC)
            except (ValueError, OverflowError, TypeError, IndexError):
                continue
    return None


# Overruns.


LOOKED_BACK = timedelta(days=100)
"""An outlet that was not crawled for longer begins anew."""
MOST_ENTRIES = 1000
"""A longer feed forgets nothing between two crawls, and would hold up the event loop."""
KEY = "feeds/"
"""Beginning of the key of a feed in the account of a run that has read it."""


class FeedWatch:
    """The feeds of one run."""

    def __init__(self, ledger: Ledger, outlet: str, uri: str) -> None:
        """`uri`: of the archive."""
        self._ledger = ledger
        self._outlet, self._uri = outlet, uri
        self._started = datetime.now(UTC)

    def has_moved_on(self, address: str, pace: Pace, portions: Iterable[Iterable[Lead]]) -> bool:
        """Return True if no entry of a feed was known before this run; asked before they are followed."""
        self._ledger.feeds[address] = pace.entries
        if not 0 < pace.entries <= MOST_ENTRIES:
            return False
        return not any(self._was_known(lead.url) for leads in portions for lead in leads)

    def _was_known(self, url: str) -> bool:
        known, last = self._ledger.known(url), self._ledger.last_observation(url)
        if isinstance(known, PurgedAddress):
            return True
        # another list of this run may have led to it a moment ago
        return any(at < self._started for at in (known and known.last_seen, last and last.at) if at)

    async def overrun(self, address: str, pace: Pace) -> Overrun | None:
        """Return what to tell of a feed that has moved on; None if no earlier run has read it."""
        last_read = await asyncio.to_thread(self._last_read, address)
        if last_read is None:
            return None
        overrun = Overrun(last_read, advice(pace.minutes), pace.minutes)
        self._ledger.overruns[address] = overrun
        return overrun

    def _last_read(self, address: str) -> datetime | None:
        """Read manifests, the latest first."""
        ours = (run for run in runs(self._uri, self._started - LOOKED_BACK) if run.outlet == self._outlet)
        moments = (run.committed_at for run in ours if KEY + address in run.counts)
        return next((at for at in moments if at < self._started), None)
