"""Detection of feeds that change faster than they are crawled.

If all twenty entries of a feed are new since it was last read, there may have been a twenty-first. Only the
addresses are compared, not their order and dates: none of them was archived before this run.
"""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from archive.read.runs import runs
from archive.state.tombstones import PurgedAddress
from crawler.discovery.pace import Pace, advice
from crawler.extensions.ledger import Ledger, Overrun
from crawler.requests.leads import Lead

LOOKED_BACK = timedelta(days=100)
"""An outlet that was not crawled for longer starts again."""
MOST_ENTRIES = 1000
"""A longer feed drops nothing between two crawls, and would block the event loop."""
KEY = "feeds/"
"""Prefix of the key of a feed in the account of a run that has read it."""


class FeedWatch:
    def __init__(self, ledger: Ledger, outlet: str, uri: str) -> None:
        self._ledger = ledger
        self._outlet, self._uri = outlet, uri
        self._started = datetime.now(UTC)

    def has_moved_on(self, address: str, pace: Pace, portions: Iterable[Iterable[Lead]]) -> bool:
        """Return True if no entry of a feed was archived before this run; call it before following them."""
        self._ledger.feeds[address] = pace.entries
        if not 0 < pace.entries <= MOST_ENTRIES:
            return False
        return not any(self._was_known(lead.url) for leads in portions for lead in leads)

    def _was_known(self, url: str) -> bool:
        article, last = self._ledger.known(url), self._ledger.last_observation(url)
        if isinstance(article, PurgedAddress):
            return True
        # another list of this run may have led to it a moment ago
        return any(at < self._started for at in (article and article.last_seen, last and last.at) if at)

    async def overrun(self, address: str, pace: Pace) -> Overrun | None:
        """Return the report about a feed with only new entries; None if no earlier run has read it."""
        last_read = await asyncio.to_thread(self._last_read, address)
        if last_read is None:
            return None
        overrun = Overrun(last_read, advice(pace.minutes), pace.minutes)
        self._ledger.overruns[address] = overrun
        return overrun

    def _last_read(self, address: str) -> datetime | None:
        for run in runs(self._uri, self._started - LOOKED_BACK):
            is_reading = run.outlet == self._outlet and KEY + address in run.counts
            if is_reading and run.committed_at < self._started:
                return run.committed_at
        return None
