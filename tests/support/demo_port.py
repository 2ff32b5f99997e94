"""One demo at a time, of all processes: beside another it takes another port, and has other ids."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCK = Path(tempfile.gettempdir()) / "triptych-tests-demo.lock"


@contextmanager
def alone_at_its_port() -> Iterator[None]:
    if not _LOCK.exists():
        _LOCK.touch()
    with _LOCK.open() as lock:  # another user of this machine may have made it
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
