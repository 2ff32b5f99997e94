"""Data files of one commit: written, rewritten, merged."""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import pyarrow as pa
import pyarrow.parquet as pq

from archive.exceptions import ArchiveDamaged, SnapshotNotFound
from archive.format.schema import REPETITIVE, SORT, STORED
from archive.format.snapshot import DataFile
from archive.storage import durable
from archive.storage.interface import REMOVED, Storage
from archive.tables import data_file_reader

ROWS_PER_FILE = {"articles": 8192, "superseded": 8192, "former_readings": 8192}
"""Limits the cost of one late pairing or edit: a touched file is rewritten, 0.3 s for 8192 texts."""
_ROWS_PER_FILE = 65536
_ROWS_PER_GROUP = 2048
_MERGE_AT = 8


def rows_per_file(table: str) -> int:
    return ROWS_PER_FILE.get(table, _ROWS_PER_FILE)


class TableFiles:
    """Writes the files of one attempt at a commit; `discard` removes them."""

    def __init__(self, storage: Storage, level: int = 3, stored: Mapping[str, pa.Schema] = STORED) -> None:
        self._storage = storage
        self._level = level
        self._stored = stored
        self.written: list[DataFile] = []

    def write(self, name: str, table: pa.Table, month: str) -> list[DataFile]:
        """Sort and store a table; durable when it returns. No rows, no file."""
        limit = rows_per_file(name)
        return [
            self._write_one(name, table.slice(start, limit), month)
            for start in range(0, table.num_rows, limit)
        ]

    def write_empty(self, name: str, month: str) -> DataFile:
        """Write a file without rows, from which a bare reader learns the columns of an empty table."""
        return self.store(name, _encoded_empty(name, self._stored[name], self._level), 0, month)

    def _write_one(self, name: str, table: pa.Table, month: str) -> DataFile:
        data = encoded(table, self._stored[name], SORT[name], self._level)
        file = self.store(name, data, table.num_rows, month)
        data_file_reader.note_written(self._storage.path(file.path), table.nbytes)
        return file

    def store(self, name: str, data: bytes, rows: int, month: str) -> DataFile:
        """Store what `encoded` has made; durable when it returns."""
        path = self._storage.layout.new_data_file(name, month)
        final = self._storage.path(path)
        temporary = self._storage.layout.new_temporary()
        durable.write_new(temporary, data)
        durable.make_folder(final.parent)
        temporary.rename(final)
        durable.sync_folder(final.parent)
        file = DataFile(name, path, month, rows, len(data), hashlib.sha256(data).hexdigest())
        self.written.append(file)
        return file

    def discard(self) -> None:
        for file in self.written:
            with contextlib.suppress(OSError):
                self._storage.path(file.path).unlink(missing_ok=True)
        self.written.clear()


def with_column(table: pa.Table, name: str, values: Sequence[object]) -> pa.Table:
    """Replace the values of a column; its type stays."""
    position = table.schema.get_field_index(name)
    field = table.schema.field(position)
    return table.set_column(position, field, pa.array(values, field.type))


def in_order(table: pa.Table, columns: Iterable[str]) -> pa.Table:
    if table.num_rows < 2:  # as of most commits: a tenth of such a file's cost
        return table
    return table.sort_by([(column, "ascending") for column in columns])


def encoded(table: pa.Table, schema: pa.Schema, sort: Sequence[str], level: int) -> bytes:
    """Encode rows as a data file; the same rows are the same bytes."""
    # a table read from a file has its column numbers in the metadata: only our metadata is written
    sorted_table = in_order(table.cast(schema), sort)
    sink = pa.BufferOutputStream()
    pq.write_table(
        sorted_table,
        sink,
        compression="zstd",
        compression_level=level,
        use_dictionary=dictionary_columns(table.schema),
        row_group_size=_ROWS_PER_GROUP,
        write_page_index=True,
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data


@lru_cache(64)
def _encoded_empty(name: str, schema: pa.Schema, level: int) -> bytes:
    # Schema.empty_table would import pandas, half a second of a crawl's start
    return encoded(pa.Table.from_batches([], schema), schema, SORT[name], level)


@contextlib.contextmanager
def translated_errors() -> Iterator[None]:
    """Translate errors about a data file that was removed or altered, or a value in it, into our messages.

    Raises SnapshotNotFound or ArchiveDamaged.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise SnapshotNotFound(f"{error.filename or error} is not there any more: {REMOVED}") from error
    except (OverflowError, UnicodeDecodeError) as error:
        raise ArchiveDamaged(
            f"A row has an impossible value ({error}); `triptych archive verify` tells more."
        ) from error
    except (OSError, pa.ArrowException) as error:
        reason = str(error).rstrip(".")
        raise ArchiveDamaged(
            f"A data file is not readable: {reason}; `triptych archive verify` tells which."
        ) from error


def read(storage: Storage, files: Iterable[DataFile], columns: Sequence[str] | None = None) -> pa.Table:
    tables = []
    for file in files:
        try:
            (path,) = storage.present([file])
            tables.append(
                # for a few rows threads cost more than they save
                data_file_reader.opened(path).read(columns=columns, use_threads=file.rows > _ROWS_PER_GROUP)
            )
        except FileNotFoundError:
            raise ArchiveDamaged(
                f"{storage.path(file.path)} is missing; `triptych archive verify` tells more."
            ) from None
        except pa.ArrowException as error:
            raise ArchiveDamaged(f"{storage.path(file.path)} is not readable: {error}.") from error
    return pa.concat_tables(tables)


def merges(files: Sequence[DataFile]) -> list[list[DataFile]]:
    """Choose files of one table to merge: eight of a month and a size, so that few remain."""
    classes: dict[tuple[str, int], list[DataFile]] = {}
    for file in files:
        if file.rows and file.rows <= rows_per_file(file.table) // 2:
            # powers of eight: a row is rewritten once a class, so five times at most in its life
            size = (file.rows.bit_length() - 1) // 3
            classes.setdefault((file.month, size), []).append(file)
    groups = []
    for group in classes.values():
        while len(group) >= _MERGE_AT:
            chosen: list[DataFile] = []
            while group and sum(file.rows for file in chosen) + group[0].rows <= rows_per_file(
                group[0].table
            ):
                chosen.append(group.pop(0))
            if len(chosen) > 1:
                groups.append(chosen)
    return groups


def dictionary_columns(schema: pa.Schema) -> list[str]:
    """Names of dictionary-encoded columns as Parquet has them: parts of a list have a longer name."""
    columns = [field.name for field in schema if field.name in REPETITIVE]
    for field in schema:
        if pa.types.is_list(field.type) and pa.types.is_struct(field.type.value_type):
            inner = (part.name for part in field.type.value_type)
            columns += [f"{field.name}.list.element.{part}" for part in inner if part in REPETITIVE]
    return columns
