"""A table in one file that other programs read; it appears under its name only when it is whole."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from archive.exceptions import ExportError
from archive.export import tmx
from archive.storage import durable
from archive.tables.files import dictionary_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archive.read.archive import Archive
    from archive.read.scan import Moment, RowSet

    Progress = Callable[[int], None]

_BATCH = 2048
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the start of a formula, or reads one after; OWASP, "CSV Injection"."""


def export(
    archive: Archive,
    output: str,
    form: str,
    *,
    table: str = "articles",
    language: Sequence[str] | None = None,
    outlet: Sequence[str] | None = None,
    as_of: Moment | None = None,
    bom: bool = True,
    progress: Progress = lambda _rows: None,
) -> str:
    """Write what was chosen; a sentence says what came of it. `-` is standard output."""
    if form == "tmx":
        with _writing(output) as file:
            units = tmx.write(file, archive, language=language, outlet=outlet, as_of=as_of, progress=progress)
        return str(units)
    rows = archive.table(table, language=language, outlet=outlet, as_of=as_of)
    with _writing(output) as file:
        if form == "parquet":
            count = _parquet(file, rows, progress)
        else:
            write = _csv(file, rows.schema, bom=bom) if form == "csv" else _jsonl(file)
            count = 0
            for batch in rows.batches(_BATCH):
                write(batch.to_pylist())
                count += batch.num_rows
                progress(batch.num_rows)
    return f"{count} rows of {table}"


@contextmanager
def _writing(output: str) -> Iterator[BinaryIO]:
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    final = Path(output)
    early = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        with early.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        early.replace(final)
        durable.sync_folder(final.absolute().parent)
    except OSError as error:
        raise ExportError(f"Cannot write {output}: {error.strerror or error}.") from error
    finally:
        early.unlink(missing_ok=True)


def _parquet(file: BinaryIO, rows: RowSet, progress: Progress) -> int:
    """One file of the written schema; row groups of a size that can be read one at a time."""
    schema = rows.schema
    count = 0
    waiting: list[pa.RecordBatch] = []
    options = {"compression": "zstd", "compression_level": 9, "use_dictionary": dictionary_columns(schema)}
    with pq.ParquetWriter(file, schema, write_page_index=True, **options) as writer:

        def flush() -> None:
            if waiting:
                writer.write_table(pa.Table.from_batches(waiting).cast(schema), row_group_size=_BATCH)
                waiting.clear()

        for batch in rows.batches(_BATCH):
            waiting.append(batch)
            count += batch.num_rows
            progress(batch.num_rows)
            if sum(x.num_rows for x in waiting) >= _BATCH:
                flush()
        flush()
    return count


def _csv(file: BinaryIO, schema: pa.Schema, *, bom: bool) -> Callable[[list[dict[str, object]]], None]:
    """Lists and structs as JSON, nothing for null. Excel takes text for UTF-8 only behind a mark."""
    names = schema.names
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")

    def write(rows: list[dict[str, object]]) -> None:
        writer.writerows([_cell(row[name]) for name in names] for row in rows)
        file.write(buffer.getvalue().encode())
        buffer.seek(0)
        buffer.truncate()

    file.write("\ufeff".encode() if bom else b"")
    writer.writerow(names)
    write([])
    return write


def _cell(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else _text(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(value: object) -> str:
    return _iso(value) if isinstance(value, datetime) else json.dumps(value, ensure_ascii=False, default=_iso)


def _iso(value: object) -> str:
    assert isinstance(value, datetime), f"a column of {type(value).__name__}"
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _jsonl(file: BinaryIO) -> Callable[[list[dict[str, object]]], None]:
    def write(rows: list[dict[str, object]]) -> None:
        lines = (json.dumps(row, ensure_ascii=False, default=_iso, allow_nan=False) for row in rows)
        file.write("".join(f"{line}\n" for line in lines).encode())

    return write
