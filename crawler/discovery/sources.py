"""From what sitemaps, feeds and day archives list to requests for pages, each address accounted for."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from scrapy.http import Request

from archive.format.reasons import Reason
from archive.state.debts import A_LIST
from crawler.discovery.archive_lists import due_lists, is_archive_list, kyiv_day
from crawler.discovery.day_archives import dated, read_day_archive, recent
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.following import Following
from crawler.discovery.listing import read_listing
from crawler.discovery.page_lists import read_page_list
from crawler.downloader.failures import explain
from crawler.exceptions import DiscoveryError, ExtractionError
from crawler.extensions.ledger import asked_address, first_address
from crawler.extraction.fields.timezones import last_day

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.discovery.changes import StatedChanges
    from crawler.discovery.feed_watch import FeedWatch
    from crawler.discovery.listing import Listing
    from crawler.discovery.sitemaps import ListedSitemap
    from crawler.items import Observation
    from crawler.requests.articles import StoryRequests
    from crawler.requests.feed_texts import FeedTexts
    from crawler.requests.leads import Lead
    from crawler.revisit.debts import Debts
    from crawler.workers.pool import Workers


_AWAITED = "awaited"
"""Key in the meta of a declared list, until its addresses are written down."""


class Discovering:
    """The sources of one crawl: those of what is new, or an outlet's archive between two dates."""

    def __init__(  # noqa: PLR0917  one crawl's parts, made in one place
        self,
        requests: StoryRequests,
        debts: Debts,
        changes: StatedChanges,
        feeds: FeedWatch,
        workers: Workers,
        texts: FeedTexts,
        *,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> None:
        """`since`: the first day of a backfill, None for what is new; `until` is exclusive."""
        self._requests = requests
        self._outlet, self._ledger, self._budget = requests.outlet, requests.ledger, requests.budget
        self._workers, self._debts, self._texts = workers, debts, texts
        self._since, self._until = since, until
        self.changes = changes
        self._feeds = feeds
        self._following = Following(requests, debts, changes, is_backfill=since is not None)
        self.sources = 0
        """Asked for or to be asked for; those that a sitemap leads to are added as they are found."""
        self.declared: frozenset[str] = frozenset()
        """Addresses of those that the outlet declares: at the end the ledger has each of them."""
        self._unread = 0
        self.noted = asyncio.Event()
        """Set when all addresses of the declared lists are written down, or the lists did not come."""
        self._listed: set[str] = set()
        """Lists that indexes named: each is asked for once, whatever names it again."""

    def requests(self) -> list[Request]:
        address = self._outlet.address
        listed = [self._source(address(url), read, after, url) for url, read, after in self._declared()]
        self.sources, self.declared = len(listed), frozenset(request.url for request in listed)
        self._listed.update(self.declared)
        self._unread = len(listed)
        for request in listed:
            request.meta[_AWAITED] = True
        if not listed:
            self.noted.set()
        return listed

    def _is_noted(self, meta: dict[str, Any]) -> None:
        self._unread -= meta.pop(_AWAITED, False)
        if not self._unread:
            self.noted.set()

    def _declared(self) -> Iterator[tuple[str, object, dt.date | None]]:
        """Address, how it is read, and the first day after those that it lists, where only it lists them."""
        outlet, since, until = self._outlet, self._since, self._until
        if since is None:
            for template in outlet.news_sitemaps:
                for url in recent(template, last_day()):
                    yield url, read_page_list, None
            for url in outlet.feeds:
                yield url, read_feed_source, None
            return
        tomorrow = last_day() + dt.timedelta(days=1)
        days = list(_days(since, min(until or tomorrow, tomorrow)))
        for template in outlet.archive_sitemaps:
            for url, day in {dated(template, day): day for day in days}.items():
                yield url, read_page_list, None if outlet.day_archives else _first_after(template, day)
        for template in outlet.day_archives:
            for day in days:
                yield dated(template, day), read_day_archive, None

    def _source(self, url: str, read: object, after: dt.date | None, declared: str) -> Request:
        """`declared`: the source that led to it, as the declaration writes it."""
        return Request(
            url,
            callback=self.parse_source,
            errback=self.source_failed,
            cb_kwargs={"read": read},
            meta={"declared": declared, "after": after},
            # several may lead to one page, as days that an outlet has no list of: each is told
            dont_filter=True,
            # a backfill has a list for each day of years: each day's stories come before the next list
            priority=10 if self._since is None else -10,
        )

    def _in_period(self, lead: Lead, after: dt.date | None) -> bool:
        """Return True if a backfill asked for it. An address without a date passes: its page will tell.

        So is what was edited later than the days of its list: it is of one of them. A date to come is none.
        """
        day = kyiv_day(lead.published_raw or lead.modified_raw or "")
        since, until = self._since, self._until
        if since is None or day is None or day > last_day():
            return True
        if lead.published_raw is None and after is not None and day >= after:
            return True
        return since <= day and (until is None or day < until)

    async def parse_source(self, response: Response, read: Any) -> AsyncIterator[Any]:
        """A sitemap, feed or day archive; `read` turns its bytes into leads and further sources."""
        try:
            async for step in self._follow_source(response, read):
                yield step
        finally:
            self._is_noted(response.meta)

    async def _follow_source(self, response: Response, read: Any) -> AsyncIterator[Any]:
        address, ledger = first_address(response), self._ledger
        try:
            found = await self._workers.run(read_listing, read, response.body, response.url)
        except (DiscoveryError, ExtractionError) as error:
            ledger.sources[address] = str(error)
            yield self._requests.observation(
                address, "failed", error.reason, url=response.url, detail=f"{A_LIST}: {error}"[:500]
            )
            return
        why_not = Reason.LIST_CUT_SHORT if found.cut_short else self._nothing_of_ours(found)
        ledger.sources[address] = why_not or "read"
        if why_not is not None:
            yield self._requests.observation(address, "failed", why_not, url=response.url, detail=A_LIST)
        for request in self._further(response, found.children, read):
            yield request
        entries = [*found.texts(self._outlet)]
        for lead in entries:
            if self._debts.is_given_up(lead.url):
                self._texts.give_up(lead.url)
        async for article in self._texts.listed(entries, response):
            yield article
        # None for other lists, and for a backfill
        pace = found.pace if self._since is None else None
        has_moved_on = pace and self._feeds.has_moved_on(address, pace, found.leads(self._outlet))
        is_wanted = partial(self._in_period, after=response.meta["after"])
        async for step in self._following.follow(found, address, is_wanted):
            self._is_noted(response.meta)
            yield step
        if pace and has_moved_on and (overrun := await self._feeds.overrun(address, pace)):
            yield self._requests.observation(
                address, "skipped", Reason.FEED_OVERRUN, detail=f"{A_LIST}: {overrun}"
            )

    def _nothing_of_ours(self, found: Listing) -> Reason | None:
        """Return why a list that was read is not what the declaration says it is."""
        outlet = self._outlet
        leads = chain.from_iterable(found.leads(outlet))
        if found.size and not any(outlet.is_article(lead.url) for lead in leads):
            return Reason.NO_ARTICLE_IN_IT
        of_archive = self._since is not None and found.children
        if of_archive and not any(is_archive_list(one.url, outlet.list_patterns) for one in found.children):
            return Reason.NO_LIST_IN_IT
        return None

    def _further(
        self, response: Response, children: tuple[ListedSitemap, ...], read: object
    ) -> Iterator[Request]:
        """The lists that a sitemap index names; of a backfill, those of its days."""
        sources, declared = self._ledger.sources, response.meta["declared"]
        due: list[tuple[str, dt.date | None]] = [(child.url, None) for child in children]
        if self._since is not None:
            lists = due_lists(children, self._outlet.list_patterns, self._since, self._until)
            due = [(child.url, None if self._outlet.day_archives else after) for child, after in lists]
        over = []
        for url, after in due:
            if url in self._listed:
                continue
            self._listed.add(url)
            if not self._budget.allows_list(declared):
                over.append(url)
                continue
            try:
                request = self._source(url, read, after, declared)
            except ValueError as error:
                sources[url] = f"bad-url: {error}"
                continue
            self.sources += 1
            yield request
        if over:
            # one line for thousands
            sources[over[0]] = (
                f"{Reason.OVER_BUDGET}: it and {len(over) - 1} more lists of {first_address(response)}"
            )

    def source_failed(self, failure: Failure) -> Iterator[Observation]:
        request: Request = failure.request  # type: ignore[attr-defined]
        outcome, reason, status = explain(failure)
        self._is_noted(request.meta)
        # several may have been redirected to one page that is not there
        address = asked_address(request)
        self._ledger.sources[address] = reason
        logging.getLogger(self._outlet.name).warning("%s could not be read: %s", address, reason)
        # a run of which nothing else is left leaves this in the archive, and so its account
        detail = A_LIST if status is not None else f"{A_LIST}: {failure.value}"[:500]
        yield self._requests.observation(
            address, outcome, reason, url=request.url, status=status, detail=detail
        )


def _first_after(template: str, day: dt.date) -> dt.date | None:
    """The first day that is in another list than this one; None where all are in one."""
    following = (day + dt.timedelta(days=number) for number in range(1, 367))
    return next((later for later in following if dated(template, later) != dated(template, day)), None)


def _days(since: dt.date, until: dt.date) -> Iterator[dt.date]:
    for ordinal in range(since.toordinal(), until.toordinal()):
        yield dt.date.fromordinal(ordinal)
