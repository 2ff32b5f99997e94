"""From what sitemaps, feeds and day archives list to requests for pages, each address accounted for."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

from scrapy.http import Request

from archive.tombstones import PurgedAddress
from crawler.discovery.day_archives import read_day_archive
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.news_sitemaps import read_sitemap
from crawler.exceptions import DiscoveryError, ExtractionError
from crawler.failures import explain
from crawler.ledger import first_address
from crawler.variants import worth_fetching

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archive.records import AlternateRecord
    from archive.state import Known
    from crawler.discovery import Lead
    from crawler.items import Alternate, Look
    from crawler.story_spider import StorySpider


class Discovering:
    """The sources of one crawl: those of what is new, or an outlet's archive between two dates."""

    def __init__(self, spider: StorySpider) -> None:
        self._spider = spider

    def requests(self) -> Iterator[Request]:
        spider = self._spider
        since, until = spider.arguments.since, spider.arguments.until
        if since is None:
            for url in spider.news_sitemaps:
                yield self._source(url, read_sitemap)
            for url in spider.feeds:
                yield self._source(url, read_feed_source)
            return
        days = list(_days(since, until or dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)))
        for template in spider.archive_sitemaps:
            for url in dict.fromkeys(day.strftime(template) for day in days):
                yield self._source(url, read_sitemap)
        for template in spider.day_archives:
            for day in days:
                yield self._source(day.strftime(template), read_day_archive)

    def _source(self, url: str, read: object) -> Request:
        return Request(
            self._spider.address(url),
            callback=self.parse_source,
            errback=self.source_failed,
            cb_kwargs={"read": read},
            priority=10,
        )

    def follow(self, lead: Lead) -> Iterator[Request | Look]:
        """A discovered address: fetched unless it is no article's or the archive has it.

        Of an article that the archive has, the variants it lacks are fetched: a kill may have come between.
        """
        spider, ledger = self._spider, self._spider.ledger
        if not self._in_period(lead):
            return
        if not spider.is_article(lead.url):
            # a day's page links to much else; what a sitemap or feed lists shows where the rule is too narrow
            if lead.source != "archive" and ledger.discover(lead.url):
                yield spider.look(lead.url, "skipped", "not-an-article")
            return
        if not ledger.discover(lead.url):
            return
        known = ledger.known(lead.url)
        if known is None or spider.look_again:
            yield spider.article_request(lead.url, alternates=lead.alternates)
            return
        yield spider.look(lead.url, "skipped", why_not(known))
        # what was kept of the page includes the outlet's rule
        named: list[Alternate | AlternateRecord] = [*lead.alternates, *known.alternates]
        for alternate in worth_fetching([lead.url], named):
            if not (ledger.known(alternate.url) or ledger.was_looked_at(alternate.url)):
                yield from spider.request_variant(alternate, lead.url, inviting=True)

    def _in_period(self, lead: Lead) -> bool:
        """Whether a backfill asked for it; what carries no date is let through, its page will tell."""
        told = (lead.published_raw or lead.modified_raw or "")[:10]
        since, until = self._spider.arguments.since, self._spider.arguments.until
        if since is None or not re.fullmatch(r"\d{4}-\d\d-\d\d", told):
            return True
        return since.isoformat() <= told and (until is None or told < until.isoformat())

    async def parse_source(self, response: Response, read: Any) -> AsyncIterator[Any]:
        """A sitemap, feed or day archive; `read` turns its bytes into leads and further sources."""
        address, ledger = first_address(response), self._spider.ledger
        try:
            found = await self._spider.workers.run(read, response.body, response.url)
        except (DiscoveryError, ExtractionError) as error:
            ledger.sources[address] = str(error)
            return
        strange = found.leads and not any(self._spider.is_article(lead.url) for lead in found.leads)
        ledger.sources[address] = "no-article-in-it" if strange else "read"
        for child in found.children:
            try:
                yield response.request.replace(url=child)  # type: ignore[union-attr]
            except ValueError as error:
                ledger.sources[child] = f"bad-url: {error}"
        for lead in found.leads:
            for step in self.follow(lead):
                yield step

    def source_failed(self, failure: Failure) -> None:
        request: Request = failure.request  # type: ignore[attr-defined]
        _, reason, _ = explain(failure)
        self._spider.ledger.sources[request.url] = reason
        self._spider.logger.warning("%s could not be read: %s", request.url, reason)


def _days(since: dt.date, until: dt.date) -> Iterator[dt.date]:
    for ordinal in range(since.toordinal(), until.toordinal()):
        yield dt.date.fromordinal(ordinal)


def why_not(known: Known) -> str:
    return "purged" if isinstance(known, PurgedAddress) else "known"
