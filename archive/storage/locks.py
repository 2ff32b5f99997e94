"""Locks by flock(2): held by an open file, released when the process that held it ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import threading
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from archive.exceptions import ArchiveNotWritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: an archive can be read there
    fcntl = None  # type: ignore[assignment]

_held: set[int] = set()
_mine = threading.local()


def try_lock(descriptor: int) -> bool:
    """Lock an open file for this process alone; False when a living process holds it."""
    _needed()
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    _note(descriptor)
    return True


def lock(descriptor: int) -> None:
    """Lock an open file for this process alone; waits for a living process that holds it. Raises OSError."""
    _needed()
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    _note(descriptor)


def close(descriptor: int) -> None:
    """Close a file, and let go of it if it was locked."""
    _held.discard(descriptor)
    os.close(descriptor)


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Wait for the lock on `path` and hold it; only spares work, the commit itself is safe without.

    A thread that holds it already goes on. Raises ArchiveNotWritable.
    """
    mine = _mine.__dict__.setdefault("paths", set())
    if path in mine:
        yield
        return
    _needed()
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ArchiveNotWritable(f"Cannot write to the archive {path.parent}: {error.strerror}.") from error
    _note(descriptor)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            raise ArchiveNotWritable(
                f"Cannot write to the archive {path.parent}, it cannot be locked: {error.strerror}."
            ) from error
        mine.add(path)
        yield
    finally:
        mine.discard(path)
        close(descriptor)


def _needed() -> None:
    if fcntl is None:
        raise ArchiveNotWritable(
            "Writing to an archive needs flock(2), which Windows lacks; read it, or use WSL."
        )


def _note(descriptor: int) -> None:
    """Remember a locked file, to close it in every process that is forked from this one."""
    _register_fork_handler()
    _held.add(descriptor)


@cache
def _register_fork_handler() -> None:
    """Have forked processes close locked files; once in a process, before its first lock."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_close_all)


def _close_all() -> None:
    # a lock lives as long as any copy of its file is open: a forked worker would keep it for a dead crawl
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()
