"""The page beside what it says: its records for the archive are made in the worker that read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.warc import build
from crawler.extraction.page import Hints, extract

if TYPE_CHECKING:
    from archive.warc import Exchange
    from crawler.items import Article, Fetch


def extract_and_keep(fetch: Fetch, hints: Hints, exchange: Exchange | None) -> Article:
    """As `extract`, with `raw` filled where there is an exchange to keep."""
    article = extract(fetch, hints)
    return article if exchange is None else article.with_(raw=build(exchange, fetch.body))
