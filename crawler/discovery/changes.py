"""Changes that a sitemap or feed states: such a page is requested at once, before it is due.

`lastmod` is a claim. A list that makes it of most of what it lists stamps the time at which it was made, and
is not believed; what is asked for because of it is of the share that revisits have.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive.state.tombstones import PurgedAddress
from crawler.revisit.share import Share, share_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from archive.state.model import KnownArticle
    from crawler.extensions.ledger import Ledger
    from crawler.requests.articles import StoryRequests
    from crawler.requests.leads import Lead

# of the known addresses of one list: an outlet edits a few of the day's stories, not half of them
MOST = 0.5
ALWAYS = 3


class StatedChanges:
    """Of one crawl; `asked` counts the pages that were looked at because of it."""

    def __init__(self, requests: StoryRequests, uri: str) -> None:
        """`uri`: of the archive."""
        self._requests = requests
        self._uri = uri
        self._share: Share | None = None
        self._believed: set[str] = set()
        self.asked = 0

    async def read(self, portions: Iterable[Sequence[Lead]]) -> None:
        """Of one list, before its leads are followed. A day's manifests are read in a thread."""
        ledger = self._requests.ledger
        known, changed = 0, []
        for leads in portions:
            for lead in leads:
                if (found := _article(ledger, lead.url)) is None:
                    continue
                known += 1
                if _changed_since(lead, found, ledger):
                    changed.append(lead.url)
            await asyncio.sleep(0)
        if len(changed) <= max(ALWAYS, MOST * known):
            self._believed.update(changed)
        if self._believed and self._share is None:
            outlet, now = self._requests.outlet.name, datetime.now(UTC)
            self._share = await asyncio.to_thread(share_of, self._uri, outlet, now)

    def take(self, url: str) -> bool:
        """Return True if this known page is to be requested now, and count it."""
        if url not in self._believed or self._share is None or self.asked >= self._share.left:
            return False
        self.asked += 1
        return True


def _article(ledger: Ledger, url: str) -> KnownArticle | None:
    found = ledger.known(url)
    return None if isinstance(found, PurgedAddress) else found


def _changed_since(lead: Lead, known: KnownArticle, ledger: Ledger) -> bool:
    stated = _moment(lead.modified_raw)
    if stated is None or stated > datetime.now(UTC):
        return False
    looked = known.last_seen
    last = ledger.last_observation(lead.url)
    if last is not None and last.outcome in ("dropped", "failed"):
        looked = max(looked, last.at)
    return stated > looked


def _moment(printed: str | None) -> datetime | None:
    """None for a day without a time: it says nothing of which look came later."""
    try:
        moment = datetime.fromisoformat(printed or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
