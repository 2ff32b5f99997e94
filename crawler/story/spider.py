"""From an address to an Article, and on to the other languages of its story."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import scrapy
from scrapy import signals
from scrapy.http import Request
from scrapy.utils.misc import load_object

from crawler.discovery.sources import Discovering
from crawler.downloader.failures import explain
from crawler.exceptions import ExtractionError
from crawler.extensions.ledger import Ledger, asked_address, first_address
from crawler.extensions.opt_outs import OptOuts
from crawler.extraction.fields.alternates import is_home_page
from crawler.items import Look
from crawler.middlewares.exchanges import exchange_of
from crawler.outlet.declaration import Outlet, in_domains
from crawler.requests.articles import MOST_VARIANTS, is_new, variants_to_fetch, why_not
from crawler.requests.budget import Budget, budget_of
from crawler.requests.fetch import fetch_of
from crawler.revisit import requests
from crawler.revisit.debts import Debts
from crawler.story.arguments import Arguments
from crawler.story.worker_task import Beside, extract_and_decide
from crawler.workers.pool import Workers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from crawler.items import Alternate, Article, Claim, Outcome
    from crawler.requests.leads import Lead


class StorySpider(Outlet, scrapy.Spider):
    """Fetches stories of one outlet in all the languages they have; subclasses are declarations."""

    accepts: ClassVar[tuple[str, ...]] = ("url", "urls", "since", "until", "pages")
    requires_url: ClassVar[bool] = False

    def __init__(self, *, arguments: Arguments | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.arguments = arguments or Arguments()
        self._named: Counter[str] = Counter()
        self.discovering: Discovering | None = None
        self.debts = Debts(self)

    @classmethod
    def from_crawler(
        cls, crawler: Crawler, *args: Any, workers: Workers | None = None, **kwargs: Any
    ) -> Self:
        """`workers`: of whoever runs many crawls in one process, and ends them; else this crawl's own."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        spider.budget = budget_of(spider, spider.arguments, settings)
        spider.decide = load_object(settings["DECIDE"])
        spider.workers = workers or Workers(
            settings.getint("EXTRACTION_PROCESSES"),
            settings.getfloat("EXTRACTION_TIMEOUT"),
            preload=(spider.decide.__module__,),
        )
        if workers is None:
            crawler.signals.connect(spider.workers.close, signal=signals.spider_closed)
        return spider

    decide: Callable[[Article], Article]
    """What is decided from a page alone; runs in the worker that read it."""
    workers: Workers
    budget: Budget

    @property
    def ledger(self) -> Ledger:
        ledger = self.crawler.get_extension(Ledger)
        assert ledger is not None, "crawler.extensions.ledger.Ledger is missing from EXTENSIONS"
        return ledger

    @property
    def errand(self) -> Literal["crawl", "revisit"]:
        return "crawl" if self.arguments.visits is None else "revisit"

    async def start(self) -> AsyncIterator[Any]:
        for owed in self.debts.requests():
            yield owed
        for url in self.arguments.urls:
            self.ledger.asked.add(url)
            if self.ledger.discover(url):
                yield self.article_request(url)
        if self.arguments.visits is not None:
            for step in requests.requests(self, self.arguments.visits):
                yield step
        elif not self.arguments.urls:
            self.discovering = Discovering(self)
            for request in self.discovering.requests():
                yield request

    # --- which hosts -------------------------------------------------------------------------------
    def allows(self, request: Request) -> bool:
        """Hosts of the outlet; a subclass may know more."""
        return in_domains(request.url, self.domains())

    def outlet_of(self, url: str) -> str:
        return self.name

    # --- addresses ---------------------------------------------------------------------------------
    def article_request(
        self, url: str, *, alternates: tuple[Alternate, ...] = (), lead: Lead | None = None, **meta: Any
    ) -> Request | Look:
        """A Look where the address cannot be written into a request; `lead` is the list's entry."""
        # of a debt, its story was counted: what else it brings must not keep out what is new
        if meta.get("owed") or not self.debts.began(meta.get("story")):
            self.budget.page()
        told = {} if lead is None else {"lead": lead}
        try:
            request = Request(
                url,
                callback=self.parse_article,
                errback=self.failed,
                cb_kwargs={"declared": alternates, **told},
                meta={**meta, "address": url},
                # the ledger asks once for each address; Scrapy's filter drops a redirect's target unaccounted
                dont_filter=True,
                # a story is made whole before the next one begins, so that a kill leaves whole stories
                priority=5 if meta else 0,
            )
        except ValueError:
            return self.look(url, "skipped", "bad-url")
        self._note(url)
        if (opt_outs := self.crawler.get_extension(OptOuts)) is not None:
            opt_outs.ask(request)
        return request

    def _note(self, url: str) -> None:
        """What a killed run has found is owed, but for a backfill: that is run again, and its lists stay."""
        memory = self.ledger.memory
        if memory is not None and self.arguments.since is None and not memory.known(url):
            memory.note_asked(url, self.outlet_of(url))

    # --- pages -------------------------------------------------------------------------------------
    async def parse_article(
        self, response: Response, declared: tuple[Alternate, ...] = (), lead: Lead | None = None
    ) -> AsyncIterator[Any]:
        requested = first_address(response)
        if response.status == requests.NOT_MODIFIED:
            yield self._not_modified(response, requested)
            return
        if is_home_page(response.url) and not is_home_page(requested):
            yield self.look(requested, "dropped", "home-page", url=response.url, status=response.status)
            return
        if response.meta.get("guessed") and not self.is_article(response.url):
            yield self.look(requested, "skipped", "no-such-variant", url=response.url, status=response.status)
            return
        fetch, hints = fetch_of(response), self.hints(self.outlet_of(response.url))
        beside = Beside(
            lead=lead,
            story_key=self.story_key(response.url),
            alternates=(*declared, *self.siblings(response.url)),
            reserved=await self._reserved(response),
            patterns=self.compiled_patterns,
        )
        try:
            exchange = exchange_of(response, fetch.fetched_at)
            article = await self.workers.run(extract_and_decide, fetch, hints, exchange, beside, self.decide)
        except ExtractionError as error:
            outcome: Outcome = "dropped" if error.final else "failed"
            yield self.look(
                requested, outcome, error.reason, url=response.url, status=response.status, detail=str(error)
            )
            return
        yield article
        again = self.errand == "revisit" or "again" in response.meta
        for step in self.variants(article, response.meta.get("story", requested), again=again):
            yield step

    async def _reserved(self, response: Response) -> tuple[Claim, ...]:
        opt_outs = self.crawler.get_extension(OptOuts)
        return await opt_outs.said(response) if opt_outs is not None else ()

    def _not_modified(self, response: Response, requested: str) -> Look:
        # a validator says nothing of another address
        same = "redirect_urls" not in response.meta
        return self.look(
            requested,
            "unchanged" if same else "failed",
            "not-modified" if same else "http-304",
            url=response.url,
            status=response.status,
        )

    def variants(self, article: Article, story: str, *, again: bool = False) -> Iterator[Request | Look]:
        """Requests for the other languages of a story, as far as its page or the outlet's rule tells.

        Of a page that is looked at `again`, only those that nobody has looked at.
        """
        inviting = self._may_invite(article)
        for alternate in variants_to_fetch(article):
            if again and not is_new(self.ledger, alternate):
                continue
            yield from self.request_variant(alternate, story, inviting=inviting)

    def _may_invite(self, article: Article) -> bool:
        """Whether its hreflang may lead to another host: a page of the outlet, or one that points back."""
        pointed = [alternate.url for alternate in article.alternates if alternate.source == "hreflang"]
        return any(self._allows_address(url) for url in (article.url, *pointed))

    def _allows_address(self, url: str) -> bool:
        try:
            return self.allows(Request(url))
        except ValueError:
            return False

    def request_variant(
        self, alternate: Alternate, story: str, *, inviting: bool
    ) -> Iterator[Request | Look]:
        """`story` is the address at which the crawl came upon it: one budget for all that its pages name."""
        if not self.ledger.discover(alternate.url):
            return
        self._named[story] += 1
        if self._named[story] > MOST_VARIANTS:
            yield self.look(alternate.url, "skipped", "too-many-variants")
            return
        if not self.is_article(alternate.url):
            # "UK" in BBC's menu is a country's section, not the Ukrainian variant
            yield self.look(alternate.url, "skipped", "not-an-article")
            return
        again = self.look_again or bool(self.arguments.urls)
        if (known := self.ledger.known(alternate.url)) and not again:
            yield self.look(alternate.url, "skipped", why_not(known))
            return
        invited = alternate.url if inviting and alternate.source == "hreflang" else None
        guessed = alternate.source == "url-rule"
        yield self.article_request(alternate.url, story=story, invited=invited, guessed=guessed)

    def failed(self, failure: Failure) -> Iterator[Look]:
        request: Request = failure.request  # type: ignore[attr-defined]
        outcome, reason, status = explain(failure)
        requested = asked_address(request)
        if request.meta.get("guessed") and status in (404, 410):
            # the outlet's rule says where a variant would be, not that there is one
            outcome, reason = "skipped", "no-such-variant"
        # of an answer, the status says it all
        detail = None if status is not None else str(failure.value)[:500]
        yield self.look(requested, outcome, reason, url=request.url, status=status, detail=detail)

    def look(
        self,
        requested: str,
        outcome: Outcome,
        reason: str,
        *,
        url: str = "",
        status: int | None = None,
        detail: str | None = None,
    ) -> Look:
        at = url or requested
        return Look(
            url=at,
            requested_url=requested,
            outlet=self.outlet_of(at),
            outcome=outcome,
            reason=reason,
            at=datetime.now(UTC),
            http_status=status,
            detail=detail,
        )
