"""The only reader of data files: each is measured before memory is allocated for it.

A text that a column stores once, in a dictionary, may occur in every row, and a page may claim a billion
values: kilobytes on disk become gigabytes in memory. archive/tables/page_headers.py counts them.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from archive.exceptions import ArchiveDamaged
from archive.format import gate
from archive.storage.cache import cache_folder
from archive.tables import page_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.dataset as ds

    _Stamp = tuple[int, int, int, int]
    _Written = tuple[int, int, int, int]
    """Inode, size and time of the last write of a file, and the bytes of its columns in memory."""

_VERSION = 2
_MANY, _LARGE = 16, 1 << 20
"""Files, or bytes of them, from which on their sizes are remembered: measuring less is as fast."""
_MOST_REMEMBERED = 500_000
"""Files, removed ones included; then the memory is cleared."""
_written: dict[Path, _Written] = {}
"""Files by this process, which need no measuring: reading their pages' headers was a quarter of a commit."""
_MOST_WRITTEN = 65_536


def note_written(path: Path, size: int) -> None:
    """Note a data file that this process has just written, of columns that take `size` bytes in memory."""
    if len(_written) >= _MOST_WRITTEN:
        _written.clear()
    inode, on_disk, modified, _ = _stamp(path)
    _written[path] = inode, on_disk, modified, size


def _written_size(path: Path, stamp: _Stamp, most: int) -> int | None:
    """Bytes of a file that this process has written; its time of change differs, as views link to it."""
    *identity, size = _written.get(path, (0, 0, 0, most + 1))
    return size if tuple(identity) == stamp[:3] and size <= most else None


def opened(path: Path) -> pq.ParquetFile:
    """Open a data file that has been measured. Raises as `check`."""
    check([path])
    return pq.ParquetFile(path)


def dataset(paths: Iterable[Path], schema: pa.Schema) -> ds.Dataset:
    """Measure data files, and make a dataset of them with this schema. Raises as `check`."""
    import pyarrow.dataset as ds  # noqa: PLC0415  pandas with it, half a second of a crawl's start

    chosen = list(paths)
    check(chosen)
    return ds.dataset([str(path) for path in chosen], schema=schema, format="parquet")


def check(paths: Sequence[Path]) -> None:
    """Raise ArchiveDamaged if a file, or all together, would take more memory than allowed.

    Also FileNotFoundError, OSError or ArrowException, as reading it would.
    """
    size = on_disk = 0
    most = gate.LARGEST_UNPACKED
    stamps = {path: _stamp(path) for path in paths}
    with _Remembered.of(stamps) as remembered:
        for path, stamp in stamps.items():
            on_disk += stamp[1]
            measured: int | str | None = remembered.get(path, most)
            if measured is None:
                measured = _measured(path, stamp, most)
                remembered.put(path, measured)
            if isinstance(measured, str):
                raise ArchiveDamaged(measured)
            size += measured
    most = max(most, gate.MOST_UNPACKED_TIMES * on_disk)
    if size > most:
        raise ArchiveDamaged(_too_large(f"{len(paths)} data files of {on_disk} bytes", most, f"{size} bytes"))


@contextlib.contextmanager
def links_change(paths: Iterable[Path]) -> Iterator[None]:
    """Keep the measured sizes of an archive's files while links to them are made or removed.

    A link changes its file's time of change, and each file would be measured again after each commit.
    """
    before = _stamps_of_present(paths)
    most = gate.LARGEST_UNPACKED
    sizes: dict[Path, int] = {}
    with _Remembered.of(before) as remembered:
        for path in before:
            size = remembered.get(path, most)
            if size is not None:
                sizes[path] = size
    yield
    after = _stamps_of_present(sizes)
    with _Remembered.of(after) as remembered:
        for path, stamp in after.items():
            if stamp[:3] == before[path][:3]:
                remembered.put(path, sizes[path])


def _stamps_of_present(paths: Iterable[Path]) -> dict[Path, _Stamp]:
    stamps = {}
    for path in paths:
        with contextlib.suppress(OSError):
            stamps[path] = _stamp(path)
    return stamps


