"""The download handler with a limit on headers and on data between chunks.

DOWNLOAD_MAXSIZE limits the body only. Measured on loopback: endless headers take 400 MB of memory per second,
until DOWNLOAD_TIMEOUT.
"""

from collections.abc import Callable
from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Request, Response
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS
from twisted.web.http import _ChunkedTransferDecoder, _MalformedChunkedDataError

LARGEST = 256 << 10
"""Bytes of headers; browsers and servers accept 8 to 256 kB."""


REQUESTS = "downloader/request_count"
"""Key in the stats. It is the key of Scrapy's own middleware, which serialises each request to count it."""


class HeadTooLarge(Exception):
    """Status line, headers and 1xx responses before them are longer than LARGEST."""


class _Chunks(_ChunkedTransferDecoder):
    """Joins the chunks of one read: a chunk may be one byte, and Scrapy takes 50 µs for each piece."""

    def __init__(self, take: Callable[[bytes], None], finish: Callable[[bytes], None]) -> None:
        self._take, self._finish = take, finish
        self._pieces: list[bytes] = []
        self._came = self._passed_on = 0
        super().__init__(self._pieces.append, self._end)

    def dataReceived(self, data: bytes) -> None:
        self._came += len(data)
        super().dataReceived(data)
        self._hand_on()
        if self._came > LARGEST and self._came > 2 * self._passed_on:
            raise _MalformedChunkedDataError(f"{self._passed_on} bytes of {self._came} are the body's")

    def _end(self, rest: bytes) -> None:
        self._hand_on()
        self._finish(rest)

    def _hand_on(self) -> None:
        if body := b"".join(self._pieces):
            self._pieces.clear()
            self._passed_on += len(body)
            self._take(body)


class _Protocol(_LenientHTTP11ClientProtocol):
    _head = 0

    def request(self, request: Any) -> Any:
        answer = super().request(request)
        if self._parser is not None:
            self._parser._transferDecoders = {b"chunked": _Chunks}  # type: ignore[dict-item]
        return answer

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
    """Handler for DOWNLOAD_HANDLERS; fails with DownloadFailedError, for instance with HeadTooLarge."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._stats = crawler.stats
        # in somebody else's project Scrapy's own middleware counts them
        self._counts = not crawler.settings.getbool("DOWNLOADER_STATS")
        self._pool._factory = _Factory

    async def download_request(self, request: Request) -> Response:
        if self._counts:
            self._stats.inc_value(REQUESTS)
        response = await super().download_request(request)
        if not 100 <= response.status <= 999:
            # Twisted accepts any number, but no column of the archive does
            message = f"expected a status of three digits, got {str(response.status)[:20]}"
            raise DownloadFailedError(message)
        return response
