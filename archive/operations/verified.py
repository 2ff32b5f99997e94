"""Memory of what `verify` has looked at, in this machine's cache: what has not changed since is believed.

A file is believed for a month while it has the name, checksum, size and time of change that it had. A disk
that loses a byte changes none of these, so whoever wants to know looks at everything. A page is believed
while its WARC file has only grown. Where the cache cannot be written, nothing is remembered.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from archive.storage.cache import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BELIEVED_FOR = 30 * 86_400
"""Seconds after which a file is looked at again."""
_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS file (
  name TEXT PRIMARY KEY, stamp TEXT NOT NULL, told TEXT, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS page (key INTEGER PRIMARY KEY, at INTEGER NOT NULL);
"""


@dataclass(slots=True)
class Tally:
    """Files and pages that were looked at, and those that were believed."""

    files: int = 0
    pages: int = 0
    believed_files: int = 0
    believed_pages: int = 0
    oldest: float | None = None
    """When the one of them was looked at that was looked at first."""


@dataclass(slots=True)
class Verified:
    """What was looked at before; use it in a `with`, and write it by `keep` when all is done."""

    connection: sqlite3.Connection | None
    believing: bool
    path: Path | None = None
    now: float = field(default_factory=time.time)
    tally: Tally = field(default_factory=Tally)
    _grown: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path, *, believing: bool) -> Verified:
        """Open the memory of an archive; without `believing` it is written and not asked."""
        try:
            folder = cache_folder(root, "verified")
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = folder / f"{_VERSION}.sqlite"
            return cls(_open(path), believing, path)
        except (OSError, sqlite3.Error):
            return cls(None, believing)

    def __enter__(self) -> Verified:
        return self

    def __exit__(self, *_: object) -> None:
        if self.connection is not None:
            self.connection.close()

    def keep(self) -> None:
        """Write what was noted, and forget what is too old to be believed."""
        if self.connection is None:
            return
        with contextlib.suppress(sqlite3.Error):  # a full disk: next time all is looked at again
            for table in ("file", "page"):
                self.connection.execute(f"DELETE FROM {table} WHERE at <= ?", (self.now - BELIEVED_FOR,))
            self.connection.commit()

    def stamp(self) -> None:
        """Note that the archive was looked at to the end: where all is believed, nothing else is written."""
        if self.path is not None:
            with contextlib.suppress(OSError):
                os.utime(self.path)

    def told(self, name: str, path: Path, sha256: str = "") -> str | None:
        """What was noted of a file that has not changed since; None where it has to be looked at."""
        row = None
        if self.believing:
            sql = "SELECT told, at FROM file WHERE name = ? AND stamp = ? AND at > ? AND at <= ?"
            row = self._first(sql, (name, _stamp(path, sha256), self.now - BELIEVED_FOR, self.now))
        if row is None:
            self._execute("DELETE FROM file WHERE name = ?", [(name,)])
            return None
        self._believe(row[1])
        self.tally.believed_files += 1
        return str(row[0])

    def note(self, name: str, path: Path, sha256: str = "", told: str = "") -> None:
        """A file was looked at and is as it should be; `told` comes back as long as it does not change."""
        self._execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)",
            [(name, _stamp(path, sha256), told, int(self.now))],
        )

    # pages

    def pages_of(self, name: str) -> int | None:
        """How many pages a data file names, all of them looked at, and believed still; else None."""
        row = None
        if self.believing:
            sql = "SELECT told, at FROM file WHERE name = ? AND at > ? AND at <= ?"
            row = self._first(sql, (f"pages of {name}", self.now - BELIEVED_FOR, self.now))
        count, files = json.loads(row[0]) if row is not None else (0, {})
        if row is None or any(self._grown.get(file, 0) < end for file, end in files.items()):
            self._execute("DELETE FROM file WHERE name = ?", [(f"pages of {name}",)])
            return None
        self._believe(row[1])
        self.tally.believed_pages += count
        return int(count)

    def note_pages_of(self, name: str, count: int, ends: dict[str, int]) -> None:
        """All pages that a data file names were looked at; `ends`: how far they reach in each WARC file."""
        row = (f"pages of {name}", "", json.dumps([count, ends]), int(self.now))
        self._execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", [row])

    def trust_pages(self, name: str, path: Path) -> None:
        """See how far a WARC file is as it was: up to its former end where it has only grown."""
        row = self._first("SELECT stamp FROM file WHERE name = ?", (name,)) if self.believing else None
        stamp = _stamp(path, "")
        if row is not None:
            before, after = (x.split() for x in (row[0], stamp))
            if row[0] == stamp or int(after[0]) > int(before[0]):
                self._grown[name] = int(before[0])
        self._execute("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)", [(name, stamp, "", int(self.now))])

    def is_believed(self, page: tuple[str, int, int, str]) -> bool:
        """`page`: WARC file, offset, length and checksum."""
        if not self.believing or self._grown.get(page[0], 0) < page[1] + page[2]:
            return False
        row = self._first(
            "SELECT at FROM page WHERE key = ? AND at > ? AND at <= ?",
            (_key(page), self.now - BELIEVED_FOR, self.now),
        )
        if row is None:
            return False
        self._believe(row[0])
        self.tally.believed_pages += 1
        return True

    def forget_page(self, page: tuple[str, int, int, str]) -> None:
        self._execute("DELETE FROM page WHERE key = ?", [(_key(page),)])

    def note_pages(self, pages: Iterable[tuple[str, int, int, str]]) -> None:
        self._execute(
            "INSERT OR REPLACE INTO page VALUES (?, ?)", [(_key(page), int(self.now)) for page in pages]
        )

    def _believe(self, at: float) -> None:
        self.tally.oldest = at if self.tally.oldest is None else min(at, self.tally.oldest)

    def _first(self, sql: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        if self.connection is None:
            return None
        try:
            found: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
        except sqlite3.Error:
            return None
        return found

    def _execute(self, sql: str, rows: list[tuple[object, ...]]) -> None:
        if self.connection is not None:
            with contextlib.suppress(sqlite3.Error):
                self.connection.executemany(sql, rows)


def verified_at(root: Path) -> datetime | None:
    """When this machine has verified an archive to the end; None where it never has."""
    try:
        files = [*cache_folder(root, "verified").glob("*.sqlite")]
        latest = max((file.stat().st_mtime for file in files), default=None)
    except OSError:
        return None
    return None if latest is None else datetime.fromtimestamp(latest, UTC)


def _open(path: Path) -> sqlite3.Connection:
    try:
        return _connect(path)
    except sqlite3.DatabaseError:  # damaged: what it says is not needed
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
