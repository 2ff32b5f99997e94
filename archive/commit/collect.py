"""Sweeping up: data files that no snapshot of the last day needs, and views that nobody can still be reading.

The log and every row stay: what a past moment looked like is derived from rows, not from old files.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from archive.storage import working_copy
from archive.tables import views

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from archive.format.layout import Layout
    from archive.storage.snapshot_log import Log

KEEP = timedelta(days=1)
_UNDER_WAY = timedelta(hours=1)
"""Another machine may have sent a file whose manifest is still to come: the lock is of this machine only."""


@dataclass(frozen=True, slots=True)
class Collected:
    files: int
    bytes: int
    views: int


def collect(
    layout: Layout, log: Log, now: datetime, keep: timedelta = KEEP, *, dry_run: bool = False
) -> Collected:
    """Remove what is older than `keep` and needed by no snapshot since; call it under the commit lock."""
    needed = _needed(log, now - keep)
    count = size = 0
    for path in layout.data.rglob("*.parquet"):
        status = path.stat()
        # a commit under way has files that no manifest names yet, so young ones stay
        if (
            str(path.relative_to(layout.root)) in needed
            or now.timestamp() - status.st_mtime < keep.total_seconds()
        ):
            continue
        count += 1
        size += status.st_size
        if not dry_run:
            path.unlink(missing_ok=True)
    if (copy := working_copy.of(layout.root)) is not None:
        age = max(keep, _UNDER_WAY)
        there = [x for x in copy.store.list("_data") if x.path not in needed and now - x.modified >= age]
        # the archive is what is there; what is here as well is not counted twice
        count, size = len(there), sum(x.bytes for x in there)
        if not dry_run:
            copy.store.delete([x.path for x in there])
            _sweep(copy.root / working_copy.INCOMING, now)
    dropped = 0 if dry_run else views.prune(layout, now.timestamp(), keep.total_seconds())
    return Collected(count, size, dropped)


def _sweep(folder: Path, now: datetime) -> None:
    """What fetches that were killed have left."""
    for path in folder.glob("*"):
        with contextlib.suppress(FileNotFoundError):
            if now.timestamp() - path.stat().st_mtime > KEEP.total_seconds():
                path.unlink()


def _needed(log: Log, since: datetime) -> set[str]:
    """Files of every snapshot that was the latest at some moment since then."""
    needed: set[str] = set()
    for snapshot_id in reversed(log.ids()):
        snapshot = log.read(snapshot_id)
        needed.update(file.path for file in snapshot.files)
        if snapshot.committed_at < since:
            break
    return needed
