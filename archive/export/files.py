"""A table in one file for other programs; it gets its name only when it is complete."""

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from archive.exceptions import ExportError
from archive.export import tmx, xlsx
from archive.export.choice import Choice
from archive.operations.partitions import ALONE, Spread, over
from archive.read.archive import Archive
from archive.read.scan import RowSet
from archive.storage import durable, path_guard
from archive.tables.parquet_files import dictionary_columns

Progress = Callable[[int], None]

_BATCH = 2048
_EVERYTHING = Choice()
_NAMESPACE = "triptych"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Characters with which a formula begins in a spreadsheet; OWASP, "CSV Injection"."""


def export(
    archive: Archive,
    output: str,
    form: str,
    choice: Choice = _EVERYTHING,
    *,
    table: str = "articles",
    bom: bool = True,
    spread: Spread = ALONE,
    progress: Progress = lambda _rows: None,
) -> str:
    """Write the chosen rows; return the message to print. `-` is standard output.

    Text formats of the present state are encoded file by file, by the workers of `spread`; everything
    else by this process.
    """
    if form == "tmx":
        with writing(output) as file:
            units = tmx.write(file, archive, choice, progress=progress)
        return str(units)
    rows = choice.rows(archive, table)
    cut = 0
    with writing(output) as file:
        if form == "parquet":
            count = _parquet(file, rows, progress)
        elif form == "xlsx":
            count, cut = xlsx.write(file, rows, _text, progress)
        else:
            if form == "csv":
                # Excel needs this mark to read UTF-8
                file.write((b"\xef\xbb\xbf" if bom else b"") + csv_lines([rows.schema.names]))
            count = 0
            for text, number in _texts(archive, rows, form, table, choice, spread):
                file.write(text)
                count += number
                progress(number)
    shortened = f"; texts cut at the {xlsx.MOST_CHARACTERS:,} characters of a cell: {cut}" if cut else ""
    return f"{count} rows of {table}{shortened}"


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one data file, to be encoded as text."""

    archive: str
    snapshot: int
    form: str
    table: str
    choice: Choice
    file: int


def encoded_part(part: Part) -> tuple[bytes, int]:
    """Encode a part as text; return it and the number of its rows."""
    rows = part.choice.rows(Archive(part.archive).at(part.snapshot), part.table).of_file(part.file)
    texts, count = [], 0
    for batch in rows.batches(_BATCH):
        texts.append(_rows(part.form, batch))
        count += batch.num_rows
    return b"".join(texts), count


def _texts(  # noqa: PLR0917
    archive: Archive, rows: RowSet, form: str, table: str, choice: Choice, spread: Spread
) -> Iterator[tuple[bytes, int]]:
    """Rows as text, and their number; the number of workers does not change a byte."""
    if spread == ALONE or choice.as_of is not None or choice.sample:  # these need all files
        for batch in rows.batches(_BATCH):
            yield _rows(form, batch), batch.num_rows
        return
    name, snapshot = str(archive.storage.name), archive.snapshot.id
    jobs = [Part(name, snapshot, form, table, choice, file) for file in range(len(rows.files()))]
    yield from over(encoded_part, jobs, spread)


