"""Texts from feeds for pages that were refused; the page itself is still requested.

A page is refused if its host answers 401, 403 or 451, shows a block page, or forbids it in robots.txt; a page
whose debt was given up also counts. A refusal is never circumvented: the feed is requested as in every crawl,
under its rules of robots.txt, and the page is still retried.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from scrapy.http import Response

from archive.addresses import plain_url
from archive.format.reasons import Reason
from crawler.items import Article, Claim
from crawler.requests.articles import StoryRequests
from crawler.requests.leads import Lead

REFUSED = frozenset((
    *("http-401", "http-403", "http-451"),
    *(Reason.ROBOTS_TXT, Reason.BLOCKED, Reason.BLOCKED_PAGE, Reason.GIVEN_UP),
))  # fmt: skip
"""Reasons for using the text of a feed; also `host-refuses`, if the host forbade pages, but not if it is
overloaded."""


@dataclass(frozen=True, slots=True)
class FeedText:
    """The complete text of a page from the entry of a feed."""

    lead: Lead
    """With its entry."""
    http_status: int
    """Of the answer with the feed."""
    fetched_at: datetime
    """Aware, UTC."""
    reserved: tuple[Claim, ...]
    """Reservations of the host of the feed."""


class FeedTexts:
    """Feed texts of one crawl. Entries and refusals come in any order; a text is read after both."""

    def __init__(
        self,
        requests: StoryRequests,
        read: Callable[[FeedText, bytes], Awaitable[Article | None]],
        reserved: Callable[[Response], Awaitable[tuple[Claim, ...]]],
    ) -> None:
        """`read` makes an article from a text and its entry, or None if it is no article."""
        self._requests = requests
        self._read = read
        self._reserved = reserved
        self._waiting: dict[str, FeedText] = {}
        self._refused: set[str] = set()

    async def listed(self, leads: Sequence[Lead], response: Response) -> AsyncIterator[Article]:
        """Store the entries of a feed; yield an article for each whose page was already refused."""
        with_text = [lead for lead in leads if lead.entry is not None and self._may_use(lead.url)]
        if not with_text:
            return
        reserved, now = await self._reserved(response), datetime.now(UTC)
        for lead in with_text:
            key, text = plain_url(lead.url), FeedText(lead, response.status, now, reserved)
            if key not in self._refused:
                self._waiting.setdefault(key, text)
                continue
            self._refused.remove(key)
            if (article := await self._article(text)) is not None:
                yield article

    def _may_use(self, url: str) -> bool:
        article = self._requests.ledger.known(url)
        return self._requests.outlet.is_article(url) and (article is None or article.is_from_feed)

    async def refused(self, url: str) -> Article | None:
        """The article of a refused page from a feed; None if no feed has it, or not yet."""
        key = plain_url(url)
        text = self._waiting.pop(key, None)
        if text is None:
            self._refused.add(key)
            return None
        return await self._article(text)

    def give_up(self, url: str) -> None:
        """Count a page that is no longer requested as refused, unless its text is archived."""
        if self._requests.ledger.known(url) is None:
            self._refused.add(plain_url(url))

    def came(self, url: str) -> None:
        """Forget the feed text of a page that was fetched."""
        self._waiting.pop(plain_url(url), None)

    async def _article(self, text: FeedText) -> Article | None:
        entry = text.lead.entry
        assert entry is not None
        return await self._read(replace(text, lead=replace(text.lead, entry=None)), entry)
