"""The task of a worker process for a page of a web archive: record in, article with its decisions out."""

import re
from collections.abc import Sequence

from w3lib.encoding import http_content_type_encoding

from archive.format.reasons import Reason
from archive.pages.warc_record import Exchange
from crawler.exceptions import Unreadable
from crawler.importing.records import WebPage
from crawler.items import Article, Fetch, Hints
from crawler.story.worker_task import PageContext, extract_and_decide
from crawler.workers.stages import WorkerStage

_CHUNK, _CHUNK_END = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r\n"), b"\r\n"
_DECODED = ("gzip", "x-gzip", "deflate", "br", "zstd")


def read_web_page(
    page: WebPage,
    hints: Hints,
    context: PageContext,
    stages: Sequence[WorkerStage],
    largest: int,
    *,
    keep_raw: bool,
) -> Article:
    """Raises Unreadable for a page whose codings cannot be undone within `largest` bytes."""
    headers = {name.lower(): value for name, value in reversed(page.headers)}
    fetch = Fetch(
        url=page.url,
        requested_url=page.url,
        body=_decoded(page.body, headers, largest),
        encoding=http_content_type_encoding(headers.get("content-type")),
        http_status=page.status,
        fetched_at=page.fetched_at,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
    )
    exchange = Exchange(page.url, page.status, page.fetched_at, (), page.headers, page.ip)
    article = extract_and_decide(fetch, hints, exchange if keep_raw else None, context, stages)
    return article.with_(source_archive=page.archive, source_capture=page.record)


def _decoded(body: bytes, headers: dict[str, str], largest: int) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _without_chunks(body)
    try:
        for coding in reversed(headers.get("content-encoding", "").lower().split(",")):
            # crawlers that store a page unpacked often keep the header: what its decoder refuses at the first
            # byte, and has a tag in it, is the page
            if (name := coding.strip()) in _DECODED and not body.lstrip().startswith(b"<"):
                # .3 s of Scrapy, which a file of unpacked pages needs nowhere
                from crawler.middlewares.compression import CodingsMiddleware  # noqa: PLC0415

                body = CodingsMiddleware._decode(body, name.encode(), largest)
    except Exception as error:
        raise Unreadable(Reason.UNPARSEABLE, f"its coding cannot be undone: {error}") from None
    if len(body) > largest:
        raise Unreadable(Reason.TOO_LARGE, f"more than {largest} bytes")
    return body


def _without_chunks(body: bytes) -> bytes:
    """Join the chunks; a body that begins with none was stored joined, with its header."""
    chunks: list[bytes] = []
    place = 0
    while (head := _CHUNK.match(body, place)) is not None:
        size = int(head[1], 16)
        if not size:
            return b"".join(chunks)
        chunk = body[head.end() : head.end() + size]
        place = head.end() + size + len(_CHUNK_END)
        if len(chunk) < size or body[place - len(_CHUNK_END) : place] != _CHUNK_END:
            break
        chunks.append(chunk)
    if place:
        raise Unreadable(Reason.CUT_SHORT, f"its chunks end after {sum(map(len, chunks)):,} bytes")
    return body
