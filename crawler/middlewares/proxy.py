"""Every request through the proxy that the operator names in PROXY; one in the environment is not asked.

A proxy resolves names itself: behind it the resolver's guard sees the proxy's name only, and the proxy has
to keep the crawl out of private networks. Addresses written as numbers are refused here as ever.
"""

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request

from crawler.downloader.proxy_setting import Proxy, read_proxy


class ProxyMiddleware:
    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ProxyMiddleware":
        proxy = read_proxy(crawler.settings["PROXY"])
        if proxy is None:
            raise NotConfigured
        return cls(proxy)

    def process_request(self, request: Request) -> None:
        request.meta["proxy"] = self._proxy.url
        if self._proxy.credentials:
            request.headers["Proxy-Authorization"] = self._proxy.credentials
