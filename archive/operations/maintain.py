"""Maintenance of an archive; safe while crawls write to it."""

import os
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from archive.commit.collect import Collected
from archive.commit.committer import Committer
from archive.commit.compact import COMPACT, merge_small_files
from archive.format.snapshot import Snapshot
from archive.opening import open_existing, storage_at
from archive.operations.duplicate_rows import REPAIR, remove_duplicates
from archive.operations.partitions import ALONE, Spread, over
from archive.pages import cdxj_index
from archive.state import replay
from archive.storage import locks
from archive.writer import ArchiveWriter

_RUN = "upkeep"


@dataclass(frozen=True, slots=True)
class Repaired:
    articles: int
    """Articles recovered from segments of dead writers."""
    snapshot: Snapshot | None
    returned: int = 0
    """Data files that an object store had lost, uploaded again."""
    renewed: int = 0
    """Altered copies on this machine, fetched again from the object store."""
    mended: Snapshot | None = None
    """The snapshot without duplicate rows; None where there were none."""


def compact(root: str | os.PathLike[str], spread: Spread = ALONE) -> Snapshot | None:
    """Merge small files; None when there is nothing to merge."""
    with Committer.open(root, _RUN) as committer:
        return committer.make(COMPACT, partial(merge_small_files, partial(over, spread=spread)))


def gc(root: str | os.PathLike[str], keep_days: float | None = None, *, dry_run: bool = False) -> Collected:
    """Remove files that no snapshot of the last `keep_days` needs, and fold older manifests into the history.

    Without a number of days, files are kept as long as views.
    """
    keep = None if keep_days is None else timedelta(days=keep_days)
    with Committer.open(root, _RUN) as committer:
        return committer.collect(keep, dry_run=dry_run)


def repair(root: str | os.PathLike[str], *, rebuild: bool = False) -> Repaired:
    """Commit the records of dead writers, update the view to the head, and collect.

    `rebuild` also rebuilds the cache and, in a folder, the index of pages. A data file that an object store
    has lost is uploaded again, if this machine has it; an altered copy on this machine is fetched again.
    """
    storage = storage_at(root)
    renewed = storage.renew_altered()
    storage, _, head = open_existing(storage)
    renewed += storage.renew_altered(head.files)
    storage.ensure_writable()
    returned = storage.put_right(head.files)
    if rebuild:
        replay.discard_state(storage.layout)
        if not storage.is_shared:
            with locks.hold(storage.layout.lock):
                cdxj_index.rebuild(storage)
    with Committer.open(storage, _RUN) as committer:
        mended = committer.make(REPAIR, remove_duplicates)
    with ArchiveWriter.open(storage, run_id=_RUN) as writer:
        recovered = writer.recovered
        return Repaired(recovered, writer.commit(), returned, renewed, mended)
