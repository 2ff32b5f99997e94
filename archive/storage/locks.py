"""Locks by flock(2): held by an open file, and released when the process ends, however it ends."""

import contextlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from archive.exceptions import ArchiveNotWritable

try:
    import fcntl
except ImportError:  # Windows: an archive can be read there
    fcntl = None  # type: ignore[assignment]

_locked: set[int] = set()
_thread = threading.local()


def try_lock(descriptor: int) -> bool:
    """Lock an open file for this process only; False if a running process holds it."""
    _check_support()
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    _note(descriptor)
    return True


def lock(descriptor: int) -> None:
    """Lock an open file for this process only; waits for a process that holds it. Raises OSError."""
    _check_support()
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    _note(descriptor)


def close(descriptor: int) -> None:
    _locked.discard(descriptor)
    os.close(descriptor)


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Wait for the lock on `path` and hold it. It only avoids wasted work: commits are safe without it.

    A thread that holds it already continues. Raises ArchiveNotWritable.
    """
    paths = _thread.__dict__.setdefault("paths", set())
    if path in paths:
        yield
        return
    _check_support()
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
        paths.add(path)
        yield
    finally:
        paths.discard(path)
        close(descriptor)


def _check_support() -> None:
    if fcntl is None:
        raise ArchiveNotWritable(
            "Writing to an archive needs flock(2), which Windows lacks; read it, or use WSL."
        )


def _note(descriptor: int) -> None:
    """Remember a locked file, to close it in every forked process."""
    _register_fork_handler()
    _locked.add(descriptor)


@cache
def _register_fork_handler() -> None:
    """Have forked processes close locked files; once in a process, before its first lock."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_close_all)


def _close_all() -> None:
    # a lock lasts while any copy of its file is open: a forked worker would hold it for a dead crawl
    for descriptor in _locked:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _locked.clear()
