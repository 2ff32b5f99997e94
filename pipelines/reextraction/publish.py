"""Publication of rereadings: stored in a temporary file while the report is made, then published."""

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path

from archive.format import codec
from archive.format.codec import plain
from archive.format.records import Alternate, ArticleRecord
from archive.format.snapshot import Snapshot
from archive.operations.reread import COLUMNS, Rereading, publish
from archive.storage.interface import Storage
from pipelines.alignment.aligner import Aligner

BATCH = 20_000
"""Versions in one snapshot; writing it takes some 200 MB."""
FROM_THE_PAGE = frozenset({"hreflang", "switcher"})

Row = dict[str, object]


class Lines:
    """Records of one part of the archive that differ from their rows, each a line with its version."""

    def __init__(self) -> None:
        self.changed: list[bytes] = []

    def add(self, row: Row, record: ArticleRecord) -> None:
        """Keep the record if a column differs; the extractor's name is one of them."""
        record = with_what_no_page_states(row, record)
        today = plain(record)
        if any(_same_form(today[name]) != _same_form(row[name]) for name in COLUMNS):
            self.changed.append(f"{row['version']} ".encode() + codec.encode(record))


class Aside:
    """The lines of all parts, in a file without a name on the archive's disk."""

    def __init__(self, root: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=root)  # noqa: SIM115  lives as long as this
        self.count = 0

    def take(self, lines: Lines) -> None:
        self._file.writelines(lines.changed)
        self.count += len(lines.changed)

    def publish(self, storage: Storage, progress: Callable[[int], None]) -> Iterator[Snapshot]:
        with self._file:
            self._file.seek(0)
            while lines := list(islice(self._file, BATCH)):
                snapshot = publish(storage, map(_rereading, lines), Aligner())
                progress(len(lines))
                if snapshot is not None:
                    yield snapshot


def _rereading(line: bytes) -> Rereading:
    version, _, document = line.partition(b" ")
    record = codec.decode(document)
    assert isinstance(record, ArticleRecord)
    return Rereading(int(version), record)


def with_what_no_page_states(row: Mapping[str, object], record: ArticleRecord) -> ArticleRecord:
    """Add the stored facts that came from sitemaps, feeds and the outlet's rules, not from the page.

    The article is one of them: it goes by the address that was fetched, whatever the page says of it today.
    """
    stored: list[dict[str, str]] = row["alternates"]  # type: ignore[assignment]
    stated_elsewhere = [Alternate(**x) for x in stored if x["source"] not in FROM_THE_PAGE]
    of_the_page = [x for x in record.alternates if x.source in FROM_THE_PAGE]
    extra = json.loads(str(row["extra"] or "{}")) | json.loads(record.extra or "{}")
    return replace(
        record,
        article_id=str(row["article_id"]),
        alternates=(*of_the_page, *stated_elsewhere),
        extra=json.dumps(extra, ensure_ascii=False, sort_keys=True) if extra else None,
    )


def _same_form(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
