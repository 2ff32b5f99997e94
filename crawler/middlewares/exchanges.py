"""Remembers an answer's headers as they came: Scrapy drops Content-Encoding when it decodes the body."""

from datetime import datetime
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Request, Response

from archive.pages.warc_record import Exchange

_SENT, _CAME = "headers_sent", "headers_came"


class ExchangeMiddleware:
    """Between the network and decompression (590); a redirect's hops overwrite each other, the last stays."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if crawler.settings["KEEP_RAW"] == "none":
            raise NotConfigured
        return cls()

    def process_response(self, request: Request, response: Response) -> Response:
        request.meta[_SENT], request.meta[_CAME] = _pairs(request.headers), _pairs(response.headers)
        return response


def exchange_of(response: Response, fetched_at: datetime) -> Exchange | None:
    """Return what the archive keeps of an exchange beside the body; None if raw pages are not kept."""
    if _CAME not in response.meta:
        return None
    return Exchange(
        url=response.url,
        status=response.status,
        fetched_at=fetched_at,
        request_headers=response.meta[_SENT],
        response_headers=response.meta[_CAME],
        ip=str(response.ip_address) if response.ip_address else None,
    )


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    pairs = []
    for name in headers:
        for value in headers.getlist(name):
            pairs.append((name.decode("latin-1"), value.decode("latin-1")))
    return tuple(pairs)
