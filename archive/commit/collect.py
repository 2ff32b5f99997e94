"""Removal of data files that no snapshot of the last day needs, and of views that no reader can have open.

Every row stays, and so does the log entry of every snapshot: past states are derived from rows, not from old
files.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from archive.commit.fold import Folded, fold
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log
from archive.tables import views

MOST_AT_ONCE = 1000
"""Manifests that a writer folds when it begins, two seconds of work; `gc` folds all."""


@dataclass(frozen=True, slots=True)
class Collected:
    files: int
    bytes: int
    views: int
    folded: Folded


def collect(
    storage: Storage,
    log: Log,
    now: datetime,
    keep: timedelta | None = None,
    *,
    most: int | None = None,
    dry_run: bool = False,
) -> Collected:
    """Remove files that no snapshot of the time `keep` needs, and fold `most` manifests that are older.

    Call it under the commit lock.
    """
    keep = views.retention() if keep is None else keep
    count, size = storage.sweep(partial(_needed, log, now - keep), now, keep, dry_run=dry_run)
    dropped = 0 if dry_run else views.prune(storage.layout, now.timestamp(), keep.total_seconds())
    return Collected(count, size, dropped, fold(storage, log, now - keep, most=most, dry_run=dry_run))


def _needed(log: Log, since: datetime, names: Collection[str]) -> set[str]:
    """Data files among `names` of the snapshots that were the latest at some moment since then.

    The latest snapshot is read first: if it has all of them, no other is read.
    """
    remaining, needed = set(names), set[str]()
    for snapshot_id in reversed(log.ids()):
        committed_at, paths = log.paths(snapshot_id)
        needed |= remaining & paths
        remaining -= paths
        if not remaining or committed_at < since:
            break
    return needed
