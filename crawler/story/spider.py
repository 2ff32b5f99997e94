"""From an address to an Article, and on to the other languages of its story."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.format.reasons import Reason, http_reason
from archive.pages.warc_record import Exchange
from crawler.discovery.changes import SitemapChanges
from crawler.discovery.feed_watch import FeedWatch
from crawler.discovery.sources import Discovering
from crawler.downloader.failures import explain
from crawler.exceptions import ExtractionError
from crawler.extensions.backoff import BackOff
from crawler.extensions.ledger import PAGE_READ, Ledger, asked_address, first_address, ledger_of
from crawler.extensions.opt_outs import OptOuts
from crawler.extraction.fields.alternates import is_home_page
from crawler.items import Alternate, Article, Claim, Fetch, Hints, Observation, Outcome
from crawler.middlewares.exchanges import exchange_of
from crawler.outlet.declaration import Outlet
from crawler.requests.articles import StoryRequests
from crawler.requests.budget import Budget, budget_of
from crawler.requests.feed_texts import REFUSED, FeedText, FeedTexts
from crawler.requests.fetch import fetch_of
from crawler.requests.leads import Lead
from crawler.revisit.debts import Debts, share_of
from crawler.revisit.schedule import Visit
from crawler.story.arguments import Arguments
from crawler.story.worker_task import PageContext, context_of, extract_and_decide, extract_entry_and_decide
from crawler.workers.pool import Workers
from crawler.workers.stages import WorkerStage, worker_stages

NOT_MODIFIED = 304
_LOOK_SECONDS = 0.005


class StorySpider(Outlet, scrapy.Spider):
    """Fetches stories of one outlet in all the languages they have; subclasses are declarations."""

    accepts: ClassVar[tuple[str, ...]] = ("url", "urls", "since", "until", "pages")
    requires_url: ClassVar[bool] = False

    def __init__(self, *, arguments: Arguments | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.arguments = arguments or Arguments()
        self.discovering: Discovering | None = None
        self.rules: tuple[Outlet, ...] = (self,)
        """The outlets whose rules this crawl applies."""

    @classmethod
    def from_crawler(
        cls, crawler: Crawler, *args: Any, workers: Workers | None = None, **kwargs: Any
    ) -> Self:
        """`workers`: of whoever runs many crawls in one process, and ends them; else this crawl's own."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        spider.budget = budget_of(spider, settings, spider.arguments.pages)
        spider.stages = worker_stages(settings)
        spider.workers = workers or Workers(
            settings.getint("EXTRACTION_PROCESSES"),
            settings.getfloat("EXTRACTION_TIMEOUT"),
            preload=[type(stage).__module__ for stage in spider.stages],
        )
        if workers is None:
            crawler.signals.connect(spider.workers.close, signal=signals.spider_closed)
        return spider

    stages: tuple[WorkerStage, ...]
    """Those that run in the worker that read a page."""
    workers: Workers
    budget: Budget

    @property
    def ledger(self) -> Ledger:
        return ledger_of(self.crawler)

    @cached_property
    def requests(self) -> StoryRequests:
        """The object that makes requests for articles. The extensions it needs are made after the spider."""
        return StoryRequests(
            self,
            self.ledger,
            self.budget,
            self.parse_article,
            self.failed,
            opt_outs=self.crawler.get_extension(OptOuts),
            are_named=bool(self.arguments.urls),
            is_backfill=self.arguments.since is not None,
        )

    @cached_property
    def debts(self) -> Debts:
        arguments = self.arguments
        most = share_of(self.budget.pages, self.settings.getfloat("DEBT_SHARE"))
        return Debts(
            self.requests,
            most if arguments.most_debts is None else min(most, arguments.most_debts),
            at=arguments.at,
            retries=not arguments.urls and not self.requires_url,
            is_recurring=not self.requires_url,
        )

    @cached_property
    def feed_texts(self) -> FeedTexts:
        return FeedTexts(self.requests, self._read_feed_text, self._reserved)

    @property
    def errand(self) -> Literal["crawl", "revisit"]:
        return "crawl" if self.arguments.visits is None else "revisit"

    async def start(self) -> AsyncIterator[Any]:
        retries = [*self.debts.requests()]
        for step in retries:
            if isinstance(step, Observation) and step.reason == Reason.GIVEN_UP:
                self.feed_texts.give_up(step.requested_url)
        if not self.arguments.urls and self.arguments.visits is None:
            self.discovering = self._discovering()
            for request in self.discovering.requests():
                yield request
            if self.arguments.since is None:
                # no page is requested before the lists are written down: they change, debts do not
                await self.discovering.noted.wait()
        for step in retries:
            yield step
        for url in self.arguments.urls:
            self.ledger.named_by_user.add(url)
            if self.ledger.discover(url):
                yield self.requests.article(url)
        if self.arguments.visits is not None:
            for step in self._visits(self.arguments.visits):
                yield step
        await self.until_processed()

    async def until_processed(self) -> None:
        """Wait for the pipelines. The last step of `start`.

        Scrapy looks whether a crawl has ended when `start` or a request ends. At the end of an item that
        `start` has yielded it does not: only its heartbeat would notice, up to five seconds later.
        """
        engine = self.crawler.engine
        slot = engine.scraper.slot if engine is not None else None
        while slot is not None and slot.itemproc_size:
            await asyncio.sleep(_LOOK_SECONDS)

    def _discovering(self) -> Discovering:
        uri = self.settings["ARCHIVE_URI"]
        changes, feeds = SitemapChanges(self.requests, uri), FeedWatch(self.ledger, self.name, uri)
        since, until = self.arguments.since, self.arguments.until
        return Discovering(
            self.requests, self.debts, changes, feeds, self.workers, self.feed_texts, since=since, until=until
        )

    def _visits(self, visits: tuple[Visit, ...]) -> Iterator[Request | Observation]:
        """Ask for what is due, with the validators that came with it."""
        for visit in visits:
            # another crawl may have found the translation since the plan was made
            awaited = visit.article_id is None
            if (awaited and self.ledger.known(visit.url)) or not self.ledger.discover(visit.url):
                continue
            # a guess leads to a 404 as a rule: that is no failure
            meta = {"story": visit.url, "guessed": True} if awaited else {"story": visit.url}
            request = self.requests.article(visit.url, **meta)
            if isinstance(request, Request):
                _ask_conditionally(request, visit)
            yield request

    # --- pages -------------------------------------------------------------------------------------
    async def parse_article(
        self, response: Response, declared: tuple[Alternate, ...] = (), lead: Lead | None = None
    ) -> AsyncIterator[Any]:
        requested = first_address(response)
        if response.status == NOT_MODIFIED:
            yield self._not_modified(response, requested)
            return
        if is_home_page(response.url) and not is_home_page(requested):
            yield self.requests.observation(
                requested, "dropped", Reason.HOME_PAGE, url=response.url, status=response.status
            )
            return
        if response.meta.get("guessed") and not self.is_article(response.url):
            yield self.requests.observation(
                requested, "skipped", Reason.NO_SUCH_VARIANT, url=response.url, status=response.status
            )
            return
        fetch, hints = fetch_of(response), self.hints(self.outlet_of(response.url))
        context = context_of(self, response.url, declared, lead, await self._reserved(response))
        try:
            exchange = exchange_of(response, fetch.fetched_at)
            article = await self._read_response(requested, fetch, hints, exchange, context)
        except ExtractionError as error:
            outcome: Outcome = "dropped" if error.final else "failed"
            yield self.requests.observation(
                requested, outcome, error.reason, url=response.url, status=response.status, detail=str(error)
            )
            async for text in self._from_feed(requested, error.reason, response.request):
                yield text
            return
        yield article
        if article.refused is None:
            self.feed_texts.came(requested)
        else:
            async for text in self._from_feed(requested, article.refused.reason, response.request):
                yield text
        again = self.errand == "revisit" or "again" in response.meta
        for step in self.requests.variants(article, response.meta.get("story", requested), again=again):
            yield step

    async def _read_response(
        self, address: str, fetch: Fetch, hints: Hints, exchange: Exchange | None, context: PageContext
    ) -> Article:
        try:
            return await self.workers.run(extract_and_decide, fetch, hints, exchange, context, self.stages)
        finally:
            self.crawler.signals.send_catch_log(PAGE_READ, address=address)

    async def _reserved(self, response: Response) -> tuple[Claim, ...]:
        opt_outs = self.crawler.get_extension(OptOuts)
        return await opt_outs.claims(response) if opt_outs is not None else ()

    def _not_modified(self, response: Response, requested: str) -> Observation:
        # a validator says nothing of another address
        same = "redirect_urls" not in response.meta
        return self.requests.observation(
            requested,
            "unchanged" if same else "failed",
            Reason.NOT_MODIFIED if same else http_reason(NOT_MODIFIED),
            url=response.url,
            status=response.status,
        )

    async def _read_feed_text(self, text: FeedText, entry: bytes) -> Article | None:
        """Read an entry as a page is read, in a worker; None where nothing of it is an article."""
        url = text.lead.url
        fetch = Fetch(url, url, entry, "utf-8", text.http_status, text.fetched_at)
        context = context_of(self, url, text.lead.alternates, text.lead, text.reserved)
        hints = self.hints(self.outlet_of(url))
        try:
            article = await self.workers.run(extract_entry_and_decide, fetch, hints, context, self.stages)
        except ExtractionError as error:
            self.logger.info("the text that a feed has of %s was not read: %s", url, error)
            return None
        return article if article.refused is None else None

    async def failed(self, failure: Failure) -> AsyncIterator[Observation | Article]:
        request: Request = failure.request  # type: ignore[attr-defined]
        outcome, reason, status = explain(failure)
        requested = asked_address(request)
        if request.meta.get("guessed") and status in (404, 410):
            # the outlet's rule says where a variant would be, not that there is one
            outcome, reason = "skipped", Reason.NO_SUCH_VARIANT
        # of an answer, the status says it all
        detail = None if status is not None else str(failure.value)[:500]
        # first of all, so that a kill between the two leaves the page owed
        yield self.requests.observation(
            requested, outcome, reason, url=request.url, status=status, detail=detail
        )
        async for text in self._from_feed(requested, reason, request):
            yield text

    async def _from_feed(
        self, requested: str, reason: str, request: Request | None
    ) -> AsyncIterator[Article]:
        """Yield the text that a feed has of a page, if it is refused for this reason."""
        refused = reason in REFUSED
        if reason == Reason.HOST_REFUSES and request is not None:
            backoff = self.crawler.get_extension(BackOff)
            refused = backoff is not None and backoff.forbids(request)
        if refused:
            article = await self.feed_texts.refused(requested)
            if article is not None:
                yield article


def _ask_conditionally(request: Request, visit: Visit) -> None:
    for name, value in (("If-None-Match", visit.etag), ("If-Modified-Since", visit.last_modified)):
        if value is not None:
            # as it came: Scrapy would write a text in UTF-8
            request.headers[name] = value.encode("latin-1", "replace")
            request.meta["handle_httpstatus_list"] = [NOT_MODIFIED]
