"""Fill the cache from the log: only the files that a snapshot added are read, and no text."""

from __future__ import annotations

import logging
import sqlite3
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from archive.exceptions import ArchiveDamaged, SnapshotNotFound
from archive.fillers import FILLERS, Row
from archive.forgetting import forget
from archive.state import State
from archive.state_tables import CONTENTS
from archive.tables import read
from archive.tombstones import Tombstones

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archive.layout import Layout
    from archive.log import DataFile, Log, Snapshot

_log = logging.getLogger(__name__)

_TIMES = frozenset({"valid_from", "modified_at", "first_seen", "last_seen", "published_at", "observed_at"})
_ORDER = {
    "memberships": ("commit_seq",),
    "decisions": ("commit_seq",),
    "refusals": ("commit_seq",),
    "observations": ("commit_seq", "observed_at"),
}
"""Logs: what was said last holds, so all their files are read in one order."""


def open_state(layout: Layout) -> State:
    """The cache, made anew when what lies there is no database."""
    try:
        return State(layout.state)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # locked, full, read-only: not the file's fault
            raise
        _log.warning("state.sqlite is damaged (%s): it is rebuilt from the log", error)
        discard_state(layout)
        return State(layout.state)


def discard_state(layout: Layout) -> None:
    for suffix in ("", "-wal", "-shm"):
        layout.state.with_name(layout.state.name + suffix).unlink(missing_ok=True)


def catch_up(state: State, layout: Layout, log: Log, head: Snapshot) -> None:
    """Bring the cache to `head`; call it under the commit lock, or on a cache that nobody else writes."""
    stamp = state.about("snapshot")
    if stamp == _stamp(head):
        return
    if stamp is not None:
        try:
            last = log.read(int(stamp.partition(" ")[0]))
            if _stamp(last) == stamp:
                missed = [snapshot for snapshot in log.since(last.id) if snapshot.id <= head.id]
                # what looks have told of these articles since is not in the rows that were written anew
                if all(snapshot.operation != "reread" for snapshot in missed):
                    for snapshot in missed:
                        _transaction(state, partial(_apply, state, layout, snapshot, last))
                        last = snapshot
                    return
        except (SnapshotNotFound, ArchiveDamaged) as error:
            # files of a snapshot in between were collected: the head alone has everything
            _log.info("the cache is filled from the head: %s", error)
    _transaction(state, lambda: _rebuild(state, layout, log, head))


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


def _rebuild(state: State, layout: Layout, log: Log, head: Snapshot) -> None:
    for table in CONTENTS:
        state.connection.execute(f"DELETE FROM {table}")
    _fill(state, layout, head.files)
    # only a segment whose removal was cut short can still be met, so old manifests need not be read
    for snapshot_id in log.ids()[-100:]:
        _add_segments(state, log.read(snapshot_id))
    _remember(state, head)


def _apply(state: State, layout: Layout, snapshot: Snapshot, parent: Snapshot) -> None:
    for new, olds in snapshot.rewrote.items():
        marks = ",".join("?" * len(olds))
        state.connection.execute(f"UPDATE file SET path = ? WHERE path IN ({marks})", (new, *olds))
    if snapshot.operation == "purge":
        forget(state, Tombstones(layout), snapshot)
    before = {file.path for file in parent.files}
    _fill(
        state, layout, [x for x in snapshot.files if x.path not in before and x.path not in snapshot.rewrote]
    )
    _add_segments(state, snapshot)
    _remember(state, snapshot)


def _remember(state: State, snapshot: Snapshot) -> None:
    state.connection.execute("INSERT OR REPLACE INTO about VALUES ('snapshot', ?)", (_stamp(snapshot),))


def _add_segments(state: State, snapshot: Snapshot) -> None:
    ids = [(segment,) for segment in snapshot.segments]
    state.connection.executemany("INSERT OR IGNORE INTO segment VALUES (?)", ids)


def _fill(state: State, layout: Layout, files: Sequence[DataFile]) -> None:
    # one file at a time bounds the memory of a rebuild
    for name, (filler, columns) in FILLERS.items():
        chosen = [file for file in files if file.table == name and file.rows]
        if name in _ORDER:
            for group in _one_after_the_other(layout, chosen, within=len(_ORDER[name]) > 1):
                ordered = read(layout.root, group, columns).sort_by([(x, "ascending") for x in _ORDER[name]])
                for rows in _portions(ordered):
                    filler(state, rows, 0)
            continue
        for file in chosen:
            cursor = state.connection.execute("INSERT INTO file (path) VALUES (?)", (file.path,))
            for rows in _portions(read(layout.root, [file], columns)):
                filler(state, rows, cursor.lastrowid or 0)


def _one_after_the_other(
    layout: Layout, files: Sequence[DataFile], *, within: bool
) -> Iterator[list[DataFile]]:
    """Files of a log in the order of their commits; together only those whose commits overlap.

    `within`: rows of one commit have an order too. Of the other logs a commit has one row for each article.
    """
    spans = sorted(((_commits(layout, file), file) for file in files), key=lambda x: x[0])
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


def _commits(layout: Layout, file: DataFile) -> tuple[int, int]:
    """The first and the last commit whose rows a file has."""
    column = read(layout.root, [file], ["commit_seq"])["commit_seq"]
    span = pc.min_max(column).as_py()
    return span["min"], span["max"]


def _portions(table: pa.Table) -> Iterator[list[Row]]:
    for position, field in enumerate(table.schema):
        if field.name in _TIMES:
            table = table.set_column(position, field.name, table.column(position).cast(pa.int64()))
    for start in range(0, table.num_rows, 8192):
        yield table.slice(start, 8192).to_pylist()
