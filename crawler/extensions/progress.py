"""The progress of a crawl: a line that a terminal shows, or a line a minute in the log."""

import logging
import sys
from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from scrapy.utils.asyncio import create_looping_call

from archive.terminal import Terminal
from crawler.extensions.ledger import Ledger
from crawler.items import Article

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Rate:
    """Pages a second, over the last of them: a backfill of hours is faster by night."""

    _moments: deque[float] = field(default_factory=lambda: deque(maxlen=200))

    def page(self, at: float) -> None:
        self._moments.append(at)

    def at(self, now: float) -> float | None:
        """None before there are two pages to measure between."""
        if len(self._moments) < 2 or now <= self._moments[0]:
            return None
        return len(self._moments) / (now - self._moments[0])


def seconds_left(rate: float | None, pages: int, lists: int, *, read: int, requested: int) -> float | None:
    """Return the time for the pages and lists to come, by the `requested` pages of the lists `read` so far.

    None while unknown: no page yet, or lists to read and none read.
    """
    if rate is None or (lists and not read):
        return None
    expected = lists * requested / read if lists else 0.0
    return (pages + expected) / rate


def clock(seconds: float | None) -> str:
    """`0:12`, `1:02:03`, `3d 4h`; `?` if unknown."""
    if seconds is None:
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24}d {hours % 24}h"
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Progress:
    """Settled of discovered addresses, stories, articles by language, pages a second, expected end."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._rate = Rate()
        self._stories = self._retried = 0
        self._bar = Bar(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[status]}"),
            console=Terminal(stderr=True),
            transient=True,
            expand=True,
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Progress":
        if not sys.stderr.isatty():
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.start, signal=signals.spider_opened)
        crawler.signals.connect(extension.stop, signal=signals.spider_closed)
        crawler.signals.connect(extension.response_received, signal=signals.response_received)
        crawler.signals.connect(extension.item_scraped, signal=signals.item_scraped)
        for signal in (signals.item_dropped, signals.request_scheduled):
            crawler.signals.connect(extension.update, signal=signal)
        return extension

    def start(self) -> None:
        assert self._crawler.spider is not None
        self._task = self._bar.add_task(self._crawler.spider.name, total=None, status="")
        self._bar.start()

    def response_received(self, request: Request) -> None:
        if "address" in request.meta:
            # a page of an article; lists and robots.txt have none
            self._rate.page(monotonic())

    def item_scraped(self, item: object, response: Response | None) -> None:
        # not the text of a feed: its page was not fetched
        if isinstance(item, Article) and response is not None and item.text_from == "page":
            # the other languages of a story have the story in their meta
            self._stories += "story" not in response.meta
            self._retried += "owed" in response.meta
        self.update()

    def update(self) -> None:
        ledger = self._crawler.get_extension(Ledger)
        if ledger is None:
            return
        # a StorySpider, whose layer is above this one
        spider: Any = self._crawler.spider
        rate = self._rate.at(monotonic())
        languages = " ".join(f"{language} {count}" for language, count in sorted(ledger.languages.items()))
        read = len(ledger.sources)
        planned = spider.discovering.sources if spider.discovering is not None else read
        to_come, requested = max(0, planned - read), spider.budget.requested
        left = seconds_left(rate, ledger.unsettled, to_come, read=read, requested=requested)
        parts = [f"{self._stories} stories", languages, f"{rate:.1f}/s" if rate else "?/s"]
        if retries := spider.debts.requested:
            parts.append(f"retried {self._retried}/{retries}")
        parts.append(f"ETA {clock(left)}")
        done = ledger.discovered - ledger.unsettled
        text = "  ".join(filter(None, parts))
        self._bar.update(self._task, completed=done, total=ledger.discovered, status=text)

    def stop(self) -> None:
        self._bar.stop()


class ProgressLog:
    """Logs the progress every LOGSTATS_INTERVAL seconds where stderr is no terminal.

    At INFO, and through LOG_LEVEL = "WARNING", our default: a crawl of hours would leave an empty log.
    """

    def __init__(self, crawler: Crawler, interval: float) -> None:
        self._crawler = crawler
        self._interval = interval
        self._pages = self._pages_logged = 0
        self._timer = create_looping_call(self.log)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ProgressLog":
        interval = crawler.settings.getfloat("LOGSTATS_INTERVAL")
        if sys.stderr.isatty() or not interval:
            raise NotConfigured
        extension = cls(crawler, interval)
        crawler.signals.connect(extension.start, signal=signals.spider_opened)
        crawler.signals.connect(extension.stop, signal=signals.spider_closed)
        crawler.signals.connect(extension.response_received, signal=signals.response_received)
        return extension

    def start(self) -> None:
        for handler in logging.getLogger().handlers:
            if handler.level == logging.WARNING:
                handler.setLevel(logging.INFO)
                handler.addFilter(_is_warning_or_progress)
        self._timer.start(self._interval, now=False)

    def stop(self) -> None:
        if self._timer.running:
            self._timer.stop()

    def response_received(self, request: Request) -> None:
        self._pages += "address" in request.meta

    def log(self) -> None:
        import psutil  # noqa: PLC0415  30 ms: most crawls are shorter than a minute

        ledger = self._crawler.get_extension(Ledger)
        if ledger is None:
            return
        rate = (self._pages - self._pages_logged) * 60 / self._interval
        self._pages_logged = self._pages
        logger.info(
            "%d pages (%d a minute), %d of %d addresses to settle, %d retried, %d MB",
            self._pages,
            rate,
            ledger.unsettled,
            ledger.discovered,
            self._crawler.spider.debts.requested,  # type: ignore[union-attr]
            psutil.Process().memory_info().rss >> 20,
        )


def _is_warning_or_progress(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name == __name__
