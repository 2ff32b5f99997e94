"""An archive as a data set: a folder of Parquet parts with a card, Croissant and a Data Package.

The folder gets its name when it is complete. Until then it is `.NAME.part`, which stays after a kill; the
next export of that name starts again.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pyarrow as pa

from archive.exceptions import ExportError
from archive.export import dataset_card
from archive.export.choice import OF_ARTICLES, Choice
from archive.export.dataset_card import Contents, Holding, Part, TableParts
from archive.export.files import parquet_writer, row_groups
from archive.format.schema import ABOUT
from archive.read.archive import Archive
from archive.read.scan import RowSet, one_of
from archive.storage import durable, locks, path_guard
from archive.tables.parquet_files import translated_errors

_ROWS, _BYTES = 100_000, 256 << 20
"""A part ends with the first portion of rows that reaches either."""


def export(
    archive: Archive,
    output: Path,
    choice: Choice,
    progress: Callable[[str, int], None] = lambda _table, _rows: None,
    rows_of_a_part: int = _ROWS,
) -> Contents:
    """Write a data set into a folder that must not exist. Raises ExportError."""
    path_guard.refuse_archive(output)
    if os.path.lexists(output):
        raise ExportError(f"{output} exists already: give the data set a new folder.")
    try:
        with _complete_folder(output) as folder:
            contents = _fill(archive, folder, choice, progress, rows_of_a_part)
            for name, text in dataset_card.files(contents, output.absolute().name):
                durable.write_new(folder / name, text.encode("utf-8", "replace"))
    except OSError as error:
        raise ExportError(f"Cannot write {output}: {error.strerror or error}.") from error
    return contents


@contextmanager
def _complete_folder(output: Path) -> Iterator[Path]:
    """Yield a folder to fill; it gets its name when it is complete, and is removed if that fails."""
    temporary = output.absolute().with_name(f".{output.absolute().name}.part")
    temporary.mkdir(exist_ok=True)
    descriptor = os.open(temporary, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        is_locked = locks.try_lock(descriptor)
        if not is_locked or not os.path.samestat(os.fstat(descriptor), os.lstat(temporary)):
            raise ExportError(f"Another export is writing {output}.")
        for path in temporary.iterdir():  # of a killed export
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        try:
            yield temporary
            for path in (*temporary.rglob("*/"), temporary):
                durable.sync_folder(path)
            temporary.rename(output)
            durable.sync_folder(temporary.parent)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    finally:
        locks.close(descriptor)


def _fill(
    archive: Archive, folder: Path, choice: Choice, progress: Callable[[str, int], None], most: int
) -> Contents:
    chosen = None if choice.is_everything else _Chosen(archive, choice)
    tables = []
    for name, about in ABOUT.items():
        rows = archive.table(name, as_of=choice.as_of)
        if chosen is not None:
            rows = chosen.rows(name, rows)
        parts = _write(rows, folder / "data" / name, partial(progress, name), most)
        with_paths = tuple(replace(x, path=f"data/{name}/{x.path}") for x in parts)
        tables.append(TableParts(name, about, rows.schema, with_paths))
    columns = ["article_id", "outlet", "language", "published_at", "extractor", "gone"]
    rows = archive.articles(as_of=choice.as_of, columns=columns)
    if chosen is not None:
        rows = rows.where(one_of("article_id", chosen.articles))
    articles = rows.to_arrow()
    with translated_errors():
        extractors = articles["extractor"].unique().to_pylist()
    return Contents(
        tables=tuple(tables),
        holdings=_holdings(articles),
        gone=len(articles) - articles["gone"].null_count,
        choice=choice,
        archive=archive.root.name,
        snapshot=archive.snapshot.id,
        committed_at=archive.snapshot.committed_at,
        sha256=archive.manifest_sha256(),
        extractors=tuple(sorted(extractors)),
        triptych=_triptych(),
    )


def _holdings(articles: pa.Table) -> tuple[Holding, ...]:
    grouped = articles.group_by(["outlet", "language"]).aggregate(
        [("article_id", "count"), ("published_at", "min"), ("published_at", "max")]
    )
    with translated_errors():
        rows = grouped.to_pylist()
    holdings = []
    for row in rows:
        first, last = row["published_at_min"], row["published_at_max"]
        language = row["language"] or "und"
        holdings.append(Holding(row["outlet"], language, row["article_id_count"], first, last))
    return tuple(sorted(holdings, key=lambda x: (x.outlet, x.language)))


class _Chosen:
    """The chosen articles, and the rows of all tables that belong to them."""

    def __init__(self, archive: Archive, choice: Choice) -> None:
        self.articles = choice.articles(archive)
        self._condition = one_of("article_id", self.articles)
        rows = archive.articles(as_of=choice.as_of, columns=["story_id"]).where(self._condition)
        self._stories = rows.to_arrow()["story_id"].unique().to_pylist()

    def rows(self, table: str, rows: RowSet) -> RowSet:
        if table in OF_ARTICLES:
            return rows.where(self._condition)
        if table == "stories":
            return rows.where(one_of("story_id", self._stories))
        return rows.where(*(one_of(f"article_id_{side}", self.articles) for side in "ab"))


def _write(rows: RowSet, folder: Path, progress: Callable[[int], None], most: int) -> Iterator[Part]:
    """Write rows as parts; a table without rows has one part, which has its columns."""
    durable.make_folder(folder)
    groups = row_groups(rows, min(2048, most))
    group = next(groups, None)
    number = 0
    while group is not None or not number:
        path = folder / f"part-{number:05}.parquet"
        count = 0
        with path.open("xb") as file:
            with parquet_writer(file, rows.schema) as writer:
                while group is not None and count < most and file.tell() < _BYTES:
                    writer.write_table(group)
                    count += group.num_rows
                    progress(group.num_rows)
                    group = next(groups, None)
            file.flush()
            os.fsync(file.fileno())
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        yield Part(path.name, count, path.stat().st_size, digest)
        number += 1


def _triptych() -> str:
    try:
        return version("triptych")
    except PackageNotFoundError:
        return "a checkout"
