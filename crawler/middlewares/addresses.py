"""The crawl reaches public hosts of its outlet over http(s), and nothing else.

A downloader middleware sees every request: start URLs, links, sitemaps, robots.txt, each hop of a redirect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from scrapy.exceptions import IgnoreRequest

from crawler.network import refusal

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request


class Hosts(Protocol):
    def allows(self, request: Request) -> bool: ...


class Refused(IgnoreRequest):
    """`reason` is short and countable."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.reason = reason


class AddressMiddleware:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._allow_private = crawler.settings.getbool("ALLOW_PRIVATE_NETWORK")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> AddressMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if reason := refusal(request.url, allow_private=self._allow_private):
            raise Refused(request.url, reason)
        if "proxy" in request.meta:
            # a proxy resolves names itself, behind the resolver's back
            raise Refused(request.url, "proxy")
        if not cast("Hosts", self._crawler.spider).allows(request):
            raise Refused(request.url, "offsite")
