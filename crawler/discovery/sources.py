"""From what sitemaps, feeds and day archives list to requests for pages, each address accounted for."""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scrapy.http import Request

from archive.format.reasons import Reason, is_asked, is_of_the_moment
from archive.state.debts import A_LIST, STAYS_LISTED
from crawler.discovery.archive_lists import due_lists, is_archive_list, kyiv_day
from crawler.discovery.day_archives import dated, read_day_archive, recent
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.sitemaps import read_sitemap
from crawler.downloader.failures import explain
from crawler.exceptions import DiscoveryError, ExtractionError
from crawler.extensions.ledger import asked_address, first_address
from crawler.extraction.fields.timezones import last_day
from crawler.requests.articles import why_not, worth_fetching

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archive.state.model import LastObservation
    from crawler.discovery.changes import StatedChanges
    from crawler.discovery.sitemaps import ListedSitemap, Sitemap
    from crawler.items import Observation
    from crawler.requests.articles import StoryRequests
    from crawler.requests.feed_texts import FeedTexts
    from crawler.requests.leads import Lead
    from crawler.revisit.debts import Debts
    from crawler.workers.pool import Workers

# a page without text may get one, and a feed of a large newsroom has forgotten it in three hours
NO_ARTICLE_FOR = timedelta(hours=1)


class Discovering:
    """The sources of one crawl: those of what is new, or an outlet's archive between two dates."""

    def __init__(
        self,
        requests: StoryRequests,
        debts: Debts,
        changes: StatedChanges,
        workers: Workers,
        texts: FeedTexts,
        *,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> None:
        """`since`: the first day of a backfill, None for what is new; `until` is exclusive."""
        self._requests = requests
        self._outlet, self._ledger, self._budget = requests.outlet, requests.ledger, requests.budget
        self._debts = debts
        self._workers = workers
        self._texts = texts
        self._since, self._until = since, until
        self.changes = changes
        self.sources = 0
        """Asked for or to be asked for; those that a sitemap leads to are added as they are found."""
        self.declared: frozenset[str] = frozenset()
        """Addresses of those that the outlet declares: at the end the ledger has each of them."""
        self._listed: set[str] = set()
        """Lists that indexes named: each is asked for once, whatever names it again."""

    def requests(self) -> list[Request]:
        address = self._outlet.address
        listed = [self._source(address(url), read, after, url) for url, read, after in self._declared()]
        self.sources, self.declared = len(listed), frozenset(request.url for request in listed)
        self._listed.update(self.declared)
        return listed

    def _declared(self) -> Iterator[tuple[str, object, dt.date | None]]:
        """Address, how it is read, and the first day after those that it lists, where only it lists them."""
        outlet, since, until = self._outlet, self._since, self._until
        if since is None:
            for template in outlet.news_sitemaps:
                for url in recent(template, last_day()):
                    yield url, read_sitemap, None
            for url in outlet.feeds:
                yield url, read_feed_source, None
            return
        tomorrow = last_day() + dt.timedelta(days=1)
        days = list(_days(since, min(until or tomorrow, tomorrow)))
        for template in outlet.archive_sitemaps:
            for url, day in {dated(template, day): day for day in days}.items():
                yield url, read_sitemap, None if outlet.day_archives else _first_after(template, day)
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

    def follow(self, lead: Lead) -> Iterator[Request | Observation]:
        """A discovered address: fetched unless it is no article's or the archive has it.

        Of an article that the archive has, the variants it lacks are fetched: a kill may have come between.
        """
        requests, ledger = self._requests, self._ledger
        if not self._outlet.is_article(lead.url):
            # a day's page links to much else; what a sitemap or feed lists shows where the rule is too narrow
            if lead.source != "archive" and ledger.discover(lead.url):
                yield requests.observation(lead.url, "skipped", Reason.NOT_AN_ARTICLE)
            return
        if not ledger.discover(lead.url):
            return
        known = ledger.known(lead.url)
        if known is None and (why := self._not_now(lead.url)) is not None:
            stays = why == Reason.OVER_BUDGET and self._since is not None
            yield requests.observation(lead.url, "skipped", why, detail=STAYS_LISTED if stays else None)
            return
        if known is None or self._outlet.look_again:
            yield requests.article(lead.url, alternates=lead.alternates, lead=lead)
            return
        if self.changes.take(lead.url):
            yield requests.article(lead.url, alternates=lead.alternates, lead=lead, again=True)
            return
        yield requests.observation(lead.url, "skipped", why_not(known))
        if known.is_from_feed:
            # its page is owed, and with it the variants that it names
            return
        # what was kept of the page includes the outlet's rule
        for alternate in worth_fetching([lead.url], [*lead.alternates, *known.alternates]):
            if not (
                ledger.known(alternate.url)
                or ledger.was_looked_at(alternate.url)
                or self._debts.must_wait(alternate.url)
            ):
                yield from requests.variant(alternate, lead.url, inviting=True)

    def _not_now(self, url: str) -> Reason | None:
        """Return why an address that the archive lacks is left for a later crawl; None if it is not."""
        looks_again = self._outlet.look_again
        if not looks_again and self._debts.must_wait(url):
            return Reason.NOT_YET_DUE
        if not self._budget.allows_story():
            return Reason.OVER_BUDGET
        last = self._ledger.last_observation(url)
        if not looks_again and had_no_article_lately(last, dt.datetime.now(dt.UTC)):
            return Reason.NO_ARTICLE_LATELY
        return None

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
        address, ledger = first_address(response), self._ledger
        try:
            found = await self._workers.run(read, response.body, response.url)
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
        leads = [self._told_apart(lead) for lead in found.leads]
        for lead in leads:
            if lead.entry is not None and self._debts.is_given_up(lead.url):
                self._texts.give_up(lead.url)
        async for article in self._texts.listed(leads, response):
            yield article
        leads = [replace(lead, entry=None) for lead in leads]
        if self._since is None:
            await self.changes.read(leads)
        for lead in leads:
            if self._in_period(lead, response.meta["after"]):
                for step in self.follow(lead):
                    yield step

    def _told_apart(self, lead: Lead) -> Lead:
        address = self._outlet.article_address
        alternates = tuple(one.at(address(one.url)) for one in lead.alternates)
        return replace(lead, url=address(lead.url), alternates=alternates)

    def _nothing_of_ours(self, found: Sitemap) -> Reason | None:
        """Return why a list that was read is not what the declaration says it is."""
        outlet = self._outlet
        if found.leads and not any(outlet.is_article(lead.url) for lead in found.leads):
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


# What is listed again and again: when it is asked for once more, and when that it was not is written down.
#
# A feed lists an article for a day, and 96 crawls of that day come upon it.


def had_no_article_lately(last: LastObservation | None, now: datetime) -> bool:
    """Return True if a request of the last hour brought no article, for a lasting reason."""
    if last is None or last.reason is None or now - last.at >= NO_ARTICLE_FOR:
        return False
    # a guess led to nothing before the page was listed
    says_nothing = not is_asked(last.reason) or last.reason == Reason.NO_SUCH_VARIANT
    return not says_nothing and not is_of_the_moment(last.reason)
