"""Fingerprint of the cache's files, by which a cache that somebody else has changed is told from ours.

Whoever has changed the cache notes size, times and inode of its files in `state.fingerprint`, under the lock
of the archive. Another program, an older copy, a cut file, the log of another database: each leaves other
ones, and costs a rebuild. It is a few calls of stat(2) a commit, however large the cache is; for a checksum
of all of it every start would read all of it. Bytes that change below the file system are not seen by it:
`repair --rebuild`.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from archive.format.layout import Layout

Fingerprint = list[list[int]]
_LARGEST = 1000
"""Bytes of a noted fingerprint; ours have 150."""


def of(layout: Layout) -> Fingerprint:
    """The fingerprint of the cache as it lies there now."""
    state = layout.state
    log = _of_file(state.with_name(f"{state.name}-wal"))
    return [_of_file(state), log[:3]]  # SQLite sets the owner of the log when root opens it, and so its ctime


def is_noted(layout: Layout) -> bool:
    """True where the cache is as its last writer has left it."""
    return _noted(layout) == of(layout)


def note(layout: Layout) -> None:
    """Note the cache as it is now; call it under the lock of the archive. Raises OSError."""
    found = of(layout)
    if found == _noted(layout):
        return
    early = layout.new_temporary()
    try:
        # not synced: after a power cut the cache may be another one than was noted, and is rebuilt
        early.write_text(json.dumps(found))
        early.replace(layout.state_fingerprint)
    except OSError:
        with contextlib.suppress(OSError):
            early.unlink(missing_ok=True)
        raise


def _noted(layout: Layout) -> object:
    try:
        with layout.state_fingerprint.open("rb") as file:
            return json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None


def _of_file(path: Path) -> list[int]:
    """Inode, size and times; of a file that is empty or not there nothing."""
    try:
        found = os.stat(path)  # noqa: PTH116  asked several times a commit
    except OSError:
        return []
    if not found.st_size:
        return []
    return [found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]
