"""Fingerprint of the cache's files, which detects changes by another program.

The writer stores size, times and inode of the cache's files in `state.fingerprint`, under the lock of the
archive. Another program, an older copy, a cut file or the log of another database changes them and causes a
rebuild. It costs a few calls of stat(2) a commit, however large the cache is; a checksum would read the whole
cache at every start. Bytes that change below the file system are not detected: `repair --rebuild`.
"""

import contextlib
import json
import os
from pathlib import Path

from archive.format.layout import Layout

Fingerprint = list[list[int]]
_COPIED = "copied"
_LARGEST = 1000
"""Bytes of a noted fingerprint; ours have 150."""


def of(layout: Layout) -> Fingerprint:
    """The fingerprint of the cache as it is now."""
    state = layout.state
    log = _of_file(state.with_name(f"{state.name}-wal"))
    return [_of_file(state), log[:3]]  # SQLite sets the owner of the log when root opens it, and so its ctime


def is_noted(layout: Layout) -> bool:
    """True if the cache is as its last writer left it, or without a log that had nothing more to copy."""
    noted, present = _noted(layout), of(layout)
    return noted in (present, [*present, _COPIED]) or _is_log_removed(noted, present)


def _is_log_removed(noted: object, present: Fingerprint) -> bool:
    """True if SQLite has removed the log since: whoever closes the last connection does, without our lock."""
    if not isinstance(noted, list) or len(noted) != len(present) + 1:
        return False
    file, _, copied = noted
    return copied == _COPIED and [file, []] == present


def note(layout: Layout, *, is_copied: bool = False) -> None:
    """Note the cache as it is now; call it under the lock of the archive. Raises OSError.

    `is_copied`: the file has all that the log has.
    """
    present: list[object] = [*of(layout), *([_COPIED] if is_copied else [])]
    if present == _noted(layout):
        return
    temporary = layout.new_temporary()
    try:
        # not synced: after a power cut the cache may not match, and is rebuilt
        temporary.write_text(json.dumps(present))
        temporary.replace(layout.state_fingerprint)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _noted(layout: Layout) -> object:
    try:
        with layout.state_fingerprint.open("rb") as file:
            return json.loads(file.read(_LARGEST))
    except (OSError, ValueError, RecursionError):
        return None


def _of_file(path: Path) -> list[int]:
    """Inode, size and times; nothing for an empty or missing file."""
    try:
        status = os.stat(path)  # noqa: PTH116  called several times a commit
    except OSError:
        return []
    if not status.st_size:
        return []
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns]
