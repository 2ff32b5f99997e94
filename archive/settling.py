"""Decisions on stored articles, published at once however many they are: what `scrapy pair` has found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.commit import Committer
from archive.exceptions import ArchiveWriteError
from archive.opening import open_existing, utc_now

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from archive.links import Parts
    from archive.log import Snapshot


def settle(
    root: str | os.PathLike[str], parts: Parts, *, run_id: str, summary: Mapping[str, int] | None = None
) -> Snapshot:
    """One snapshot of all parts; only one part is in memory at a time.

    `parts` is asked under the lock, and anew where another writer was faster: it is given what tells the
    story of an article now. No two parts may have an article or a story in common, nor stories that one of
    them joins: DecisionError. A kill before the end leaves the archive as it was.
    Raises ArchiveWriteError, or what a decision raises.
    """
    layout, log, _ = open_existing(root)
    committer = Committer(layout, log, run_id, utc_now)
    try:
        snapshot = committer.settle(parts, summary or {})
        assert snapshot is not None
        return snapshot
    except OSError as error:
        raise ArchiveWriteError(f"Cannot write to the archive {root}: {error}.") from error
    finally:
        committer.close()
