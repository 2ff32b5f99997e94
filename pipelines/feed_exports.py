"""Scrapy's feed exports of what a run has archived: `-O FILE.jsonl`, `.json`, `.csv`, `.parquet`, FEEDS.

A row has the columns of the table `articles` that are known before the commit; FEED_NAMES=zyte: the fields of
zyte-common-items' Article. The archive stays the place where articles are kept: what is written here is gone
from it when an article is purged, and from the file only if you remove it there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Self
from urllib.parse import urlsplit

import msgspec
import pyarrow as pa
from scrapy.crawler import Crawler
from scrapy.exporters import BaseItemExporter
from scrapy.extensions.feedexport import FeedExporter, ItemFilter
from scrapy.settings import BaseSettings
from w3lib.url import file_uri_to_path

from archive.export.files import csv_cell, csv_lines, json_line
from archive.format.columns import By, columns_of
from archive.format.records import ArticleRecord
from archive.format.schema import ARTICLES
from crawler.items import Article
from crawler.reports.terminal import WrongUse, refuse_archive
from pipelines.records import article_record

Row = dict[str, object]
_KNOWN = {column.name for column in columns_of(ArticleRecord) if column.by is not By.ARCHIVE} - {"run_id"}
COLUMNS = pa.schema([column for column in ARTICLES if column.name in _KNOWN])
"""Of `articles`, without what only the archive and the run know."""
_ZYTE = pa.schema(
    [
        *((name, pa.string()) for name in ("url", "canonicalUrl", "headline", "description", "articleBody")),
        *((name, pa.string()) for name in ("inLanguage", "datePublished", "datePublishedRaw")),
        *((name, pa.string()) for name in ("dateModified", "dateModifiedRaw")),
        ("authors", pa.list_(pa.struct([("name", pa.string())]))),
        ("breadcrumbs", pa.list_(pa.struct([("name", pa.string())]))),
        ("mainImage", pa.struct([("url", pa.string())])),
        ("metadata", pa.struct([("dateDownloaded", pa.string())])),
    ]
)
"""Those fields of `Article` of zyte-common-items (its docs, "Article") that an article of ours has."""
FAILED = "feedexport/failed_count"
"""Beginning of the names of Scrapy's own counts."""
_ROWS_AT_ONCE = 500


def take_feeds(settings: BaseSettings) -> None:
    """Let the feeds of -o, -O and FEEDS have archived articles alone. Raises WrongUse."""
    exporters = settings.getwithbase("FEED_EXPORTERS")
    feeds = settings.getdict("FEEDS")
    for uri, options in feeds.items():
        form = options.get("format")
        if exporters.get(form) is None:
            forms = ", ".join(sorted(name for name in exporters if exporters[name] is not None))
            raise WrongUse(f"{uri}: there is no form {form!r}; expected {forms}")
        if not (scheme := urlsplit(str(uri)).scheme) or scheme == "file":
            refuse_archive(Path(file_uri_to_path(str(uri)) if scheme else str(uri)))
        is_one_document = form in ("json", "parquet") and not options.get("overwrite")
        if is_one_document and (path := Path(str(uri))).is_file() and path.stat().st_size:
            raise WrongUse(f"{uri}: {form} cannot be added to; -O writes it anew")
        options.setdefault("item_filter", Archived)
    settings.set("FEEDS", feeds, priority="cmdline")


def flaws(crawler: Crawler) -> list[str]:
    """Feeds of a run that are not whole; a sentence, or none."""
    if not crawler.settings.getdict("FEEDS"):
        return []
    message = "not all that -o, -O or FEEDS name is written, see the log above; the articles are archived"
    failed = crawler.stats is not None and any(
        name.startswith(f"{FAILED}/") and count for name, count in crawler.stats.get_stats().items()
    )
    return [message] if failed or crawler.get_extension(FeedExporter) is None else []


class Archived(ItemFilter):
    """The filter of all feeds: articles of which this run has archived a version."""

    def accepts(self, item: object) -> bool:
        return isinstance(item, Article) and item.outcome == "archived"


