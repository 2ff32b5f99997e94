"""A commit: records in, the next snapshot out, all or nothing."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from archive.commit import compact, erase, plan
from archive.commit.assembly import Assembly
from archive.commit.collect import Collected, collect
from archive.commit.rows import Commit
from archive.exceptions import ArchiveDamaged, ArchiveNotFound, ArchiveWriteError, ObjectStoreError
from archive.format import codec
from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import Layout
from archive.format.snapshot import Snapshot
from archive.opening import local_path, open_existing, utc_now
from archive.pages import cdxj_index, overwrite, warc_files
from archive.pull import pull
from archive.state import replay, tombstones
from archive.state.replay import CurrentState
from archive.state.tombstones import Tombstones
from archive.storage import locks, upload, working_copy
from archive.storage.snapshot_log import Log
from archive.tables import views
from archive.tables.files import TableFiles
from archive.wal import segment

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from archive.commit.plan import Plan
    from archive.commit.related import Decide, Parts
    from archive.format.codec import Record
    from archive.format.snapshot import DataFile
    from archive.state.database import State
    from archive.state.tombstones import Tombstone

    Prepared = tuple[Iterable[plan.Plan], Mapping[str, Sequence[Record]]]
    Rewritten = tuple[tuple[DataFile, ...], dict[str, tuple[str, ...]]]
    Change = Callable[[Snapshot, State, TableFiles, Commit], Rewritten | None]

_log = logging.getLogger(__name__)
_SAFE = "The articles are safe in their segment on this machine, and will be committed by the next one."


class Committer:
    """Makes snapshots; one thread at a time, any number of processes."""

    def __init__(self, layout: Layout, log: Log, run_id: str, now: Callable[[], datetime]) -> None:
        self._layout = layout
        self._log = log
        self._run_id = run_id
        self._now = now
        self._state = CurrentState(layout, log)
        self._stones = Tombstones(layout)

    def close(self) -> None:
        self._state.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Under the lock of this machine, with what other machines have committed and purged."""
        with locks.hold(self._layout.lock):
            pull(self._layout)
            yield

    def commit(
        self,
        batches: Mapping[str, Sequence[Record]],
        decide: Decide | None,
        summary: Mapping[str, int],
        about: Collection[str] = (),
    ) -> Snapshot | None:
        """`batches`: the records of each segment. None when all of them are committed already."""

        def prepare(state: State) -> Prepared | None:
            fresh = {x: self._admitted(records) for x, records in batches.items() if not state.has_segment(x)}
            if not any(fresh.values()) and not summary:
                return None
            records = [record for records in fresh.values() for record in records]
            return [plan.derive(records, state, self._layout.root, decide, about)], fresh

        return self._make("append", prepare, summary)

    def settle(self, parts: Parts, summary: Mapping[str, int]) -> Snapshot | None:
        """Decisions on stored articles, published at once however many they are."""
        root = self._layout.root
        return self._make("append", lambda state: (plan.in_parts(state, root, parts), {}), summary)

    def reread(self, derive: Callable[[State], plan.Plan | None]) -> Snapshot | None:
        """Versions say what is read from their pages today; None when none of them is there."""
        return self._make("reread", lambda state: ([planned], {}) if (planned := derive(state)) else None, {})

    def _make(
        self, operation: str, prepare: Callable[[State], Prepared | None], summary: Mapping[str, int]
    ) -> Snapshot | None:
        """`prepare` is asked anew where another writer was faster."""
        with self._alone():
            self._finish_purges()
            while True:
                head, state = self._ready()
                prepared = prepare(state)
                if prepared is None:
                    return None
                if snapshot := self._attempt(head, state, *prepared, operation, summary):
                    break
            self._show(snapshot, state)
        return snapshot

    def compact(self) -> Snapshot | None:
        """Put small files together in a snapshot of its own; None when there is nothing to gain."""
        with self._alone():
            self._finish_purges()
            cdxj_index.merge(self._layout)
            upload.flush(self._layout)
            return self._restate(
                "compact",
                lambda head, _state, files, _commit: compact.rewrite(self._layout, head, files),
                compact.LEVEL,
            )

    def purge(self, prepare: Callable[[State], Tombstone]) -> Tombstone:
        """`prepare` finds what is to go; once its tombstone is written this cannot be called off."""
        with self._alone():
            self._finish_purges()
            stone = prepare(self._ready()[1])
            tombstones.write(self._layout, stone)
            self._finish_purges()
        return stone

    def _finish_purges(self) -> None:
        for stone in self._stones.pending():
            self._restate("purge", partial(erase.rewrite, self._layout, self._stones))
            head, state = self._ready()
            erase.clean(self._layout, self._stones, stone, head, state)
            tombstones.write(self._layout, replace(stone, ranges=(), done=self._now()))

    def _restate(self, operation: str, change: Change, level: int = 3) -> Snapshot | None:
        """A snapshot of the same archive in other files; None when `change` finds nothing to do."""
        while True:
            head, state = self._ready()
            files = TableFiles(self._layout, level)
            at = self._moment(head)
            with self._taking_back(head, files, "No snapshot is made."):
                changed = change(head, state, files, Commit(head.id + 1, at))
                if changed is None:
                    return None
                live, rewrote = changed
                snapshot = self._snapshot(head, operation, at, files=live, rewrote=rewrote)
                if self._log.append(snapshot):
                    break
            files.discard()
            pull(self._layout)
        self._show(snapshot, state)
        return snapshot

    def _admitted(self, records: Sequence[Record]) -> list[Record]:
        """Without what was purged after it was acknowledged."""
        self._stones.refresh()
        kept, refused = tombstones.admitted(self._stones, records)
        pages = [pointer for record in refused if (pointer := warc_files.pointer_of(record))]
        overwrite.blank_pages(self._layout, pages, self._now())
        if pages:  # an attempt that came too late may have put them there
            cdxj_index.remove(self._layout, {(page.file, page.offset) for page in pages})
        return kept

    def repair(self) -> None:
        """Bring cache and view up to the log, and sweep up what is of no use any more."""
        with self._alone():
            for path in self._layout.temporary.iterdir():
                if path.is_dir() and not path.is_symlink():
                    views.remove(path)
                else:
                    path.unlink(missing_ok=True)
            head, state = self._ready()
            if views.current(self._layout) != head.id:
                self._show(head, state)
            self._finish_purges()
            upload.flush(self._layout)
            collect(self._layout, self._log, self._now())

    def collect(self, keep: timedelta, *, dry_run: bool) -> Collected:
        with self._alone():
            return collect(self._layout, self._log, self._now(), keep, dry_run=dry_run)

    def _ready(self) -> tuple[Snapshot, State]:
        head = self._log.head()
        if head is None:
            name = working_copy.name_of(self._layout.root)
            raise ArchiveNotFound(f"{name} has lost its log; it is no archive any more.")
        return head, self._state.at(head)

    def _attempt(  # noqa: PLR0917
        self,
        head: Snapshot,
        state: State,
        plans: Iterable[plan.Plan],
        batches: Mapping[str, Sequence[Record]],
        operation: str,
        summary: Mapping[str, int],
    ) -> Snapshot | None:
        """None when another writer took this number, which the lock makes rare, not impossible."""
        at = self._moment(head)
        files = TableFiles(self._layout)
        assembly = Assembly(self._layout, state, head, Commit(head.id + 1, at), files)
        with self._taking_back(head, files, _SAFE if operation == "append" else "No snapshot is made."):
            # what is in the index is true whether or not the commit succeeds
            cdxj_index.add(
                self._layout,
                [
                    pointer
                    for x in batches.values()
                    for record in x
                    if (pointer := warc_files.pointer_of(record))
                ],
            )
            counters = Counter[str]()
            live = assembly.carry_out(counted(plans, counters))
            snapshot = self._snapshot(
                head,
                operation,
                at,
                files=live,
                rewrote=assembly.rewrote,
                segments=tuple(sorted(batches)),
                summary=dict(sorted({**counters, **summary}.items())),
            )
            if self._log.append(snapshot):
                return snapshot
        files.discard()
        pull(self._layout)
        return None

    def _moment(self, head: Snapshot) -> datetime:
        """Later than the parent's, whatever the clock says."""
        return max(self._now(), head.committed_at + timedelta(microseconds=1))

    def _snapshot(
        self,
        head: Snapshot,
        operation: str,
        at: datetime,
        *,
        files: tuple[DataFile, ...],
        rewrote: Mapping[str, tuple[str, ...]],
        segments: tuple[str, ...] = (),
        summary: Mapping[str, int] | None = None,
    ) -> Snapshot:
        return Snapshot(
            id=head.id + 1,
            parent=head.id,
            operation=operation,
            committed_at=at,
            run_id=self._run_id,
            schema_version=SCHEMA_VERSION,
            files=files,
            rewrote=rewrote,
            segments=segments,
            summary=summary or {},
        )

    @contextmanager
    def _taking_back(self, head: Snapshot, files: TableFiles, otherwise: str) -> Iterator[None]:
        """What an attempt has written goes again when it fails; `otherwise` says where that leaves us."""
        try:
            yield
        except OSError as error:
            # the last step, fsync of the log's folder, can fail when the manifest is there for all to see
            if not self._layout.manifest(head.id + 1).exists():
                files.discard()
            raise ArchiveWriteError(
                f"The commit into {self._layout.root} failed: {error}. {otherwise}"
            ) from error
        except ObjectStoreError as error:
            files.discard()
            raise ObjectStoreError(f"{error} {otherwise}") from None
        except BaseException:
            # pairing may be asked while files are written, and be interrupted
            if not self._layout.manifest(head.id + 1).exists():
                files.discard()
            raise

    def _show(self, snapshot: Snapshot, state: State) -> None:
        """The snapshot stands; what fails here is made good by the next commit or start."""
        try:
            replay.catch_up(state, self._layout, self._log, snapshot)
        except (sqlite3.Error, OSError) as error:
            _log.warning("snapshot %d is committed; state.sqlite will follow: %s", snapshot.id, error)
            self.close()
        try:
            views.publish(self._layout, snapshot)
            views.prune(self._layout, self._now().timestamp())
        except OSError as error:
            _log.warning("snapshot %d is committed; its view will follow: %s", snapshot.id, error)


