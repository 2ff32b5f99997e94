"""Memory of a crawl: the interval of Python's collector, blocks that malloc returns, and the limit."""

import ctypes
import gc
import re
import sys
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.extensions.memusage import MemoryUsage

# of new objects; at Python's 700 the whole heap, most of it code, is walked every few hundred pages
COLLECT_EVERY = 20_000
# bytes; glibc would raise its own limit with each page of megabytes that is freed, and keep such blocks
LARGE = 1 << 20
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of mallopt(3)


class Collector:
    """Exclude objects from before the spider opened from the collector: it would stop the loop for 100 ms."""

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
        give_back_large_blocks()

    def restore(self) -> None:
        gc.unfreeze()
        gc.set_threshold(*self._before)


class ProcessMemory(MemoryUsage):
    """MEMUSAGE_LIMIT_MB, for the memory of this process.

    Scrapy uses getrusage(2), which starts with the memory of the parent process: a scheduler of 2 GB closed
    each crawl before its first request.
    """

    def get_virtual_size(self) -> int:
        """The peak of resident memory, bytes."""
        try:
            peak = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.M)
        except OSError:
            peak = None
        # other systems than Linux
        return int(peak[1]) << 10 if peak else super().get_virtual_size()


def give_back_large_blocks() -> None:
    """Take blocks larger than LARGE from the kernel, so that they go back to it when they are freed."""
    if sys.platform == "linux":
        # other libraries than glibc have no such function, and no such limit
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_MMAP_THRESHOLD, LARGE)
