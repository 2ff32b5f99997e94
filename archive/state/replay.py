"""Fill the cache from the log: only the files that a snapshot added are read, and no text."""

import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from archive.exceptions import ArchiveDamaged, ArchiveWriteError, SnapshotNotFound
from archive.format.layout import Layout
from archive.format.log_entry import LogEntry
from archive.format.snapshot import DataFile, Snapshot
from archive.state import fingerprint, provenance
from archive.state.database import CONTENTS, NO_ARTICLE, STATE_VERSION, State, marks
from archive.state.fillers import FILLERS, Row
from archive.state.tombstones import Tombstones
from archive.storage import path_guard
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log
from archive.tables.parquet_files import in_order, read

_log = logging.getLogger(__name__)
_LOOKED_BACK = 100
"""Least number of snapshots whose segments a new cache notes as committed."""
_CLOCKS_APART = 86_400
"""Seconds by which the clocks of the file system and of the writer may differ."""

_ORDER = {
    "memberships": ("commit_seq",),
    "decisions": ("commit_seq",),
    "refusals": ("commit_seq",),
    "observations": ("commit_seq", "observed_at"),
}
"""The logs, with the columns that order their rows; a later row replaces an earlier one."""


_NOT_DAMAGE = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY),
        *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PERM),
        *(sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_PROTOCOL),
    }
)
"""Errors that do not mean a damaged file."""
_TOO_SHORT = sqlite3.SQLITE_IOERR_SHORT_READ


def is_damage(error: BaseException) -> bool:
    """True if a rebuilt cache would not raise this error."""
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    code = getattr(error, "sqlite_errorcode", None)  # a text that is not UTF-8 has none
    return code is None or code == _TOO_SHORT or code & 0xFF not in _NOT_DAMAGE


def open_state(layout: Layout) -> State:
    """Open the cache; rebuild it when the file is no database, or was not made here."""
    provenance.ensure_ours(layout.state)
    try:
        return State(layout.state)
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        _log.warning("state.sqlite is damaged (%s): it is rebuilt from the log", error)
        discard_state(layout)
        provenance.ensure_ours(layout.state)
        return State(layout.state)


def discard_state(layout: Layout) -> None:
    """Remove the cache; the next commit rebuilds it."""
    layout.state_fingerprint.unlink(missing_ok=True)
    provenance.discard(layout.state)


def cache_at(layout: Layout, head: Snapshot) -> sqlite3.Connection | None:
    """Open the cache for reading if it was made here, is unchanged, and is of that snapshot.

    It is neither created nor updated.
    """
    if not (provenance.is_ours(layout.state) and fingerprint.is_noted(layout)):
        return None
    try:
        connection = provenance.connect(layout.state, is_read_only=True)
    except sqlite3.Error:
        return None
    connection.row_factory = sqlite3.Row
    try:
        about = dict(connection.execute("SELECT name, value FROM about").fetchall())
    except sqlite3.Error:
        about = {}
    if about.get("version") == str(STATE_VERSION) and about.get("snapshot") == _stamp(head):
        return connection
    connection.close()
    return None


def catch_up(state: State, storage: Storage, log: Log, head: Snapshot) -> None:
    """Bring the cache to `head`; call it under the commit lock, or on a cache that nobody else writes."""
    stamp = state.about("snapshot")
    if stamp == _stamp(head):
        return
    try:
        missed = _missed(log, stamp, head) if stamp is not None else None
    except (SnapshotNotFound, ArchiveDamaged, ValueError) as error:
        # files of a snapshot in between were collected: the head alone has everything
        _log.info("the cache is filled from the head: %s", error)
        missed = None
    if missed is None:
        _transaction(state, lambda: _rebuild(state, storage, log, head))
        return
    for parent, snapshot in pairwise(missed):
        _transaction(state, partial(_apply, state, storage, snapshot, parent))


def _missed(log: Log, stamp: str, head: Snapshot) -> list[Snapshot] | None:
    """The snapshot of the cache and all later ones up to the head; None if they cannot be applied."""
    last = log.read(int(stamp.partition(" ")[0]))
    if _stamp(last) != stamp:
        return None
    missed = [last]
    for snapshot in log.since(last.id):
        if snapshot.id > head.id:
            break
        # these rewrite rows without their later observations, or remove duplicate rows
        if snapshot.operation in {"reread", "repair"}:
            return None
        missed.append(snapshot)
    return missed


