"""Every request through the proxy that the operator names in PROXY; one in the environment is not asked.

A proxy resolves names itself: behind it the resolver's guard sees the proxy's name only, and the proxy has
to keep the crawl out of private networks. Addresses written as numbers are refused here as ever.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from scrapy.exceptions import NotConfigured

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request


@dataclass(frozen=True, slots=True)
class Proxy:
    url: str
    """Without the credentials."""
    host: str
    credentials: bytes | None
    """As in Proxy-Authorization."""


def read_proxy(setting: str) -> Proxy | None:
    """Read PROXY, `http://user:password@host:port`; None where it is empty, ValueError where it is none."""
    if not setting:
        return None
    parts = urlsplit(setting)
    if parts.scheme != "http" or not parts.hostname or parts.path.strip("/") or parts.query:
        # not the setting itself: it may hold a password
        raise ValueError("expected http://host:port or http://user:password@host:port")
    port = f":{parts.port}" if parts.port else ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    credentials = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        credentials = b"Basic " + base64.b64encode(pair.encode())
    return Proxy(f"http://{host}{port}", parts.hostname, credentials)


class ProxyMiddleware:
    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProxyMiddleware:
        proxy = read_proxy(crawler.settings["PROXY"])
        if proxy is None:
            raise NotConfigured
        return cls(proxy)

    def process_request(self, request: Request) -> None:
        request.meta["proxy"] = self._proxy.url
        if self._proxy.credentials:
            request.headers["Proxy-Authorization"] = self._proxy.credentials
