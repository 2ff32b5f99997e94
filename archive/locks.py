"""flock: held by an open file, gone with the process that held it, however that ended."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_held: set[int] = set()
_mine = threading.local()


def try_lock(descriptor: int) -> bool:
    """Lock an open file for this process alone; False when a living process holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    _held.add(descriptor)
    return True


def close(descriptor: int) -> None:
    """Close a file, and let go of it if it was locked."""
    _held.discard(descriptor)
    os.close(descriptor)


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Wait for the lock on `path` and hold it; only spares work, the commit itself is safe without.

    A thread that holds it already goes on.
    """
    mine = _mine.__dict__.setdefault("paths", set())
    if path in mine:
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    _held.add(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        mine.add(path)
        yield
    finally:
        mine.discard(path)
        close(descriptor)


def _let_go() -> None:
    # a lock lives as long as any copy of its file is open: a forked worker would keep it for a dead crawl
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_let_go)
