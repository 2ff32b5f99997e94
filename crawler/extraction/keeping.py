"""The page beside what it says: its records for the archive are made in the worker that read it.

Imported by the crawl for its name alone: what reading takes (trafilatura, 55 language profiles) is imported
where it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.warc import Exchange
    from crawler.items import Article, Fetch, Hints


def extract_and_keep(fetch: Fetch, hints: Hints, exchange: Exchange | None) -> Article:
    """As `extract`, with `raw` filled where there is an exchange to keep."""
    from archive.warc import build  # noqa: PLC0415
    from crawler.extraction.page import extract  # noqa: PLC0415

    article = extract(fetch, hints)
    return article if exchange is None else article.with_(raw=build(exchange, fetch.body))