def _stamp(path: Path) -> _Stamp:
    """Inode, size and times: one of them changes if a file is written or replaced."""
    status = os.stat(path)  # noqa: PTH116  called for each file of an archive
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


@lru_cache(65_536)
def _measured(path: Path, _stamped: _Stamp, most: int) -> int | str:
    """Bytes of a file in memory, or why it is refused; remembered, as a file never changes."""
    try:
        size = page_headers.unpacked_size(path)
    except page_headers.Refused as error:
        return (
            f"{path} is damaged or was made to do harm: expected a data file as Triptych writes it, got "
            f"{error}; restore it from a backup, or do not use this archive."
        )
    if size > most:
        return _too_large(str(path), most, f"{size} bytes of columns")
    return size


# Measured sizes, in this machine's cache: measuring a large archive takes seconds in each command.


class _Remembered:
    """Sizes of files that an earlier process has measured; empty if the cache is not available."""

    def __init__(self, connection: sqlite3.Connection | None, stamps: Mapping[Path, _Stamp]) -> None:
        self._connection = connection
        self._stamps = stamps
        self._sizes: dict[str, tuple[str, int]] = {}
        self._new: list[tuple[str, str, int]] = []

    @classmethod
    def of(cls, stamps: Mapping[Path, _Stamp]) -> _Remembered:
        """Load the sizes of many or large files of one archive."""
        is_little = len(stamps) < _MANY and sum(size for _, size, _, _ in stamps.values()) < _LARGE
        if is_little or (root := _root_of(next(iter(stamps)))) is None:
            return cls(None, stamps)
        try:
            folder = cache_folder(root, "measured")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            connection = sqlite3.connect(folder / f"{_VERSION}.sqlite", isolation_level=None)
        except (OSError, sqlite3.Error):
            return cls(None, stamps)
        remembered = cls(connection, stamps)
        with contextlib.suppress(sqlite3.Error):
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS file"
                " (name TEXT PRIMARY KEY, stamp TEXT NOT NULL, size INTEGER NOT NULL) WITHOUT ROWID"
            )
            for name, stamp, size in connection.execute("SELECT name, stamp, size FROM file"):
                remembered._sizes[name] = stamp, size
        return remembered

    def __enter__(self) -> _Remembered:
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is None:
            return
        with contextlib.suppress(sqlite3.Error):  # a full disk, another process: measured again next time
            if len(self._sizes) > _MOST_REMEMBERED:
                self._connection.execute("DELETE FROM file")
            if self._new:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany("INSERT OR REPLACE INTO file VALUES (?, ?, ?)", self._new)
                self._connection.execute("COMMIT")
        self._connection.close()

    def get(self, path: Path, most: int) -> int | None:
        """Bytes of a file that this process has written, or that an earlier one has measured."""
        written = _written_size(path, self._stamps[path], most)
        if written is not None or self._connection is None:
            return written
        stamp, size = self._sizes.get(path.name, ("", -1))
        is_valid = stamp == str(self._stamps[path]) and isinstance(size, int) and 0 <= size <= most
        return size if is_valid else None

    def put(self, path: Path, measured: int | str) -> None:
        if self._connection is not None and isinstance(measured, int):
            # a name of a stranger's file may be no text
            name = path.name.encode("utf-8", "replace").decode()
            self._new.append((name, str(self._stamps[path]), measured))


def _root_of(path: Path) -> Path | None:
    """The archive of a data file: `<root>/_data/<table>/ingest_month=…/part-….parquet`."""
    folders = path.parents
    return folders[3] if len(folders) > 3 and folders[2].name == "_data" else None


def _too_large(what: str, most: int, came: str) -> str:
    return (
        f"{what} would take too much memory: expected at most {most} bytes, got {came}. Do not use this "
        "archive, or restore it from a backup; if it is your own, set TRIPTYCH_LARGEST_UNPACKED."
    )