def _stamp(snapshot: Snapshot) -> str:
    return f"{snapshot.id} {snapshot.committed_at.isoformat()}"


def _transaction(state: State, work: Callable[[], None]) -> None:
    state.connection.execute("BEGIN IMMEDIATE")
    try:
        work()
    except BaseException:
        state.connection.execute("ROLLBACK")
        raise
    state.connection.execute("COMMIT")


def _rebuild(state: State, storage: Storage, log: Log, head: Snapshot) -> None:
    for table in CONTENTS:
        state.connection.execute(f"DELETE FROM {table}")
    _fill(state, storage, head.files)
    for entry in _recent(log, _oldest_segment(storage.layout)):
        _add_segments(state, entry)
    _remember(state, head)


def _oldest_segment(layout: Layout) -> float:
    """Time of the last write to the oldest segment on disk; now if there is none."""
    times = [time.time()]
    for path in path_guard.files(layout.segments, ".jsonl.zst"):
        with contextlib.suppress(FileNotFoundError):
            times.append(path.stat().st_mtime)
    return min(times)


def _recent(log: Log, since: float) -> Iterator[LogEntry]:
    """Yield the snapshots that may have committed a segment that is still on disk.

    A committed segment is on disk only if its removal was interrupted; it was written before its commit.
    """
    for position, entry in enumerate(log.entries(rows=False)):
        if position >= _LOOKED_BACK and entry.committed_at.timestamp() < since - _CLOCKS_APART:
            return
        yield entry


def _apply(state: State, storage: Storage, snapshot: Snapshot, parent: Snapshot) -> None:
    for new, olds in snapshot.rewrote.items():
        state.connection.execute(f"UPDATE file SET path = ? WHERE path IN ({marks(olds)})", (new, *olds))
    if snapshot.operation == "purge":
        forget(state, Tombstones(storage.layout), snapshot)
    paths = {file.path for file in parent.files} | snapshot.rewrote.keys()
    _fill(state, storage, [x for x in snapshot.files if x.path not in paths])
    _add_segments(state, snapshot)
    _remember(state, snapshot)


def _remember(state: State, snapshot: Snapshot) -> None:
    state.remember("snapshot", _stamp(snapshot))


def _add_segments(state: State, snapshot: Snapshot | LogEntry) -> None:
    ids = [(segment,) for segment in snapshot.segments]
    state.connection.executemany("INSERT OR IGNORE INTO segment VALUES (?)", ids)


def _fill(state: State, storage: Storage, files: Sequence[DataFile]) -> None:
    # one file at a time bounds the memory of a rebuild
    for name, (filler, columns) in FILLERS.items():
        chosen = [file for file in files if file.table == name and file.rows]
        if name in _ORDER:
            for group in _one_after_the_other(storage, chosen, within=len(_ORDER[name]) > 1):
                for rows in _portions(in_order(read(storage, group, columns), _ORDER[name])):
                    filler(state, rows, 0)
            continue
        for file in chosen:
            cursor = state.connection.execute("INSERT INTO file (path) VALUES (?)", (file.path,))
            for rows in _portions(read(storage, [file], columns)):
                filler(state, rows, cursor.lastrowid or 0)


def _one_after_the_other(
    storage: Storage, files: Sequence[DataFile], *, within: bool
) -> Iterator[list[DataFile]]:
    """Group the files of a log in the order of their commits; those whose commits overlap are one group.

    `within`: rows of one commit have an order too. In the other logs a commit has one row for each article.
    """
    if len(files) == 1:  # as after nearly each commit: to ask for its commits reads it twice
        yield [*files]
        return
    spans = sorted(((_commits(storage, file), file) for file in files), key=lambda x: x[0])
    group: list[DataFile] = []
    end = -1
    for (first, last), file in spans:
        one_commit = first == last == end and not within
        if group and (first > end or one_commit):
            yield group
            group = []
        group.append(file)
        end = max(end, last)
    if group:
        yield group


def _commits(storage: Storage, file: DataFile) -> tuple[int, int]:
    """Read the first and the last commit whose rows a file has."""
    column = read(storage, [file], ["commit_seq"])["commit_seq"]
    span = pc.min_max(column).as_py()
    return span["min"], span["max"]


def _portions(table: pa.Table) -> Iterator[list[Row]]:
    for position, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(position, field.name, table.column(position).cast(pa.int64()))
    for start in range(0, table.num_rows, 8192):
        yield table.slice(start, 8192).to_pylist()


# The cache as a commit needs it: open, undamaged, and up to the head.


