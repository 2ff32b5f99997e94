"""A progress line for people: shown on a terminal, silent in a log."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from scrapy import signals
from scrapy.exceptions import NotConfigured

from crawler.ledger import Ledger

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


class Progress:
    """URLs settled of URLs discovered, articles by language, and whether extraction is the bottleneck."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._bar = Bar(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[languages]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        if not sys.stderr.isatty():
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.start, signal=signals.spider_opened)
        crawler.signals.connect(extension.stop, signal=signals.spider_closed)
        for signal in (signals.item_scraped, signals.item_dropped, signals.request_scheduled):
            crawler.signals.connect(extension.update, signal=signal)
        return extension

    def start(self) -> None:
        assert self._crawler.spider is not None
        self._task = self._bar.add_task(self._crawler.spider.name, total=None, languages="")
        self._bar.start()

    def update(self) -> None:
        ledger = self._crawler.get_extension(Ledger)
        if ledger is not None:
            shown = "  ".join(f"{language} {count}" for language, count in sorted(ledger.languages.items()))
            done = ledger.discovered - len(ledger.unsettled)
            self._bar.update(self._task, completed=done, total=ledger.discovered, languages=shown)

    def stop(self) -> None:
        self._bar.stop()
