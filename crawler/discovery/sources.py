"""From what sitemaps, feeds and day archives list to requests for pages, each address accounted for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scrapy.http import Request

from archive.state.debts import A_LIST, NOT_YET_DUE, OVER_BUDGET, STAYS_LISTED, is_of_the_moment
from crawler.discovery.archive_lists import due_lists, is_archive_list, kyiv_day
from crawler.discovery.changes import StatedChanges
from crawler.discovery.day_archives import dated, read_day_archive, recent
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.sitemaps import read_sitemap
from crawler.downloader.failures import explain
from crawler.exceptions import DiscoveryError, ExtractionError
from crawler.extensions.ledger import asked_address, first_address
from crawler.extraction.fields.timezones import last_day
from crawler.reasons import NO_ARTICLE_LATELY, NOTHING_ASKED
from crawler.requests.articles import why_not, worth_fetching

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archive.state.model import LastLook
    from crawler.discovery.sitemaps import ListedSitemap, Sitemap
    from crawler.items import Look
    from crawler.requests.leads import Lead
    from crawler.story.spider import StorySpider

# a page without text may get one, and a feed of a large newsroom has forgotten it in three hours
NO_ARTICLE_FOR = timedelta(hours=1)


class Discovering:
    """The sources of one crawl: those of what is new, or an outlet's archive between two dates."""

    def __init__(self, spider: StorySpider) -> None:
        self._spider = spider

        self.changes = StatedChanges(spider)
        self.sources = 0
        """Asked for or to be asked for; those that a sitemap leads to are added as they are found."""
        self._listed: set[str] = set()
        """Lists that indexes named: each is asked for once, whatever names it again."""

    def requests(self) -> list[Request]:
        address = self._spider.address
        listed = [self._source(address(url), read, after, url) for url, read, after in self._declared()]
        self.sources = len(listed)
        self._listed.update(request.url for request in listed)
        return listed

    def _declared(self) -> Iterator[tuple[str, object, dt.date | None]]:
        """Address, how it is read, and the first day after those that it lists, where only it lists them."""
        spider = self._spider
        since, until = spider.arguments.since, spider.arguments.until
        if since is None:
            for template in spider.news_sitemaps:
                for url in recent(template, last_day()):
                    yield url, read_sitemap, None
            for url in spider.feeds:
                yield url, read_feed_source, None
            return
        tomorrow = last_day() + dt.timedelta(days=1)
        days = list(_days(since, min(until or tomorrow, tomorrow)))
        for template in spider.archive_sitemaps:
            for url, day in {dated(template, day): day for day in days}.items():
                yield url, read_sitemap, None if spider.day_archives else _first_after(template, day)
        for template in spider.day_archives:
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
            priority=10 if self._spider.arguments.since is None else -10,
        )

    def follow(self, lead: Lead) -> Iterator[Request | Look]:
        """A discovered address: fetched unless it is no article's or the archive has it.

        Of an article that the archive has, the variants it lacks are fetched: a kill may have come between.
        """
        spider, ledger = self._spider, self._spider.ledger
        if not spider.is_article(lead.url):
            # a day's page links to much else; what a sitemap or feed lists shows where the rule is too narrow
            if lead.source != "archive" and ledger.discover(lead.url):
                yield spider.look(lead.url, "skipped", "not-an-article")
            return
        if not ledger.discover(lead.url):
            return
        known = ledger.known(lead.url)
        if known is None and (why := self._not_now(lead.url)) is not None:
            stays = why == OVER_BUDGET and spider.arguments.since is not None
            yield spider.look(lead.url, "skipped", why, detail=STAYS_LISTED if stays else None)
            return
        if known is None or spider.look_again:
            yield spider.article_request(lead.url, alternates=lead.alternates, lead=lead)
            return
        if self.changes.take(lead.url):
            yield spider.article_request(lead.url, alternates=lead.alternates, lead=lead, again=True)
            return
        yield spider.look(lead.url, "skipped", why_not(known))
        # what was kept of the page includes the outlet's rule
        for alternate in worth_fetching([lead.url], [*lead.alternates, *known.alternates]):
            if not (
                ledger.known(alternate.url)
                or ledger.was_looked_at(alternate.url)
                or spider.debts.must_wait(alternate.url)
            ):
                yield from spider.request_variant(alternate, lead.url, inviting=True)

    def _not_now(self, url: str) -> str | None:
        """Why an address that the archive does not have is left for a later crawl."""
        spider = self._spider
        if not spider.look_again and spider.debts.must_wait(url):
            return NOT_YET_DUE
        if not spider.budget.allows_story():
            return OVER_BUDGET
        last = spider.ledger.last_look(url)
        if not spider.look_again and had_no_article_lately(last, dt.datetime.now(dt.UTC)):
            return NO_ARTICLE_LATELY
        return None

    def _in_period(self, lead: Lead, after: dt.date | None) -> bool:
        """Whether a backfill asked for it; what carries no date is let through, its page will tell.

        So is what was edited later than the days of its list: it is of one of them. A date to come is none.
        """
        day = kyiv_day(lead.published_raw or lead.modified_raw or "")
        since, until = self._spider.arguments.since, self._spider.arguments.until
        if since is None or day is None or day > last_day():
            return True
        if lead.published_raw is None and after is not None and day >= after:
            return True
        return since <= day and (until is None or day < until)

    async def parse_source(self, response: Response, read: Any) -> AsyncIterator[Any]:
        """A sitemap, feed or day archive; `read` turns its bytes into leads and further sources."""
        address, ledger = first_address(response), self._spider.ledger
        try:
            found = await self._spider.workers.run(read, response.body, response.url)
        except (DiscoveryError, ExtractionError) as error:
            ledger.sources[address] = str(error)
            yield self._spider.look(
                address, "failed", error.reason, url=response.url, detail=f"{A_LIST}: {error}"[:500]
            )
            return
        why_not = "cut-short" if found.cut_short else self._nothing_of_ours(found)
        ledger.sources[address] = why_not or "read"
        if why_not is not None:
            yield self._spider.look(address, "failed", why_not, url=response.url, detail=A_LIST)
        for request in self._further(response, found.children, read):
            yield request
        leads = [self._told_apart(lead) for lead in found.leads]
        if self._spider.arguments.since is None:
            await self.changes.read(leads)
        for lead in leads:
            if self._in_period(lead, response.meta["after"]):
                for step in self.follow(lead):
                    yield step

    def _told_apart(self, lead: Lead) -> Lead:
        address = self._spider.article_address
        alternates = tuple(replace(one, url=address(one.url)) for one in lead.alternates)
        return replace(lead, url=address(lead.url), alternates=alternates)

    def _nothing_of_ours(self, found: Sitemap) -> str | None:
        """Why a list that was read is not what the declaration says it is."""
        spider = self._spider
        if found.leads and not any(spider.is_article(lead.url) for lead in found.leads):
            return "no-article-in-it"
        of_archive = spider.arguments.since is not None and found.children
        if of_archive and not any(is_archive_list(one.url, spider.list_patterns) for one in found.children):
            return "no-list-in-it"
        return None

    def _further(
        self, response: Response, children: tuple[ListedSitemap, ...], read: object
    ) -> Iterator[Request]:
        """The lists that a sitemap index names; of a backfill, those of its days."""
        spider, sources, declared = self._spider, self._spider.ledger.sources, response.meta["declared"]
        since, until = spider.arguments.since, spider.arguments.until
        due: list[tuple[str, dt.date | None]] = [(child.url, None) for child in children]
        if since is not None:
            lists = due_lists(children, spider.list_patterns, since, until)
            due = [(child.url, None if spider.day_archives else after) for child, after in lists]
        over = []
        for url, after in due:
            if url in self._listed:
                continue
            self._listed.add(url)
            if not spider.budget.allows_list(declared):
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
                f"{OVER_BUDGET}: it and {len(over) - 1} more lists of {first_address(response)}"
            )

    def source_failed(self, failure: Failure) -> Iterator[Look]:
        request: Request = failure.request  # type: ignore[attr-defined]
        outcome, reason, status = explain(failure)
        # several may have been redirected to one page that is not there
        address = asked_address(request)
        self._spider.ledger.sources[address] = reason
        self._spider.logger.warning("%s could not be read: %s", address, reason)
        # a run of which nothing else is left leaves this in the archive, and so its account
        detail = A_LIST if status is not None else f"{A_LIST}: {failure.value}"[:500]
        yield self._spider.look(address, outcome, reason, url=request.url, status=status, detail=detail)


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


def had_no_article_lately(last: LastLook | None, now: datetime) -> bool:
    """Whether a look of the last hour brought no article, for a reason that is not of the moment."""
    if last is None or last.reason is None or now - last.at >= NO_ARTICLE_FOR:
        return False
    # a guess led to nothing before the page was listed
    says_nothing = {*NOTHING_ASKED, "no-such-variant"}
    return last.reason not in says_nothing and not is_of_the_moment(last.reason)
