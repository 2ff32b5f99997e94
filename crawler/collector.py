"""The pace of Python's garbage collector while a crawl runs."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Self

from scrapy import signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# of new objects; at Python's 700 the whole heap, most of it code, is walked every few hundred pages
COLLECT_EVERY = 20_000


class Collector:
    """What is there when the spider opens stays: walking through it stalls the event loop for 100 ms."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        collector = cls()
        crawler.signals.connect(collector.settle, signal=signals.spider_opened)
        crawler.signals.connect(collector.restore, signal=signals.spider_closed)
        return collector

    def settle(self) -> None:
        self._before = gc.get_threshold()
        gc.freeze()
        gc.set_threshold(COLLECT_EVERY, 20, 50)

    def restore(self) -> None:
        gc.unfreeze()
        gc.set_threshold(*self._before)
