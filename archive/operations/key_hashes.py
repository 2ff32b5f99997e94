"""Keys of rows as numbers of 64 bits: those of ten million rows fit into memory, their texts do not.

Two keys may have one number, so the rows behind a conspicuous number are read once more and compared. The
numbers are made of Python's own hashes, which differ in each process: no archive can be made to collide.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from archive.format.schema import STORED
from archive.format.snapshot import DataFile
from archive.storage.interface import Storage
from archive.tables.parquet_files import read, translated_errors

Hashes = npt.NDArray[np.uint64]

_MOST_AT_ONCE = 1 << 25
"""Hashes in memory; a table with more rows is read several times, each time for a part of the hashes."""
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def repeated_rows(storage: Storage, files: Sequence[DataFile], columns: Sequence[str]) -> pa.Table:
    """The keys, each once for every row, whose hash several rows have."""
    rows = 0
    for file in files:
        rows += file.rows
    parts = 1 + rows // _MOST_AT_ONCE
    repeated = np.empty(0, np.uint64)
    for part in range(parts):
        hashes = hashes_of(storage, files, columns, part, parts)
        repeated = np.union1d(repeated, hashes[1:][hashes[1:] == hashes[:-1]])
    return rows_with(storage, files, columns, repeated)


def hashes_of(
    storage: Storage, files: Sequence[DataFile], columns: Sequence[str], part: int = 0, parts: int = 1
) -> Hashes:
    """Hash the keys of all rows, sorted; of several parts only one."""
    hashes = [np.empty(0, np.uint64)]
    for file in filter(lambda file: file.rows, files):  # a young archive has many without any
        of_file = _hashes(read(storage, [file], columns), columns)
        hashes.append(of_file if parts == 1 else of_file[of_file % np.uint64(parts) == part])
    joined = np.concatenate(hashes)
    joined.sort()
    return joined


def rows_with(
    storage: Storage, files: Sequence[DataFile], columns: Sequence[str], wanted_hashes: Hashes
) -> pa.Table:
    """The rows whose key has one of these hashes; only their key columns."""
    schema = STORED[files[0].table]
    tables = [pa.Table.from_batches([], pa.schema(map(schema.field, columns)))]
    for file in files if len(wanted_hashes) else ():
        table = read(storage, [file], columns)
        tables.append(table.filter(pa.array(np.isin(_hashes(table, columns), wanted_hashes))))
    return pa.concat_tables(tables)


def _hashes(table: pa.Table, columns: Sequence[str]) -> Hashes:
    total = np.zeros(table.num_rows, np.uint64)
    with translated_errors():
        for name in columns:
            total = total * _FACTOR + _column_hashes(table[name].combine_chunks())
    return total


def _column_hashes(column: pa.Array) -> Hashes:
    if pa.types.is_string(column.type):
        encoded = column.dictionary_encode("encode")
        of_values = np.fromiter(map(hash, encoded.dictionary.to_pylist()), np.int64, len(encoded.dictionary))
        indices: npt.NDArray[np.int32] = np.asarray(encoded.indices)
        return of_values.view(np.uint64)[indices]
    numbers: npt.NDArray[np.int64] = np.asarray(pc.fill_null(column.cast(pa.int64()), -1))
    return numbers.view(np.uint64)
