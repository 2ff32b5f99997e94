"""Run our crawl with a ticker on its event loop: python ours.py URLS ARCHIVE STALLS [NAME=VALUE …]."""

import asyncio
import json
import sys
import time
from functools import cached_property
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings

from crawler.downloader.handler import REQUESTS
from crawler.reports import account
from crawler.spiders.page import AnyPage
from crawler.story.arguments import Arguments

TICK = 0.01


class Ticker:
    """Lateness of a 10 ms timer while the spider runs."""

    late: ClassVar[list[float]] = []

    @classmethod
    def from_crawler(cls, crawler):
        ticker = cls()
        crawler.signals.connect(ticker.start, signals.spider_opened)
        crawler.signals.connect(ticker.stop, signals.spider_idle)
        return ticker

    def start(self):
        self._task = asyncio.ensure_future(self._tick())

    def stop(self):
        self._task.cancel()

    async def _tick(self):
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK)
            self.late.append(time.perf_counter() - before - TICK)


class Served(AnyPage):
    """The pages that are served, and no variants elsewhere: no contender follows them."""

    @cached_property
    def requests(self):
        requests = super().requests
        requests.variants = lambda *_, **_again: iter(())
        return requests


if __name__ == "__main__":
    settings = get_project_settings()
    settings.setdict(
        {
            "ARCHIVE_URI": sys.argv[2],
            "ALLOW_PRIVATE_NETWORK": True,
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
            "ROBOTSTXT_OBEY": False,
            "OPT_OUT_FILES": False,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
            **dict(part.split("=", 1) for part in sys.argv[4:]),
        },
        priority="cmdline",
    )
    settings["EXTENSIONS"][Ticker] = 1
    process = AsyncCrawlerProcess(settings)
    urls = tuple(Path(sys.argv[1]).read_text().split())
    crawler = process.create_crawler(Served)
    process.crawl(crawler, arguments=Arguments(urls=urls))
    process.start()
    # a crawl that lost something has not done the work that is timed
    if problems := account.problems(crawler):
        sys.exit("; ".join(problems))
    if (requests_sent := crawler.stats.get_value(REQUESTS)) != len(urls):
        sys.exit(f"{requests_sent} requests for {len(urls)} pages")
    late = sorted(Ticker.late)
    Path(sys.argv[3]).write_text(json.dumps([late[int(len(late) * 0.99)] * 1000, late[-1] * 1000]))
