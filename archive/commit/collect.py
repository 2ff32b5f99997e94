"""Collection of data files that no snapshot of the last day needs, and of views that no reader can have open.

The log and every row stay: past states are derived from rows, not from old files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from archive.tables import views

if TYPE_CHECKING:
    from datetime import datetime

    from archive.storage.interface import Storage
    from archive.storage.snapshot_log import Log

KEEP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Collected:
    files: int
    bytes: int
    views: int


def collect(
    storage: Storage, log: Log, now: datetime, keep: timedelta = KEEP, *, dry_run: bool = False
) -> Collected:
    """Remove files that no snapshot of the time `keep` needs; call it under the commit lock."""
    count, size = storage.sweep(_needed(log, now - keep), now, keep, dry_run=dry_run)
    dropped = 0 if dry_run else views.prune(storage.layout, now.timestamp(), keep.total_seconds())
    return Collected(count, size, dropped)


def _needed(log: Log, since: datetime) -> set[str]:
    """Paths of the files of every snapshot that was the latest at some moment since then."""
    needed: set[str] = set()
    for snapshot_id in reversed(log.ids()):
        snapshot = log.read(snapshot_id)
        needed.update(file.path for file in snapshot.files)
        if snapshot.committed_at < since:
            break
    return needed
