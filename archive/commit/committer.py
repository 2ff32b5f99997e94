"""The one loop that makes snapshots, and the lock it runs under.

An operation is a function that gets the next snapshot, which knows the head and the state of the archive, and
returns what to publish; see archive/commit/next_snapshot.py. It is called again if another writer was faster.
"""

import contextlib
import logging
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self

from archive.commit import plan, rows
from archive.commit.assembly import assemble
from archive.commit.clock import Clock
from archive.commit.collect import MOST_AT_ONCE, Collected, collect
from archive.commit.erase import PURGE, clean, erase
from archive.commit.next_snapshot import NextSnapshot, Operation
from archive.commit.related import Decide, Parts
from archive.commit.versions import MISSES_APART
from archive.exceptions import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveNotFound,
    ArchiveWriteError,
    ObjectStoreError,
)
from archive.format import codec
from archive.format.codec import Record
from archive.format.columns import SCHEMA_VERSION
from archive.format.log_entry import account
from archive.format.records import SameEventRecord
from archive.format.snapshot import Snapshot
from archive.opening import Place, open_existing, storage_at, utc_now, with_room
from archive.pages import cdxj_index, overwrite, warc_files
from archive.pull import pull
from archive.state import replay, tombstones
from archive.state.database import State
from archive.state.replay import CurrentState
from archive.state.tombstones import Tombstone, Tombstones
from archive.storage import locks, path_guard
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log
from archive.tables import data_file_reader, views
from archive.wal import segment

Build = Callable[[NextSnapshot], Snapshot | None]

_log = logging.getLogger(__name__)
_COLLECT_EVERY = timedelta(hours=1)
APPEND = Operation(
    "append",
    consequence=(
        "The articles are safe in their segment on this machine, and will be committed by the next one."
    ),
)


