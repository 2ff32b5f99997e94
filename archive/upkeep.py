"""Looking after an archive that nobody is crawling into, or that somebody is: both are safe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from archive import replay
from archive.commit import Committer
from archive.opening import open_existing, utc_now
from archive.writer import ArchiveWriter

if TYPE_CHECKING:
    import os

    from archive.collection import Collected
    from archive.log import Snapshot

_RUN = "upkeep"


@dataclass(frozen=True, slots=True)
class Repaired:
    articles: int
    """Recovered from segments of writers that died."""
    snapshot: Snapshot | None


def compact(root: str | os.PathLike[str]) -> Snapshot | None:
    """Merge small files; None when there is nothing to merge."""
    layout, log, _ = open_existing(root)
    committer = Committer(layout, log, _RUN, utc_now)
    try:
        return committer.compact()
    finally:
        committer.close()


def gc(root: str | os.PathLike[str], keep_days: float = 1, *, dry_run: bool = False) -> Collected:
    """Remove files that no snapshot of the last `keep_days` needs."""
    layout, log, _ = open_existing(root)
    return Committer(layout, log, _RUN, utc_now).collect(timedelta(days=keep_days), dry_run=dry_run)


def repair(root: str | os.PathLike[str], *, rebuild: bool = False) -> Repaired:
    """Commit what dead writers left, turn the view to the head, sweep; `rebuild` makes the cache anew too."""
    layout, _, _ = open_existing(root)
    if rebuild:
        replay.discard_state(layout)
    with ArchiveWriter.open(root, run_id=_RUN) as writer:
        recovered = writer.recovered
        return Repaired(recovered, writer.commit())
