"""robots.txt names a pace, and Scrapy reads it without keeping it: here it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import signals

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response
    from scrapy.robotstxt import RobotParser

# above this an outlet asks for less than a story an hour in three languages; an operator should decide
LONGEST = 120.0


class CrawlDelay:
    """Never faster than Crawl-delay, whatever AutoThrottle makes of the latency."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self.delays: dict[str, float] = {}
        """Downloader slot -> seconds."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlDelay:
        extension = cls(crawler)
        crawler.signals.connect(extension.robots_parsed, signal=signals.robots_parsed)
        crawler.signals.connect(extension.response_downloaded, signal=signals.response_downloaded)
        return extension

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        delay = robotparser.crawl_delay(self._agent)
        if delay:
            slot = request.meta.get("download_slot") or self._crawler.engine.downloader.get_slot_key(request)
            self.delays[slot] = min(delay, LONGEST)
            self._keep(slot)

    def response_downloaded(self, response: Response, request: Request) -> None:
        self._keep(request.meta.get("download_slot", ""))

    def _keep(self, name: str) -> None:
        delay = self.delays.get(name)
        slot = self._crawler.engine.downloader.slots.get(name)
        if delay is not None and slot is not None:
            slot.delay = max(slot.delay, delay)
            slot.jitter = 0.0
            slot.concurrency = 1
