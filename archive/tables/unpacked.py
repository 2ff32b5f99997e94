"""The size of a data file in memory, found out before it is taken.

A text that a column holds once, in a dictionary, may stand in every row: kilobytes on disk are gigabytes in
memory. The footer gives a bound that costs nothing; where it is high, texts are counted without being made.
Parts of lists are counted as they lie packed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from archive.exceptions import ArchiveDamaged
from archive.format import gate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def check(paths: Iterable[Path]) -> None:
    """Raise ArchiveDamaged where a file would take more than `gate.LARGEST_UNPACKED` bytes.

    Also FileNotFoundError, OSError or ArrowException, as reading it would.
    """
    for path in paths:
        _check(path, path.stat().st_ino)


@lru_cache(4096)
def _check(path: Path, _: int) -> None:
    """Once for each file: it never changes."""
    file = pq.ParquetFile(path)
    about = file.metadata
    if about.num_rows > gate.MOST_ROWS:
        raise _too_large(path, f"{about.num_rows} rows")
    texts = [field.name for field in file.schema_arrow if field.type == pa.string()]
    certain, possible = 0, 0
    for group in range(about.num_row_groups):
        for number in range(about.num_columns):
            column = about.row_group(group).column(number)
            certain += max(column.total_uncompressed_size, column.num_values // 8)
            if column.path_in_schema in texts:
                possible += column.num_values * column.total_uncompressed_size
    if certain > gate.LARGEST_UNPACKED:
        raise _too_large(path, f"{certain} bytes of columns")
    if possible > gate.LARGEST_UNPACKED and (size := _texts(path, texts)) > gate.LARGEST_UNPACKED:
        raise _too_large(path, f"{size} bytes of text")


def _texts(path: Path, names: list[str]) -> int:
    size = 0
    file = pq.ParquetFile(path, read_dictionary=names)
    for batch in file.iter_batches(columns=names, batch_size=2048):
        for column in batch.columns:
            if isinstance(column, pa.DictionaryArray):
                lengths = pc.binary_length(column.dictionary).take(column.indices)
                size += pc.sum(lengths.cast(pa.int64())).as_py() or 0
        if size > gate.LARGEST_UNPACKED:
            break
    return size


def _too_large(path: Path, came: str) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"{path} is damaged or was made to do harm: expected at most {gate.LARGEST_UNPACKED} bytes in memory "
        f"and {gate.MOST_ROWS} rows, got {came}; put it back from a backup, or leave this archive alone."
    )
