"""Redirects as Scrapy follows them, for a crawl that tells no host where it comes from."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware


class SilentRedirectMiddleware(RedirectMiddleware):
    """Without Scrapy's warning that nobody sets a Referer: that is what REFERER_ENABLED is off for."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        middleware = cls(crawler.settings)
        middleware.crawler = crawler
        return middleware
