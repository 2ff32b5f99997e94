"""robots.txt names a pace, and Scrapy reads it without keeping it: here it is kept."""

import datetime as dt

from protego import Protego
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawler.downloader.robots_parser import BoundedRobots

# above this an outlet asks for less than a story an hour in three languages; an operator should decide
LONGEST = 120.0


def pace(rules: Protego, agent: str, at: dt.time) -> float:
    """Seconds between two requests: the slower of Crawl-delay and Request-rate, at most LONGEST; 0 for none.

    A rate may name the hours of its day that it is for, `1/10s 0600-0845`, in UTC as its inventors have it:
    http://www.conman.org/people/spc/robots2.html#format.directives.request-rate
    """
    delay = float(rules.crawl_delay(agent) or 0.0)
    rate = rules.request_rate(agent)
    if rate is not None and (rate.start_time is None or _within(at, rate.start_time, rate.end_time)):
        # whole numbers of 4,000 digits have no quotient that is a float
        delay = max(delay, min(rate.seconds, int(LONGEST) * rate.requests) / rate.requests)
    # written `nan`, it is no number to sleep for
    return min(delay, LONGEST) if delay > 0 else 0.0


def _within(at: dt.time, start: dt.time, end: dt.time | None) -> bool:
    if end is None or start <= end:
        return start <= at and (end is None or at <= end)
    # from the evening to the morning
    return at >= start or at <= end


class RobotsPace:
    """Never faster than robots.txt asks for, whatever AutoThrottle makes of the latency."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self._rules: dict[str, Protego] = {}
        """By downloader slot."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsPace":
        extension = cls(crawler)
        crawler.signals.connect(extension.robots_parsed, signal=signals.robots_parsed)
        crawler.signals.connect(extension.response_downloaded, signal=signals.response_downloaded)
        return extension

    def robots_parsed(self, robotparser: BoundedRobots, request: Request) -> None:
        slot = request.meta.get("download_slot") or self._crawler.engine.downloader.get_slot_key(request)
        self._rules[slot] = robotparser.rp
        self._keep(slot)

    def response_downloaded(self, response: Response, request: Request) -> None:
        self._keep(request.meta.get("download_slot", ""))

    def _keep(self, name: str) -> None:
        rules, slot = self._rules.get(name), self._crawler.engine.downloader.slots.get(name)
        if rules is None or slot is None:
            return
        delay = pace(rules, self._agent, dt.datetime.now(dt.UTC).time())
        if delay:
            slot.delay = max(slot.delay, delay)
            slot.jitter = 0.0
            slot.concurrency = 1
