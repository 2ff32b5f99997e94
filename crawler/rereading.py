"""Runs in a worker process: one stored page through today's extraction and every stage that decides.

Each `scrapy` command imports this by way of its own: what reading takes is imported where it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from w3lib.encoding import http_content_type_encoding

from archive import raw
from archive.exceptions import ArchiveDamaged
from archive.layout import Layout
from crawler.exceptions import ExtractionError
from crawler.items import Article, Fetch
from pipelines.byline import BylineStage
from pipelines.digest import DigestStage
from pipelines.exceptions import Dropped
from pipelines.language import LanguageStage
from pipelines.rows import article_record
from pipelines.validate import ValidateStage

if TYPE_CHECKING:
    from pathlib import Path

    from archive.records import ArticleRecord
    from crawler.items import Hints

_STAGES = (ValidateStage(), LanguageStage(), BylineStage(), DigestStage())


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page says today: one of the three."""

    record: ArticleRecord | None = None
    refused: str | None = None
    """Why no article is read from it."""
    damaged: str | None = None
    """Why the page could not be read from the archive."""


def reread(root: Path, pointer: raw.Pointer, requested_url: str, hints: Hints) -> Reading:
    from crawler.extraction.page import extract  # noqa: PLC0415

    try:
        page = raw.read(Layout(root), pointer)
    except ArchiveDamaged as error:
        return Reading(damaged=str(error))
    headers = {name.lower(): value for name, value in page.headers}
    fetch = Fetch(
        url=page.url,
        requested_url=requested_url,
        body=page.body,
        encoding=http_content_type_encoding(headers.get("content-type")),
        http_status=page.status,
        fetched_at=page.fetched_at,
    )
    try:
        article = extract(fetch, hints)
        for stage in _STAGES:
            decided = stage.process_item(article)
            assert isinstance(decided, Article)
            article = decided
    except (ExtractionError, Dropped) as error:
        return Reading(refused=error.reason)
    return Reading(article_record(article, run_id=""))