class CurrentState:
    """The cache, brought up to one head after the other; use it under the commit lock."""

    def __init__(self, storage: Storage, log: Log) -> None:
        self._storage = storage
        self._layout = storage.layout
        self._log = log
        self._state: State | None = None
        self._file = -1

    def at(self, head: Snapshot) -> State:
        """Bring the cache to `head`, rebuild it if damaged. ArchiveWriteError when the disk refuses it."""
        try:
            try:
                return self._at(head)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                self.rebuild_because(str(error))
                return self._at(head)
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise ArchiveWriteError(f"Cannot write {self._layout.state}: {error}.") from error

    def rebuild_because(self, reason: str) -> None:
        """Delete the cache and log the reason; `at` rebuilds it."""
        _log.warning("state.sqlite is damaged (%s): it is rebuilt from the log", reason)
        self.close()
        discard_state(self._layout)

    def note(self, *, is_copied: bool = False) -> None:
        """Note the fingerprint of the cache, to detect changes by others; if this fails it is rebuilt."""
        if self._state is not None:
            with contextlib.suppress(OSError):
                fingerprint.note(self._layout, is_copied=is_copied)

    def close(self) -> None:
        """Close the cache, with all writes in the file itself."""
        if self._state is not None:
            # SQLite would do it when the last connection closes, too late for the fingerprint
            is_copied = False
            with contextlib.suppress(sqlite3.Error):
                checkpoint = self._state.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                _, logged, copied = checkpoint
                is_copied = 0 <= logged == copied
            self.note(is_copied=is_copied)
            self._state.close()
            self._state = None

    def _at(self, head: Snapshot) -> State:
        state = self._opened()
        catch_up(state, self._storage, self._log, head)
        self.note()
        return state

    def _opened(self) -> State:
        if self._state is not None and self._file_now() != self._file:
            # rebuilt by another process, or deleted after another machine's purge
            self._state.close()
            self._state = None
        if self._file_now() >= 0 and not fingerprint.is_noted(self._layout):
            if self._state is not None:
                self._state.close()
                self._state = None
            _log.warning(
                "state.sqlite is not as its last writer left it (a kill, a copy, or another program): it is "
                "rebuilt from the log"
            )
            discard_state(self._layout)
        if self._state is None:
            self._state = open_state(self._layout)
            self._file = self._file_now()
        return self._state

    def _file_now(self) -> int:
        try:
            return self._layout.state.stat().st_ino
        except FileNotFoundError:
            return -1


# Purged articles are removed from the tables of the cache, and from the free pages that SQLite leaves behind.


def articles_under(state: State, stones: Tombstones) -> set[str]:
    """Find the articles in the cache that a tombstone names."""
    return {x for (x,) in state.connection.execute("SELECT article_id FROM article") if stones.of_id(x)}


def forget(state: State, stones: Tombstones, snapshot: Snapshot) -> None:
    """Delete what a snapshot purged; part of the transaction that brings the cache to it."""
    db = state.connection
    # a purge that is requested but not yet carried out belongs to another snapshot
    due = [stone for stone in stones.all if stone.at <= snapshot.committed_at]
    due_ids = {stone.id for stone in due}
    purged = set()
    for article_id in articles_under(state, stones):
        stone = stones.of_id(article_id)
        if stone and stone.id in due_ids:
            purged.add(article_id)
    db.execute("CREATE TEMP TABLE gone (number INTEGER PRIMARY KEY)")
    db.executemany("INSERT INTO gone VALUES (?)", [(number,) for number in state.numbers(purged).values()])
    for table, column in (
        *(("version", "article"), ("place", "article"), ("story", "article"), ("pair", "a"), ("pair", "b")),
        *(("alignment", "a"), ("alignment", "b"), ("refusal", "a"), ("refusal", "b"), ("article", "number")),
    ):
        db.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT number FROM gone)")
    db.execute("DROP TABLE gone")
    db.execute(
        "DELETE FROM story WHERE NOT EXISTS"
        f" (SELECT 1 FROM story s WHERE s.key = story.key AND s.article != {NO_ARTICLE})"
    )
    for stone in due:
        keys = [(bytes.fromhex(key),) for key in stone.addresses]
        for table in ("look", "debt"):
            db.executemany(f"DELETE FROM {table} WHERE key = ?", keys)


def scrub(state: State) -> None:
    """Rewrite the file, so that nothing deleted can be read from it. Costs its size."""
    state.connection.execute("VACUUM")
    state.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
