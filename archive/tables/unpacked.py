"""The door to data files: nothing else opens one, and each is measured before memory is taken for it.

A text that a column holds once, in a dictionary, may stand in every row, and a page may say that it has a
billion values: kilobytes on disk are gigabytes in memory. archive/tables/page_headers.py counts them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from archive.exceptions import ArchiveDamaged
from archive.format import gate
from archive.tables import page_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.dataset as ds


def opened(path: Path) -> pq.ParquetFile:
    """Open a data file that has been measured. Raises as `check`."""
    check([path])
    return pq.ParquetFile(path)


def dataset(paths: Iterable[Path], schema: pa.Schema) -> ds.Dataset:
    """Measure data files, and make a dataset of them that is read with this schema. Raises as `check`."""
    import pyarrow.dataset as ds  # noqa: PLC0415  pandas with it, half a second of a crawl's start

    chosen = list(paths)
    check(chosen)
    return ds.dataset([str(path) for path in chosen], schema=schema, format="parquet")


def check(paths: Sequence[Path]) -> None:
    """Raise ArchiveDamaged where a file, or all together, would take more memory than is allowed.

    Also FileNotFoundError, OSError or ArrowException, as reading it would.
    """
    size = on_disk = 0
    for path in paths:
        status = path.stat()
        on_disk += status.st_size
        measured = _measured(path, status.st_ino, status.st_size, gate.LARGEST_UNPACKED)
        if isinstance(measured, str):
            raise ArchiveDamaged(measured)
        size += measured
    most = max(gate.LARGEST_UNPACKED, gate.MOST_UNPACKED_TIMES * on_disk)
    if size > most:
        raise ArchiveDamaged(_too_large(f"{len(paths)} data files of {on_disk} bytes", most, f"{size} bytes"))


@lru_cache(65_536)
def _measured(path: Path, _inode: int, _size: int, most: int) -> int | str:
    """Bytes of a file in memory, or why it is refused; once for each file: it never changes."""
    try:
        size = page_headers.unpacked_size(path)
    except page_headers.Refused as error:
        return (
            f"{path} is damaged or was made to do harm: expected a data file as Triptych writes it, got "
            f"{error}; put it back from a backup, or leave this archive alone."
        )
    if size > most:
        return _too_large(str(path), most, f"{size} bytes of columns")
    return size


def _too_large(what: str, most: int, came: str) -> str:
    return (
        f"{what} would take too much memory: expected at most {most} bytes, got {came}. Leave this archive "
        "alone, or put it back from a backup; if it is your own, set TRIPTYCH_LARGEST_UNPACKED."
    )