@contextmanager
def writing(output: str) -> Iterator[BinaryIO]:
    """Write a file that gets its name when it is complete; `-` is standard output. ExportError."""
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    final = Path(output)
    path_guard.refuse_archive(final)
    temporary = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        path_guard.expect_file(final, is_written=True)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(final)
        durable.sync_folder(final.absolute().parent)
    except OSError as error:
        raise ExportError(f"Cannot write {output}: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _parquet(file: BinaryIO, rows: RowSet, progress: Progress) -> int:
    """Write one file of the table's schema, in row groups that can be read one at a time."""
    count = 0
    with parquet_writer(file, rows.schema) as writer:
        for group in row_groups(rows):
            writer.write_table(group, row_group_size=_BATCH)
            count += group.num_rows
            progress(group.num_rows)
    return count


def parquet_writer(file: BinaryIO, schema: pa.Schema) -> pq.ParquetWriter:
    options = {"compression": "zstd", "compression_level": 9, "use_dictionary": dictionary_columns(schema)}
    return pq.ParquetWriter(file, schema, write_page_index=True, **options)


def row_groups(rows: RowSet, size: int = _BATCH) -> Iterator[pa.Table]:
    """Read rows in portions of about `size`, with the table's schema; none if there are no rows."""
    waiting: list[pa.RecordBatch] = []
    for batch in rows.batches(size):
        waiting.append(batch)
        if sum(x.num_rows for x in waiting) >= size:
            yield pa.Table.from_batches(waiting).cast(rows.schema)
            waiting = []
    if any(x.num_rows for x in waiting):
        yield pa.Table.from_batches(waiting).cast(rows.schema)


def _rows(form: str, batch: pa.RecordBatch) -> bytes:
    """Encode rows as text; in CSV lists and structs are JSON, null is empty."""
    rows = batch.to_pylist()
    if form == "csv":
        return csv_lines([csv_cell(row[name]) for name in batch.schema.names] for row in rows)
    return "".join(f"{json_line(row)}\n" for row in rows).encode()


def json_line(row: Mapping[str, object]) -> str:
    """Encode a row as one JSON object; times as ISO 8601 in UTC."""
    return json.dumps(row, ensure_ascii=False, default=_iso, allow_nan=False)


def csv_lines(rows: Iterable[Sequence[object]], end: str = "\r\n") -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=end).writerows(rows)
    # what is no character of any encoding may stand in a damaged row
    return buffer.getvalue().encode("utf-8", "replace")


def csv_cell(value: object) -> object:
    """Encode a value so that no spreadsheet executes it as a formula; lists as JSON."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else _text(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(value: object) -> str:
    return _iso(value) if isinstance(value, date) else json.dumps(value, ensure_ascii=False, default=_iso)


def _iso(value: object) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    assert isinstance(value, datetime), f"a column of {type(value).__name__}"
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


# Tables as Apache Iceberg: the data files are linked into a folder and registered there, not rewritten.
# Links, because a later `compact` and `gc` would delete the archive's files that the catalogue needs. Like
# any other export, they are not reached by a purge.


def register_iceberg(archive: Archive, output: str, table: str) -> str:
    """Add a table to the catalogue `catalog.db` in a folder; it replaces an earlier export of it."""
    try:
        from pyiceberg.catalog.sql import SqlCatalog  # noqa: PLC0415  an extra: nothing else needs it
    except ImportError:
        raise ExportError("Iceberg needs pyiceberg: pip install 'triptych[iceberg]'.") from None
    rows = archive.table(table)
    folder = Path(output).absolute()
    path_guard.refuse_archive(folder / "data")
    links_folder = folder / "data" / f"{table}-{archive.snapshot.id}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(links_folder, ignore_errors=True)
        links_folder.mkdir(parents=True)
        links = [_link(path, links_folder) for path in rows.files()]
    except OSError as error:
        raise ExportError(f"Cannot write {output}: {error.strerror or error}.") from error
    catalog = SqlCatalog("triptych", uri=f"sqlite:///{folder}/catalog.db", warehouse=folder.as_uri())
    name = f"{_NAMESPACE}.{table}"
    catalog.create_namespace_if_not_exists(_NAMESPACE)
    if catalog.table_exists(name):
        catalog.drop_table(name)
    made = catalog.create_table(name, schema=rows.stored_schema)
    if len(rows):  # of an empty file it would warn once a column
        made.add_files(links)
    return f"{len(rows)} rows of {table}, as {name} of catalog.db,"


def _link(source: Path, folder: Path) -> str:
    """Link a data file into a folder, or copy it to another file system; return the new path."""
    target = folder / source.name
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise ExportError(f"{source} is missing; `triptych archive verify` tells more.") from None
    except OSError:  # another file system
        shutil.copyfile(source, target)
    return str(target)
