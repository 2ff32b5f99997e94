"""The crawl reaches public hosts of its outlet over http(s), and nothing else.

A downloader middleware sees every request: start URLs, links, sitemaps, robots.txt, each hop of a redirect.
"""

import logging

from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.utils.spider import DefaultSpider

from archive.format.reasons import Reason
from crawler.downloader.failures import Refused
from crawler.downloader.proxy_setting import read_proxy
from crawler.downloader.public_hosts import refusal

logger = logging.getLogger(__name__)


class AddressMiddleware:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._allow_private = crawler.settings.getbool("ALLOW_PRIVATE_NETWORK")
        self._longest = crawler.settings.getint("LONGEST_ADDRESS")
        proxy = read_proxy(crawler.settings["PROXY"])
        self._proxy = proxy.url if proxy else None
        self._deepest = crawler.settings.getint("MOST_STEPS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "AddressMiddleware":
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if reason := refusal(request.url, allow_private=self._allow_private):
            if self._crawler.spidercls is DefaultSpider:  # a person at `scrapy shell` waits for an answer
                logger.warning("%s is not fetched (%s); `triptych inspect` reads a file", request.url, reason)
            raise Refused(request.url, reason)
        if self._longest and len(request.url) > self._longest:
            raise Refused(request.url, Reason.ADDRESS_TOO_LONG)
        if self._deepest and request.meta.get("depth", 0) > self._deepest:
            raise Refused(request.url, Reason.TOO_FAR)
        if request.meta.get("proxy", self._proxy) != self._proxy:
            # a proxy resolves names itself, behind the resolver's back
            raise Refused(request.url, Reason.PROXY)
        # asked for a page that has passed already, on a host that may have been invited by hreflang
        robots = request.meta.get("dont_obey_robotstxt") and "redirect_urls" not in request.meta
        # of an outlet; the spider of `scrapy shell` and `fetch` has none, and what a person types is meant
        allows = getattr(self._crawler.spider, "allows", None)
        if allows is not None and not robots and not allows(request):
            raise Refused(request.url, Reason.OFFSITE)
