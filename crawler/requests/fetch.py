"""Conversion of Scrapy's HTTP response for extraction."""

from datetime import UTC, datetime

from scrapy.http import Response
from w3lib.encoding import http_content_type_encoding

from crawler.extensions.ledger import first_address
from crawler.items import Fetch


def fetch_of(response: Response) -> Fetch:
    """`fetched_at` is now: a page is read immediately."""
    return Fetch(
        url=response.url,
        requested_url=first_address(response),
        body=response.body,
        encoding=encoding_of(response),
        http_status=response.status,
        fetched_at=datetime.now(UTC),
        etag=_header(response, "ETag"),
        last_modified=_header(response, "Last-Modified"),
    )


def encoding_of(response: Response) -> str | None:
    """The encoding in the Content-Type header, if any."""
    return http_content_type_encoding(_header(response, "Content-Type"))


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value is not None else None