# What a commit counted of its own, beside what its caller did.


def counted(plans: Iterable[Plan], counters: Counter[str]) -> Iterator[Plan]:
    """The same plans, each added to the counters as it is handed on."""
    for planned in plans:
        counters.update(_count(planned))
        yield planned


def _count(planned: Plan) -> Counter[str]:
    own = Counter(f"archive/{look.outcome}" for look in planned.reading.looks)
    own["archive/articles_new"] = sum(1 for x in planned.reading.drafts if x not in planned.reading.stored)
    own["archive/versions_new"] = sum(len(drafts) for drafts in planned.reading.drafts.values())
    own["archive/pairs_decided"] = len(planned.pairs)
    own["archive/stories_written"] = len(planned.stories)
    own["archive/versions_reread"] = len(planned.rereadings.rows)
    own["archive/refusals_recorded"] = len(planned.refusals)
    own["archive/alignments_made"] = len(
        {(x.article_id_a, x.article_id_b) for _, x in planned.alignments.new}
    )
    own.update({f"archive/pairs_refused/{reason}": number for reason, number in planned.refused.items()})
    return own


# Decisions on stored articles, published at once however many they are: what `scrapy pair` has found out.


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


# The commit of a writer's segments by another process: what is in them is read from the disk.
#
# The writer keeps its locks on them meanwhile. Whatever goes wrong here, the writer still has the records
# and can commit them itself; a segment is committed once, by whoever names it in a manifest first.


class SegmentCommitter:
    """Of an archive that a writer elsewhere has open."""

    def __init__(self, root: str | os.PathLike[str], run_id: str) -> None:
        self._layout = Layout(local_path(root))
        log = Log(self._layout, SCHEMA_VERSION)
        self._committer = Committer(self._layout, log, run_id, utc_now)

    def commit(self, names: Sequence[str], decide: Decide, summary: Mapping[str, int]) -> Snapshot | None:
        """`names` of files in `_wal`. Raises as ArchiveWriter.commit, ArchiveDamaged, or OSError."""
        paths = [self._layout.segments / name for name in names]
        batches = {path.name.partition(".")[0]: _records(path) for path in paths}
        return self._committer.commit(batches, decide, summary)

    def close(self) -> None:
        self._committer.close()


def _records(path: Path) -> list[Record]:
    """All of them or ArchiveDamaged: the writer has them whole."""
    records = []
    for line in segment.read(path.read_bytes()):
        if isinstance(line, segment.Damage):
            raise ArchiveDamaged(f"{path} cannot be read at {line.offset}.")
        if (record := codec.decode(line)) is not None:
            records.append(record)
    return records
