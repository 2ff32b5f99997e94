"""Proof that a cache was made here: SQLite opens no other, because opening a stranger's database can do harm.

A journal next to it may name any file, which SQLite then deletes; a WAL, triggers, views and indexes on
expressions can act too. So this machine's cache folder has a stamp for each archive: the inode of
`state.sqlite` and a random number that is also in its header. A cache that does not match, because the
archive was copied, moved, or belongs to another user, is deleted unread and rebuilt from the log.

A process that has the file open in SQLite never opens it otherwise: closing any descriptor of a file gives up
all locks of the process on it (https://www.sqlite.org/howtocorrupt.html, 2.2), and another process would take
itself for the only user.
"""

import logging
import os
import secrets
import sqlite3
import stat
import threading
import weakref
from contextlib import closing
from pathlib import Path

from archive.exceptions import ArchiveNotWritable
from archive.storage import locks
from archive.storage.cache import cache_folder

_log = logging.getLogger(__name__)

_MAGIC = b"SQLite format 3\0"
_USER_VERSION = slice(60, 64)
"""Place in the header of a database, https://www.sqlite.org/fileformat2.html#user_version_number."""
_SUFFIXES = ("", "-wal", "-shm", "-journal")


class _Connection(sqlite3.Connection):
    file: tuple[int, int]
    """Device and inode."""

    def close(self) -> None:
        super().close()
        with _turn:
            _connections.discard(self)


_connections = weakref.WeakSet[_Connection]()
"""Those of this process that are open."""
_turn = threading.RLock()
"""Held while a cache is connected to, or read without SQLite."""


def connect(state: Path, *, timeout: float = 5, is_read_only: bool = False) -> sqlite3.Connection:
    """Open a cache that `is_ours` in SQLite; any thread may use the connection. Raises sqlite3.Error."""
    with _turn:
        connection = sqlite3.connect(
            f"{state.absolute().as_uri()}?mode={'ro' if is_read_only else 'rwc'}",
            timeout=timeout, isolation_level=None, check_same_thread=False, factory=_Connection, uri=True,
        )  # fmt: skip
        try:
            about = state.stat()
        except OSError as error:  # removed meanwhile
            connection.close()
            raise sqlite3.OperationalError(f"{state} was removed") from error
        connection.file = about.st_dev, about.st_ino
        _connections.add(connection)
        return connection


def is_ours(state: Path) -> bool:
    """Decide by the stamp, without SQLite; a journal next to it is never ours: the cache has a WAL."""
    with _turn:
        return _is_ours(state)


def _is_ours(state: Path) -> bool:
    try:
        inode, number = map(int, _stamp(state).read_text("ascii").split())
        about = state.lstat()
        if any(x.file == (about.st_dev, inode) for x in _connections):
            # its header was compared before it was connected to
            return about.st_ino == inode and about.st_nlink == 1 and not os.path.lexists(f"{state}-journal")
        descriptor = os.open(state, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except (OSError, ValueError):
        return False
    try:
        about = os.fstat(descriptor)
        # a second hard link would be written to as well
        if not stat.S_ISREG(about.st_mode) or about.st_nlink != 1 or about.st_ino != inode:
            return False
        head = os.read(descriptor, 100)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return (
        head.startswith(_MAGIC)
        and head[_USER_VERSION] == number.to_bytes(4, "big")
        and not os.path.lexists(f"{state}-journal")
    )


def ensure_ours(state: Path) -> None:
    """Keep a cache that was made here; replace any other by an empty one.

    Raises OSError or sqlite3.Error where the archive's folder refuses it, ArchiveNotWritable where this
    machine's cache folder does.
    """
    if is_ours(state):
        return
    stamp = _stamp(state)
    try:
        stamp.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with locks.hold(stamp):
            if not is_ours(state):  # another process may have been faster
                _make(state, stamp)
    except ArchiveNotWritable:
        raise _refused(stamp, "it cannot be locked") from None
    except OSError as error:
        if error.filename is not None and Path(error.filename).is_relative_to(state.parent):
            raise
        raise _refused(stamp, error.strerror or str(error)) from error


def discard(state: Path) -> None:
    """Remove a cache and what SQLite keeps beside it."""
    for suffix in _SUFFIXES:
        state.with_name(state.name + suffix).unlink(missing_ok=True)


def _make(state: Path, stamp: Path) -> None:
    if os.path.lexists(state):
        _log.warning(
            "%s was not made by this machine and user, or was moved: it is rebuilt from the log", state
        )
    discard(state)
    descriptor = os.open(state, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    inode = os.fstat(descriptor).st_ino
    os.close(descriptor)
    number = secrets.randbelow((1 << 31) - 1) + 1
    stamp.write_text(f"{inode} {number}\n", "ascii")
    with closing(connect(state)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(f"PRAGMA user_version={number}")


def _stamp(state: Path) -> Path:
    """By the resolved path: an archive may be opened through a link."""
    return cache_folder(state.parent.resolve(), "state")


def _refused(stamp: Path, why: str) -> ArchiveNotWritable:
    return ArchiveNotWritable(
        f"Writing to an archive needs a note in this machine's cache folder, and {stamp} cannot be created: "
        f"{why}; set TRIPTYCH_CACHE to a writable folder."
    )