class _Exporter(BaseItemExporter):
    """A form of rows. Scrapy swallows what fails while it writes; so that is counted, and told at the end."""

    def __init__(self, file: BinaryIO, crawler: Crawler, **options: Any) -> None:
        super().__init__(dont_fail=True, **options)
        self.file = file
        self._stats = crawler.stats
        self.schema, self._row = COLUMNS, _columns
        if crawler.settings["FEED_NAMES"] == "zyte":
            self.schema, self._row = _ZYTE, _zyte
        if self.fields_to_export is not None:
            requested_names = set(self.fields_to_export)
            self.schema = pa.schema([column for column in self.schema if column.name in requested_names])

    @classmethod
    def from_crawler(cls, crawler: Crawler, file: BinaryIO, **options: Any) -> Self:
        return cls(file, crawler, **options)

    def export_item(self, item: Article) -> None:
        with self._counted():
            row = self._row(item)
            self.write({name: row[name] for name in self.schema.names})

    def finish_exporting(self) -> None:
        with self._counted():
            self.end()

    def write(self, row: Row) -> None:
        raise AssertionError("each form has its own")

    def end(self) -> None:
        """Write what stands behind the last row."""

    @contextmanager
    def _counted(self) -> Iterator[None]:
        try:
            yield
        except Exception:
            self._stats.inc_value(f"{FAILED}/rows")
            raise


class JsonLines(_Exporter):
    def write(self, row: Row) -> None:
        self.file.write(f"{json_line(row)}\n".encode())


class Json(_Exporter):
    """One list; appending to it would be no JSON."""

    def start_exporting(self) -> None:
        self.file.write(b"[")
        self._number = count()

    def write(self, row: Row) -> None:
        self.file.write(f"{',' if next(self._number) else ''}\n{json_line(row)}".encode())

    def end(self) -> None:
        self.file.write(b"\n]\n")


class Csv(_Exporter):
    """Lists and structs as JSON, as `triptych archive export` writes them; no formula begins a cell."""

    def __init__(
        self, file: BinaryIO, crawler: Crawler, *, include_headers_line: bool = True, **options: Any
    ) -> None:
        super().__init__(file, crawler, **options)
        self._headed = include_headers_line

    def start_exporting(self) -> None:
        if self._headed:
            self.file.write(csv_lines([self.schema.names]))

    def write(self, row: Row) -> None:
        self.file.write(csv_lines([[csv_cell(value) for value in row.values()]]))


class Parquet(_Exporter):
    """One file; its row groups are written as they fill, so that memory is bounded."""

    def start_exporting(self) -> None:
        import pyarrow.parquet as pq  # noqa: PLC0415  a fifth of a second, that no other form needs

        self._writer = pq.ParquetWriter(self.file, self.schema, compression="zstd")
        self._rows: list[Row] = []

    def write(self, row: Row) -> None:
        self._rows.append(row)
        if len(self._rows) >= _ROWS_AT_ONCE:
            self._flush()

    def end(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self.schema))
        self._rows.clear()


def _columns(item: Article) -> Row:
    row: Row = msgspec.to_builtins(article_record(item, run_id=""), builtin_types=(datetime,))
    return row


def _zyte(item: Article) -> Row:
    return {
        "url": item.url,
        "canonicalUrl": item.canonical_url,
        "headline": item.headline,
        "description": item.lead,
        "articleBody": item.body,
        "inLanguage": item.language,
        "datePublished": _time(item.published_at),
        "datePublishedRaw": item.published_raw,
        "dateModified": _time(item.modified_at),
        "dateModifiedRaw": item.modified_raw,
        "authors": [{"name": name} for name in item.authors],
        "breadcrumbs": [{"name": item.section}] if item.section else [],
        "mainImage": {"url": item.image_url} if item.image_url else None,
        "metadata": {"dateDownloaded": _time(item.fetched_at)},
    }


def _time(at: datetime | None) -> str | None:
    """As zyte-common-items has it: UTC, whole seconds, Z."""
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