class Committer:
    """Makes snapshots; one thread at a time, any number of processes. Close it, or use it in a `with`."""

    def __init__(
        self,
        storage: Storage,
        log: Log,
        run_id: str,
        now: Callable[[], datetime] = utc_now,
        misses_apart: timedelta = MISSES_APART,
    ) -> None:
        self._misses_apart = misses_apart
        self._storage = storage
        self._layout = storage.layout
        self._log = log
        self._run_id = run_id
        self._clock = Clock(now, storage.layout)
        self._current = CurrentState(storage, log)
        self._doubted = False
        """True once the cache was rebuilt for an error that may have another cause: once a writer."""
        self._stones = Tombstones(storage.layout)

    @classmethod
    def open(cls, root: Place, run_id: str) -> Self:
        """Open an existing archive; raises what opening one for reading raises."""
        storage, log, _ = open_existing(root)
        return cls(storage, log, run_id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with contextlib.suppress(ArchiveError), locks.hold(self._layout.lock):
            self._current.close()
        self._current.close()  # if the lock could not be acquired

    def make(self, operation: Operation, build: Build) -> Snapshot | None:
        """Publish the snapshot that `build` makes on the head; None where it finds nothing to do.

        Raises ArchiveWriteError, ObjectStoreError, or what `build` raises; the archive is unchanged then.
        """
        with self._exclusive():
            self._finish_purges()
            return self._make(operation, build)

    def commit(
        self,
        batches: Mapping[str, Sequence[Record]],
        decide: Decide | None,
        summary: Mapping[str, int],
        about: Collection[str] = (),
    ) -> Snapshot | None:
        """Commit the records of each segment; None if all of them are committed already, or there are none.

        In that case the account of the run, its `summary`, is stored without a snapshot.
        """

        def build(following: NextSnapshot) -> Snapshot | None:
            state = following.state
            segments = [name for name in batches if not state.has_segment(name)]
            records: list[Record] = []
            for name in segments:
                records += self._admitted(batches[name])
            if not records:
                return None
            planned = plan.derive(
                records, state, self._storage, decide, about, misses_apart=self._misses_apart
            )
            # the index holds true pointers whether or not the commit succeeds
            cdxj_index.add(self._storage, list(filter(None, map(warc_files.pointer_of, records))))
            return assemble(following, [planned], segments=segments, summary=summary)

        with self._exclusive():
            self._finish_purges()
            snapshot = self._make(APPEND, build)
            if snapshot is None and summary:
                self._note_run(summary)
        return snapshot

    def _note_run(self, summary: Mapping[str, int]) -> None:
        """Store the account of a run that has nothing to commit, unless the last snapshot has it already."""
        head = self._head()
        if head.run_id == self._run_id and summary.items() <= head.summary.items():
            return
        at = self._clock.after(head, self._log.read)
        counts = dict(sorted(summary.items()))
        try:
            self._log.note_run(account(head.id, at, self._run_id, head.schema_version, counts))
        except OSError as error:
            raise ArchiveWriteError(
                f"The account of the run cannot be stored in {self._layout.root}: {error}."
            ) from error

    def purge(self, prepare: Callable[[State], Tombstone]) -> Tombstone:
        """Erase what `prepare` finds; once its tombstone is written this cannot be cancelled."""
        with self._exclusive():
            self._finish_purges()
            # not later than the snapshot that carries it out, whatever time the clock shows
            stone = replace(prepare(self._current.at(self._head())), at=self._clock.now())
            tombstones.write(self._storage, stone)
            self._finish_purges()
        return stone

    def collect(self, keep: timedelta | None, *, dry_run: bool) -> Collected:
        """Remove files that no snapshot of the time `keep` needs, fold the log; makes no snapshot."""
        with self._exclusive():
            return collect(self._storage, self._log, self._clock.now(), keep, dry_run=dry_run)

    def repair(self) -> None:
        """Bring cache and view up to the log, finish purges, and remove files that are no longer needed."""
        with self._exclusive():
            for path in self._layout.temporary.iterdir():
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path, ignore_errors=True)  # a view that was never finished
                else:
                    path.unlink(missing_ok=True)
            head = self._head()
            state = self._current.at(head)
            if views.current(self._layout) != head.id or any(views.flaws(self._storage, head)):
                self._show(head)
            self._finish_purges()
            self._storage.flush()
            self._collect_hourly(state)

    def _collect_hourly(self, state: State) -> None:
        """Collect, and fold a little: at most once an hour, when a writer starts."""
        now = self._clock.now()
        last = state.about("kept_up")
        if last is None or not timedelta() <= now - datetime.fromisoformat(last) < _COLLECT_EVERY:
            collect(self._storage, self._log, now, most=MOST_AT_ONCE)
            state.remember("kept_up", now.isoformat())

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold the lock of this machine, after fetching what other machines have committed and purged.

        An OSError while it is held becomes ArchiveWriteError.
        """
        with locks.hold(self._layout.lock):
            pull(self._storage)
            self._storage.ensure_writable()
            try:
                yield
            except OSError as error:
                raise ArchiveWriteError(
                    f"Cannot write to the archive {self._layout.root}: {error.strerror or error}"
                    f"{f' ({error.filename})' if error.filename else ''}."
                ) from error
            finally:
                self._current.note()

    def _make(self, operation: Operation, build: Build) -> Snapshot | None:
        """Try number after number until one is free: the lock makes a second try rare, not impossible."""
        may_rebuild = True
        while True:
            head = with_room(self._head())
            try:
                at = self._clock.after(head, self._log.read)
            except ArchiveWriteError as error:
                raise ArchiveWriteError(f"{error} {operation.consequence}".rstrip()) from None
            following = NextSnapshot(operation, self._storage, self._current, head, self._run_id, at)
            try:
                with self._discarding(following):
                    snapshot = build(following)
                    if snapshot is None:
                        return None
                    if self._log.append(snapshot):
                        break
            except sqlite3.DatabaseError as error:
                if not may_rebuild or not replay.is_damage(error):
                    raise ArchiveWriteError(f"Cannot read {self._layout.state}: {error}.") from error
                may_rebuild = False
                self._current.rebuild_because(str(error))
                continue
            except (TypeError, LookupError, UnicodeError):
                # a row of the cache that we did not write; a failure with a new cache too is a bug
                if not may_rebuild or self._doubted:
                    raise
                may_rebuild, self._doubted = False, True
                self._current.rebuild_because("a row is not as it was written")
                continue
            following.discard()
            pull(self._storage)
        if snapshot.schema_version == head.schema_version:
            self._catch_up(snapshot)
        else:
            self.close()
            replay.discard_state(self._layout)  # the next writer fills it from the new files
        self._show(snapshot)
        return snapshot

    def _head(self) -> Snapshot:
        head = self._log.head()
        if head is None:
            raise ArchiveNotFound(f"{self._storage.name} has lost its log and can no longer be opened.")
        return head

    @contextmanager
    def _discarding(self, following: NextSnapshot) -> Iterator[None]:
        """Discard the files of an attempt that fails, and report the state of the archive."""
        operation = following.operation
        # the last step, fsync of the log's folder, can fail after the manifest was published
        manifest = self._layout.manifest(following.commit.seq)
        try:
            yield
        except OSError as error:
            if not manifest.exists():
                following.discard()
            failure = operation.failure.format(root=self._layout.root, error=error)
            raise ArchiveWriteError(f"{failure} {operation.consequence}".rstrip()) from error
        except ObjectStoreError as error:
            following.discard()
            raise ObjectStoreError(f"{error} {operation.consequence}".rstrip()) from None
        except BaseException:
            # pairing may run while files are written, and be interrupted
            if not manifest.exists():
                following.discard()
            raise

    def _catch_up(self, snapshot: Snapshot) -> None:
        """Bring the cache to a committed snapshot; if this fails, the next commit or start does it."""
        try:
            self._current.at(snapshot)
        except (ArchiveWriteError, sqlite3.Error) as error:
            _log.warning("snapshot %d is committed; state.sqlite will follow: %s", snapshot.id, error)
            self.close()

    def _show(self, snapshot: Snapshot) -> None:
        """Point the view to a committed snapshot; if this fails, the next commit or start does it."""
        paths = path_guard.places(self._layout.root, (file.path for file in snapshot.files))
        try:
            with data_file_reader.links_change(paths):
                views.publish(self._storage, snapshot)
                views.prune(self._layout, self._clock.now().timestamp())
        except OSError as error:
            _log.warning("snapshot %d is committed; its view will follow: %s", snapshot.id, error)

    def _finish_purges(self) -> None:
        """Carry out every purge that a kill interrupted; a migration comes before them."""
        for stone in self._stones.pending():
            if self._head().schema_version != SCHEMA_VERSION:
                return
            self._make(PURGE, partial(erase, self._stones))
            head = self._head()
            clean(self._storage, self._stones, stone, head, self._current.at(head))
            tombstones.write(self._storage, replace(stone, ranges=(), done=self._clock.now()))

    def _admitted(self, records: Sequence[Record]) -> list[Record]:
        """Leave out records of articles that were purged after they were acknowledged."""
        self._stones.refresh()
        admitted, refused = tombstones.admitted(self._stones, records)
        pages = list(filter(None, map(warc_files.pointer_of, refused)))
        overwrite.blank_pages(self._storage, pages, self._clock.now())
        if pages:  # an attempt that came too late may have added them
            cdxj_index.remove(self._storage, {(page.file, page.offset) for page in pages})
        return admitted


# Decisions on stored articles: the outcome of `triptych pair`.


def publish_decisions(
    root: Place, parts: Parts, *, run_id: str, summary: Mapping[str, int] | None = None
) -> Snapshot:
    """Publish one snapshot of all parts, of which only one is in memory at a time.

    `parts` is called under the lock, and again if another writer was faster. Its argument finds the present
    story of each article. No two parts may share an article or a story, nor stories that one of them joins:
    DecisionError. A kill before the end leaves the archive unchanged. Raises ArchiveWriteError, or what a
    decision raises.
    """

    def build(following: NextSnapshot) -> Snapshot:
        return assemble(following, plan.in_parts(following.state, following.storage, parts), summary=summary)

    with Committer.open(root, run_id) as committer:
        try:
            snapshot = committer.make(APPEND, build)
        except OSError as error:
            raise ArchiveWriteError(f"Cannot write to the archive {root}: {error}.") from error
    assert snapshot is not None
    return snapshot


def publish_same_event(
    root: Place, records: Sequence[SameEventRecord], *, run_id: str, summary: Mapping[str, int] | None = None
) -> Snapshot | None:
    """Publish a snapshot with these rows; None without rows and summary.

    Rows of articles that were purged meanwhile are left out. Raises ArchiveWriteError.
    """

    def build(following: NextSnapshot) -> Snapshot | None:
        article_ids: set[str] = set()
        for record in records:
            article_ids |= {record.article_id_a, record.article_id_b}
        archived = following.state.numbers(article_ids).keys()
        valid = [x for x in records if archived >= {x.article_id_a, x.article_id_b}]
        if not valid and not summary:
            return None
        if valid:
            following.add("same_event", rows.table("same_event", rows.plain_rows(valid), following.commit))
        return following.finish(summary={"archive/same_event": len(valid), **(summary or {})})

    with Committer.open(root, run_id) as committer:
        return committer.make(APPEND, build)


# The commit of a writer's segments by another process, which reads them from the disk.
#
# The writer keeps its locks on them meanwhile. If anything fails here, the writer still has the records and
# can commit them itself; a segment is committed once, by the first manifest that names it.


class SegmentCommitter:
    """Commits segments of an archive that a writer in another process has open."""

    def __init__(self, root: Place, run_id: str) -> None:
        storage = storage_at(root)
        self._layout = storage.layout
        self._committer = Committer(storage, Log(storage, SCHEMA_VERSION), run_id)

    def commit(self, names: Sequence[str], decide: Decide, summary: Mapping[str, int]) -> Snapshot | None:
        """Commit the files `names` of `_wal`. Raises as ArchiveWriter.commit, ArchiveDamaged, or OSError."""
        paths = [self._layout.segments / name for name in names]
        batches = {path.name.partition(".")[0]: _records(path) for path in paths}
        return self._committer.commit(batches, decide, summary)

    def close(self) -> None:
        self._committer.close()


def _records(path: Path) -> list[Record]:
    """Read all records of a segment; ArchiveDamaged where one cannot be read; the writer still has it."""
    records = []
    for line in segment.read(path.read_bytes()):
        if isinstance(line, segment.Damage):
            raise ArchiveDamaged(f"{path} cannot be read at {line.offset}.")
        if (record := codec.decode(line)) is not None:
            records.append(record)
    return records
