"""Traces of a crawl: a span of the run, below it one of each sampled page and one of each commit.

A page has three parts: the request (what came before is the wait for the host's pace), the extraction, and
the writing, at whose end the archive has acknowledged it; the commit that makes it visible is linked to it.
Attributes are counts, codes, ids and hosts: no address, no text, no name.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.exceptions import NotConfigured

from archive.addresses import address_key
from archive.exceptions import WrongSetting
from archive.terminal import visible
from crawler.extensions.ledger import PAGE_READ, Ledger, asked_address
from crawler.health.monitoring.telemetry import Spans, check_telemetry, is_off, share_of_pages
from crawler.items import Article, Observation

if TYPE_CHECKING:
    from opentelemetry.trace import Span, SpanContext
    from scrapy import Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from twisted.python.failure import Failure

    from crawler.health.monitoring.telemetry import Values

logger = logging.getLogger(__name__)

_UNDER_WAY = 10_000
_LINKS = 128
"""Pages that a commit is linked to: the SDK's limit."""


@dataclass(slots=True)
class _Page:
    """Moments of a page, ns since 1970; 0 where it has not come so far."""

    begun: int
    came: int = 0
    latency: int = 0
    read: int = 0
    status: int = 0


class Tracing:
    """On with TELEMETRY; nothing of it can fail or hold up a crawl."""

    def __init__(self, crawler: Crawler, spans: Spans, share: float) -> None:
        self._crawler, self._spans, self._share = crawler, spans, share
        self._run: Span | None = None
        self._pages: dict[str, _Page] = {}
        """By requested address."""
        self._archived: list[tuple[int, SpanContext]] = []
        """When a page was acknowledged, and its span."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("TELEMETRY") or is_off("TRACES"):
            raise NotConfigured
        try:
            check_telemetry()
            extension = cls(crawler, Spans(), share_of_pages())
        except (WrongSetting, ValueError, OSError) as error:
            logger.warning("Telemetry is off: %s", visible(str(error)))
            raise NotConfigured from None
        connect = crawler.signals.connect
        connect(extension.spider_opened, signal=signals.spider_opened)
        connect(extension.asked, signal=signals.request_reached_downloader)
        connect(extension.came, signal=signals.response_downloaded)
        connect(extension.read, signal=PAGE_READ)
        connect(extension.item_scraped, signal=signals.item_scraped)
        connect(extension.item_dropped, signal=signals.item_dropped)
        connect(extension.item_error, signal=signals.item_error)
        connect(extension.spider_closed, signal=signals.spider_closed)
        return extension

    # --- signals -----------------------------------------------------------------------------------
    def spider_opened(self, spider: Spider) -> None:
        self._run = self._spans.start(getattr(spider, "errand", "crawl"), time.time_ns())
        self._run.set_attribute("triptych.outlet", spider.name)

    def asked(self, request: Request) -> None:
        # lists and robots.txt have no such address
        if "address" in request.meta and random.random() < self._share:  # noqa: S311  a sample
            if len(self._pages) >= _UNDER_WAY:
                self._pages.pop(next(iter(self._pages)))
            self._pages.setdefault(asked_address(request), _Page(time.time_ns()))

    def came(self, response: Response, request: Request) -> None:
        page = self._pages.get(asked_address(request))
        if page is not None:
            page.came, page.status = time.time_ns(), response.status
            page.latency = int(request.meta.get("download_latency", 0) * 1e9)

    def read(self, address: str) -> None:
        """Take note of a page whose text came back from its worker."""
        page = self._pages.get(address)
        # an answer that is no page is read by nobody
        if page is not None and page.status == 200 and not page.read:
            page.read = time.time_ns()

    def item_scraped(self, item: object) -> None:
        if isinstance(item, Article) and item.text_from == "page":
            values: Values = {
                "triptych.article_id": item.article_id,
                "triptych.language": item.language or "und",
            }
            self._over(item, item.outcome or "archived", None, values)
        elif isinstance(item, Observation):
            self._over(item, item.outcome, item.reason, {})

    def item_dropped(self, item: object, exception: Exception) -> None:
        if isinstance(item, Article) and item.text_from == "page":
            self._over(item, "dropped", str(getattr(exception, "reason", "dropped")), {})

    def item_error(self, item: object, failure: Failure) -> None:
        if isinstance(item, Article | Observation):
            self._over(item, "failed", f"error-{type(failure.value).__name__}", {})

    async def spider_closed(self, reason: str) -> None:
        """After the last commit: nothing but the report waits."""
        assert self._run is not None
        now, ledger = time.time_ns(), self._crawler.get_extension(Ledger)
        values: Values = {"triptych.finish_reason": reason}
        failed = False
        if ledger is not None:
            self._add_commits(ledger)
            values["triptych.run_id"] = ledger.run_id
            for kind, count in ledger.totals().items():
                outcome, _, why = kind.rstrip(")").partition("(")
                values[f"triptych.pages.{outcome}.{why}" if why else f"triptych.pages.{outcome}"] = count
                failed = failed or why.startswith("error-")
        self._spans.end(self._run, now, values, failed=failed)
        if lost := await asyncio.to_thread(self._spans.close()):
            logger.warning("Telemetry: %s", visible(lost))

    # -----------------------------------------------------------------------------------------------
    def _over(self, item: Article | Observation, outcome: str, reason: str | None, values: Values) -> None:
        page = self._pages.pop(item.requested_url, None)
        if page is None or self._run is None:
            return
        now, spans = time.time_ns(), self._spans
        values["server.address"] = urlsplit(item.url).hostname or ""
        values.setdefault("triptych.article_id", address_key(item.requested_url).hex())
        values["triptych.outcome"] = outcome
        if reason is not None:
            values["triptych.reason"] = str(reason)
        if page.status:
            values["http.response.status_code"] = page.status
        failed = outcome == "failed"
        page_span = spans.add("page", self._run, (page.begun, now), values, failed=failed)
        if page.came:
            spans.add("request", page_span, (max(page.begun, page.came - page.latency), page.came), {})
        if page.came and page.read:
            spans.add("extraction", page_span, (page.came, page.read), {})
            spans.add("writing", page_span, (page.read, now), {})
        if outcome == "archived":
            self._archived.append((now, page_span))

    def _add_commits(self, ledger: Ledger) -> None:
        assert self._run is not None
        for commit in ledger.commits:
            linked = [context for at, context in self._archived if at <= commit.begun]
            self._archived = [(at, context) for at, context in self._archived if at > commit.begun]
            values: Values = {"triptych.articles": commit.articles}
            if commit.snapshot is not None:
                values["triptych.snapshot"] = commit.snapshot
            self._spans.add("commit", self._run, (commit.begun, commit.ended), values, links=linked[-_LINKS:])
