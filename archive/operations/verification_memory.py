"""Memory of what `verify` has checked, in this machine's cache: unchanged files are skipped.

A file is skipped for a month while its name, checksum, size and time of change are the same. A disk that
loses a byte changes none of these, so `verify --all` checks everything. A page is skipped while its WARC file
has only grown. If the cache cannot be written, nothing is remembered.
"""

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from archive.storage.cache import cache_folder

VALID_FOR = 30 * 86_400
"""Seconds after which a file is checked again."""
_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS file (
  name TEXT PRIMARY KEY, stamp TEXT NOT NULL, told TEXT, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS page (key INTEGER PRIMARY KEY, at INTEGER NOT NULL);
"""


@dataclass(slots=True)
class Tally:
    """Numbers of files and pages that were checked, and of those that were skipped."""

    files: int = 0
    pages: int = 0
    skipped_files: int = 0
    skipped_pages: int = 0
    oldest: float | None = None
    """Time of the oldest check that let a file or page be skipped."""


@dataclass(slots=True)
class VerificationMemory:
    """Earlier checks; use it in a `with`, and write it by `save` at the end."""

    connection: sqlite3.Connection | None
    skipping: bool
    path: Path | None = None
    now: float = field(default_factory=time.time)
    tally: Tally = field(default_factory=Tally)
    _grown: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, *, skipping: bool) -> "VerificationMemory":
        """Open the memory of an archive; without `skipping` it is written and not read."""
        try:
            folder = cache_folder(root, "verified")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / f"{_VERSION}.sqlite"
            return cls(_open(path), skipping, path)
        except (OSError, sqlite3.Error):
            return cls(None, skipping)

    def __enter__(self) -> "VerificationMemory":
        return self

    def __exit__(self, *_: object) -> None:
        if self.connection is not None:
            self.connection.close()

    def save(self) -> None:
        """Write what was noted, and delete what is too old."""
        if self.connection is None:
            return
        with contextlib.suppress(sqlite3.Error):  # a full disk: next time everything is checked again
            for table in ("file", "page"):
                self.connection.execute(f"DELETE FROM {table} WHERE at <= ?", (self.now - VALID_FOR,))
            self.connection.commit()

    def stamp(self) -> None:
        """Note that a verification was completed, even if it skipped everything."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                os.utime(self.path)

    def result(self, name: str, path: Path, sha256: str = "") -> str | None:
        """The noted result of a file that has not changed since; None where it has to be checked."""
        row = None
        if self.skipping:
            sql = "SELECT told, at FROM file WHERE name = ? AND stamp = ? AND at > ? AND at <= ?"
            row = self._first(sql, (name, _stamp(path, sha256), self.now - VALID_FOR, self.now))
        if row is None:
            self._execute("DELETE FROM file WHERE name = ?", [(name,)])
            return None
        self._note_age(row[1])
        self.tally.skipped_files += 1
        return str(row[0])

    def note(self, name: str, path: Path, sha256: str = "", result: str = "") -> None:
        """Note that a file is correct; `result` is returned as long as it does not change."""
        self._execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)",
            [(name, _stamp(path, sha256), result, int(self.now))],
        )

    # pages

    def pages_of(self, name: str) -> int | None:
        """Number of pages of a data file if all of them were checked and are unchanged; else None."""
        row = None
        if self.skipping:
            sql = "SELECT told, at FROM file WHERE name = ? AND at > ? AND at <= ?"
            row = self._first(sql, (f"pages of {name}", self.now - VALID_FOR, self.now))
        count, files = json.loads(row[0]) if row is not None else (0, {})
        if row is None or any(self._grown.get(file, 0) < end for file, end in files.items()):
            self._execute("DELETE FROM file WHERE name = ?", [(f"pages of {name}",)])
            return None
        self._note_age(row[1])
        self.tally.skipped_pages += count
        return int(count)

    def note_pages_of(self, name: str, count: int, ends: dict[str, int]) -> None:
        """Note that all pages of a data file were checked; `ends`: where they end in each WARC file."""
        row = (f"pages of {name}", "", json.dumps([count, ends]), int(self.now))
        self._execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", [row])

    def trust_pages(self, name: str, path: Path) -> None:
        """Find how much of a WARC file is unchanged: up to its former end if it has only grown."""
        row = self._first("SELECT stamp FROM file WHERE name = ?", (name,)) if self.skipping else None
        stamp = _stamp(path, "")
        if row is not None:
            before, after = (x.split() for x in (row[0], stamp))
            if row[0] == stamp or int(after[0]) > int(before[0]):
                self._grown[name] = int(before[0])
        self._execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", [(name, stamp, "", int(self.now))])

    def is_verified(self, page: tuple[str, int, int, str]) -> bool:
        """`page`: WARC file, offset, length and checksum."""
        if not self.skipping or self._grown.get(page[0], 0) < page[1] + page[2]:
            return False
        row = self._first(
            "SELECT at FROM page WHERE key = ? AND at > ? AND at <= ?",
            (_key(page), self.now - VALID_FOR, self.now),
        )
        if row is None:
            return False
        self._note_age(row[0])
        self.tally.skipped_pages += 1
        return True

    def forget_page(self, page: tuple[str, int, int, str]) -> None:
        self._execute("DELETE FROM page WHERE key = ?", [(_key(page),)])

    def note_pages(self, pages: Iterable[tuple[str, int, int, str]]) -> None:
        self._execute(
            "INSERT OR REPLACE INTO page VALUES (?, ?)", [(_key(page), int(self.now)) for page in pages]
        )

    def _note_age(self, at: float) -> None:
        self.tally.oldest = at if self.tally.oldest is None else min(at, self.tally.oldest)

    def _first(self, sql: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        if self.connection is None:
            return None
        try:
            row: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
        except sqlite3.Error:
            return None
        return row

    def _execute(self, sql: str, rows: list[tuple[object, ...]]) -> None:
        if self.connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self.connection.executemany(sql, rows)


def verified_at(root: Path) -> datetime | None:
    """Time of this machine's last complete verification of an archive; None if there was none."""
    try:
        files = [*cache_folder(root, "verified").glob("*.sqlite")]
        latest = max((file.stat().st_mtime for file in files), default=None)
    except OSError:
        return None
    return None if latest is None else datetime.fromtimestamp(latest, UTC)


def _open(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path)
    except sqlite3.DatabaseError:  # damaged: it is not needed
        path.unlink(missing_ok=True)
        return _connect(path)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_TABLES)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _stamp(path: Path, sha256: str) -> str:
    status = path.stat()
    return f"{status.st_size} {status.st_mtime_ns} {sha256}"


def _key(page: tuple[str, int, int, str]) -> int:
    digest = blake2b(repr(page).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)
