"""Changes according to a sitemap or feed: such a page is requested at once, before it is due.

`lastmod` is a claim. A list that claims it for most of its pages prints the time of its own creation, and is
ignored. These requests count for the share of revisits.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from archive.state.model import KnownArticle
from archive.state.tombstones import PurgedAddress
from crawler.extensions.ledger import Ledger
from crawler.requests.articles import StoryRequests
from crawler.requests.leads import Lead
from crawler.revisit.share import Share, share_of

# share of the archived addresses of one list: an outlet edits a few of the day's stories, not half of them
MOST = 0.5
ALWAYS = 3


class SitemapChanges:
    """Changes in one crawl; `requested` counts the pages requested because of them."""

    def __init__(self, requests: StoryRequests, uri: str) -> None:
        self._requests = requests
        self._uri = uri
        self._share: Share | None = None
        self._credible: set[str] = set()
        self.requested = 0

    async def read(self, portions: Iterable[Sequence[Lead]]) -> None:
        """Read one list, before its leads are followed. A day's manifests are read in a thread."""
        ledger = self._requests.ledger
        archived, changed = 0, []
        for leads in portions:
            for lead in leads:
                article = ledger.known(lead.url)
                if article is None or isinstance(article, PurgedAddress):
                    continue
                archived += 1
                if _changed_since(lead, article, ledger):
                    changed.append(lead.url)
            await asyncio.sleep(0)
        if len(changed) <= max(ALWAYS, MOST * archived):
            self._credible.update(changed)
        if self._credible and self._share is None:
            outlet, now = self._requests.outlet.name, datetime.now(UTC)
            self._share = await asyncio.to_thread(share_of, self._uri, outlet, now)

    def take(self, url: str) -> bool:
        """Return True if this archived page is to be requested now, and count it."""
        if url not in self._credible or self._share is None or self.requested >= self._share.remaining:
            return False
        self.requested += 1
        return True


def _changed_since(lead: Lead, article: KnownArticle, ledger: Ledger) -> bool:
    modified = _moment(lead.modified_raw)
    if modified is None or modified > datetime.now(UTC):
        return False
    visited = article.last_seen
    last = ledger.last_observation(lead.url)
    if last is not None and last.outcome in ("dropped", "failed"):
        visited = max(visited, last.at)
    return modified > visited


def _moment(printed: str | None) -> datetime | None:
    """None for a date without a time, which cannot be compared with a visit."""
    try:
        moment = datetime.fromisoformat(printed or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
