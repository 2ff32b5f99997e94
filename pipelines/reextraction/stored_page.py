"""One stored page through today's extraction and decisions; runs in a worker process.

Each `scrapy` command imports this module by way of `triptych reextract`, so extraction is imported inside the
function.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from w3lib.encoding import http_content_type_encoding

from archive.exceptions import ArchiveDamaged
from archive.format.records import ArticleRecord
from archive.pages import warc_files
from archive.storage.interface import Storage
from crawler.exceptions import ExtractionError
from crawler.items import Fetch, Hints
from crawler.workers.stages import WorkerStage, decide
from pipelines.records import article_record


@dataclass(frozen=True, slots=True)
class PageReading:
    """Result of reading a stored page today: exactly one of the three fields is set."""

    record: ArticleRecord | None = None
    refused: str | None = None
    """Reason why the page is no article."""
    damaged: str | None = None
    """Reason why the page could not be read from the archive."""


def reread(
    storage: Storage,
    pointer: warc_files.Pointer,
    requested_url: str,
    hints: Hints,
    stages: Sequence[WorkerStage],
) -> PageReading:
    from crawler.extraction.page import extract  # noqa: PLC0415  .2 s and more: not every run needs it

    try:
        page = warc_files.read(storage, pointer)
    except ArchiveDamaged as error:
        return PageReading(damaged=str(error))
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
        article = decide(extract(fetch, hints), stages)
    except ExtractionError as error:
        return PageReading(refused=error.reason)
    if article.refused is not None:
        return PageReading(refused=article.refused.reason)
    return PageReading(article_record(article, run_id=""))
