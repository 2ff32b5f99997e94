"""Requests for the addresses in sitemaps, feeds and day archives, with an account of each address."""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import chain
from typing import Any

from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.format.reasons import Reason
from archive.state.debts import A_LIST
from crawler.discovery.archive_lists import due_lists, is_archive_list, kyiv_day
from crawler.discovery.changes import SitemapChanges
from crawler.discovery.day_archives import dated, read_day_archive, recent
from crawler.discovery.feed_watch import FeedWatch
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.following import Following
from crawler.discovery.listing import Listing, read_listing
from crawler.discovery.page_lists import read_page_list
from crawler.discovery.sitemaps import ChildSitemap
from crawler.downloader.failures import explain
from crawler.exceptions import DiscoveryError, ExtractionError
from crawler.extensions.ledger import asked_address, first_address
from crawler.extraction.fields.dates.timezones import last_day
from crawler.items import Observation
from crawler.requests.articles import StoryRequests
from crawler.requests.feed_texts import FeedTexts
from crawler.requests.leads import Lead
from crawler.revisit.debts import Debts
from crawler.workers.pool import Workers

_AWAITED = "awaited"
"""Key in the meta of a declared list, until its addresses are written down."""


class Discovering:
    """The sources of one crawl: those of new articles, or an outlet's archive between two dates."""

    def __init__(  # noqa: PLR0917  called in one place
        self,
        requests: StoryRequests,
        debts: Debts,
        changes: SitemapChanges,
        feeds: FeedWatch,
        workers: Workers,
        texts: FeedTexts,
        *,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> None:
        """`since`: the first day of a backfill, None for new articles; `until` is exclusive."""
        self._requests = requests
        self._outlet, self._ledger, self._budget = requests.outlet, requests.ledger, requests.budget
        self._workers, self._debts, self._texts = workers, debts, texts
        self._since, self._until = since, until
        self.changes = changes
        self._feeds = feeds
        self._following = Following(requests, debts, changes, is_backfill=since is not None)
        self.sources = 0
        """Number of requested and pending lists; lists in a sitemap index are added when it is read."""
        self.declared: frozenset[str] = frozenset()
        """Addresses of the lists that the outlet declares; at the end the ledger has each of them."""
        self._unread = 0
        self.noted = asyncio.Event()
        """Set when all addresses of the declared lists are written down, or the lists have failed."""
        self._requested_lists: set[str] = set()
        """Lists in indexes: each is requested once, even if it is named again."""

    def requests(self) -> list[Request]:
        address = self._outlet.address
        requests = [self._source(address(url), read, after, url) for url, read, after in self._declared()]
        self.sources, self.declared = len(requests), frozenset(request.url for request in requests)
        self._requested_lists.update(self.declared)
        self._unread = len(requests)
        for request in requests:
            request.meta[_AWAITED] = True
        if not requests:
            self.noted.set()
        return requests

    def _is_noted(self, meta: dict[str, Any]) -> None:
        self._unread -= meta.pop(_AWAITED, False)
        if not self._unread:
            self.noted.set()

    def _declared(self) -> Iterator[tuple[str, object, dt.date | None]]:
        """Address, reader, and the first day after the days that only this list has."""
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
        """`declared`: the source that led to it, as written in the declaration."""
        return Request(
            url,
            callback=self.parse_source,
            errback=self.source_failed,
            cb_kwargs={"read": read},
            meta={"declared": declared, "after": after},
            # several may lead to one page, such as days without a list: each is reported
            dont_filter=True,
            # a backfill has a list for each day of years: the stories of a day come before the next list
            priority=10 if self._since is None else -10,
        )

    def _in_period(self, lead: Lead, after: dt.date | None) -> bool:
        """Return True if it is in the period of a backfill. An address without a date is: its page decides.

        So is a page edited after the days of its list, because it was published on one of them. Future dates
        are ignored.
        """
        day = kyiv_day(lead.published_raw or lead.modified_raw or "")
        since, until = self._since, self._until
        if since is None or day is None or day > last_day():
            return True
        if lead.published_raw is None and after is not None and day >= after:
            return True
        return since <= day and (until is None or day < until)

    async def parse_source(self, response: Response, read: Any) -> AsyncIterator[Any]:
        """Parse a sitemap, feed or day archive; `read` turns its bytes into leads and further sources."""
        try:
            async for step in self._follow_source(response, read):
                yield step
        finally:
            self._is_noted(response.meta)

    async def _follow_source(self, response: Response, read: Any) -> AsyncIterator[Any]:
        address, ledger = first_address(response), self._ledger
        try:
            listing = await self._workers.run(read_listing, read, response.body, response.url)
        except (DiscoveryError, ExtractionError) as error:
            ledger.sources[address] = str(error)
            yield self._requests.observation(
                address, "failed", error.reason, url=response.url, detail=f"{A_LIST}: {error}"[:500]
            )
            return
        reason = Reason.LIST_CUT_SHORT if listing.cut_short else self._mismatch(listing)
        ledger.sources[address] = reason or "read"
        if reason is not None:
            yield self._requests.observation(address, "failed", reason, url=response.url, detail=A_LIST)
        for request in self._further(response, listing.children, read):
            yield request
        entries = [*listing.texts(self._outlet)]
        for lead in entries:
            if self._debts.is_given_up(lead.url):
                self._texts.give_up(lead.url)
        async for article in self._texts.listed(entries, response):
            yield article
        # None for other lists, and for a backfill
        pace = listing.pace if self._since is None else None
        has_moved_on = pace and self._feeds.has_moved_on(address, pace, listing.leads(self._outlet))
        is_in_period = partial(self._in_period, after=response.meta["after"])
        async for step in self._following.follow(listing, address, is_in_period):
            self._is_noted(response.meta)
            yield step
        if pace and has_moved_on and (overrun := await self._feeds.overrun(address, pace)):
            yield self._requests.observation(
                address, "skipped", Reason.FEED_OVERRUN, detail=f"{A_LIST}: {overrun}"
            )

    def _mismatch(self, listing: Listing) -> Reason | None:
        """Return why a list does not match its declaration, or None."""
        outlet = self._outlet
        leads = chain.from_iterable(listing.leads(outlet))
        if listing.size and not any(outlet.is_article(lead.url) for lead in leads):
            return Reason.NO_ARTICLE_IN_IT
        addresses = [child.url for child in listing.children]
        is_for_days = self._since is not None and bool(addresses)
        if is_for_days and not any(is_archive_list(url, outlet.list_patterns) for url in addresses):
            return Reason.NO_LIST_IN_IT
        return None

    def _further(
        self, response: Response, children: tuple[ChildSitemap, ...], read: object
    ) -> Iterator[Request]:
        """The lists in a sitemap index; for a backfill, those of its days."""
        sources, declared = self._ledger.sources, response.meta["declared"]
        due: list[tuple[str, dt.date | None]] = [(child.url, None) for child in children]
        if self._since is not None:
            lists = due_lists(children, self._outlet.list_patterns, self._since, self._until)
            due = [(child.url, None if self._outlet.day_archives else after) for child, after in lists]
        over = []
        for url, after in due:
            if url in self._requested_lists:
                continue
            self._requested_lists.add(url)
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
        # several may have been redirected to one missing page
        address = asked_address(request)
        self._ledger.sources[address] = reason
        logging.getLogger(self._outlet.name).warning("%s could not be read: %s", address, reason)
        # if a run brings nothing else, this is archived, and with it the run's account
        detail = A_LIST if status is not None else f"{A_LIST}: {failure.value}"[:500]
        yield self._requests.observation(
            address, outcome, reason, url=request.url, status=status, detail=detail
        )


def _first_after(template: str, day: dt.date) -> dt.date | None:
    """The first day that is in a later list; None if all days are in one."""
    for number in range(1, 367):
        later = day + dt.timedelta(days=number)
        if dated(template, later) != dated(template, day):
            return later
    return None


def _days(since: dt.date, until: dt.date) -> Iterator[dt.date]:
    for ordinal in range(since.toordinal(), until.toordinal()):
        yield dt.date.fromordinal(ordinal)
