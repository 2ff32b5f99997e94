"""Fill the cache from the log: only the files that a snapshot added are read, and no text."""

from __future__ import annotations

import json
import logging
import sqlite3
from typing import TYPE_CHECKING

import pyarrow as pa

from archive.addresses import address_key
from archive.exceptions import ArchiveDamaged, SnapshotNotFound
from archive.state import State
from archive.tables import read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archive.layout import Layout
    from archive.log import DataFile, Log, Snapshot

_log = logging.getLogger(__name__)

_ARTICLE = [
    "article_id",
    "story_id",
    "outlet",
    "story_key",
    "version",
    "valid_from",
    "content_hash",
    "raw_sha256",
    "extractor",
    "modified_at",
    "first_seen",
    "last_seen",
    "etag",
    "last_modified",
    "url",
    "requested_url",
    "canonical_url",
    "language",
    "headline",
    "published_at",
    "alternates",
]
_TIMES = frozenset({"valid_from", "modified_at", "first_seen", "last_seen", "published_at", "observed_at"})
_LOOK = [
    "article_id",
    "version",
    "url",
    "requested_url",
    "outcome",
    "reason",
    "observed_at",
    "missing",
    "content_hash",
    "extractor",
    "etag",
    "last_modified",
    "alternates",
    "commit_seq",
]
_ORDER = {
    "memberships": ("commit_seq",),
    "decisions": ("commit_seq",),
    "observations": ("commit_seq", "observed_at"),
}
"""Logs: what was said last holds, so all their files are read in one order."""
Row = dict[str, object]


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
                for snapshot in log.since(last.id):
                    if snapshot.id <= head.id:
                        _transaction(state, lambda s=snapshot, p=last: _apply(state, layout, s, p))  # type: ignore[misc]
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
    for table in ("file", "article", "version", "address", "target", "pair", "story", "segment"):
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
    # articles before what speaks of them; one file at a time bounds the memory of a rebuild
    fillers = {
        "articles": (_articles, [*_ARTICLE]),
        "superseded": (_superseded, ["article_id", "version", "content_hash"]),
        "memberships": (_memberships, ["article_id", "story_id", "commit_seq"]),
        "decisions": (_decisions, None),
        "pairs": (_pairs, ["article_id_a", "article_id_b"]),
        "stories": (_stories, ["story_id"]),
        "observations": (_observations, [*_LOOK]),
    }
    for name, (filler, columns) in fillers.items():
        chosen = [file for file in files if file.table == name and file.rows]
        if name in _ORDER:
            if chosen:
                ordered = read(layout.root, chosen, columns).sort_by([(x, "ascending") for x in _ORDER[name]])
                for rows in _portions(ordered):
                    filler(state, rows, 0)
            continue
        for file in chosen:
            cursor = state.connection.execute("INSERT INTO file (path) VALUES (?)", (file.path,))
            for rows in _portions(read(layout.root, [file], columns)):
                filler(state, rows, cursor.lastrowid or 0)


def _portions(table: pa.Table) -> Iterator[list[Row]]:
    for position, field in enumerate(table.schema):
        if field.name in _TIMES:
            table = table.set_column(position, field.name, table.column(position).cast(pa.int64()))
    for start in range(0, table.num_rows, 8192):
        yield table.slice(start, 8192).to_pylist()


def _articles(state: State, rows: list[Row], file: int) -> None:
    db = state.connection
    names = ", ".join(_ARTICLE)
    keep = ", ".join(
        f"{name} = excluded.{name}" for name in _ARTICLE if name not in {"article_id", "story_id"}
    )
    # the story of a known article is changed by _memberships, which looks at the one it leaves
    for row in rows:
        targets = row["alternates"]
        row["alternates"] = _alternates(targets)
        _add_targets(state, row["article_id"], targets)
        _add_addresses(state, row)
    db.executemany(
        f"INSERT INTO article ({names}) VALUES ({', '.join(':' + name for name in _ARTICLE)})"
        f" ON CONFLICT DO UPDATE SET {keep}, reread_hash = NULL,"
        " reread_extractor = NULL, missing = 0",
        rows,
    )
    values = [(row["article_id"], row["version"], row["content_hash"], file, 1) for row in rows]
    db.executemany("INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?)", values)


def _superseded(state: State, rows: list[Row], file: int) -> None:
    values = [(row["article_id"], row["version"], row["content_hash"], file, 0) for row in rows]
    state.connection.executemany("INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?)", values)


def _memberships(state: State, rows: list[Row], _file: int) -> None:
    values = [(row["story_id"], row["article_id"]) for row in rows]
    left = state.connection
    old = {
        story_id
        for row in rows
        for (story_id,) in left.execute(
            "SELECT story_id FROM article WHERE article_id = ?", (row["article_id"],)
        )
    }
    left.executemany("UPDATE article SET story_id = ? WHERE article_id = ?", values)
    empty = (
        "DELETE FROM story WHERE story_id = ? AND NOT EXISTS (SELECT 1 FROM article a WHERE a.story_id = ?)"
    )
    left.executemany(empty, [(story_id, story_id) for story_id in old])


def _decisions(state: State, rows: list[Row], _file: int) -> None:
    values = [
        (
            row["article_id_a"],
            row["article_id_b"],
            row["evidence"],
            row["reciprocal"],
            row["score"],
            row["details"],
        )
        for row in rows
    ]
    state.connection.executemany(
        "INSERT INTO pair VALUES (?, ?, ?, ?, ?, ?, NULL)"
        " ON CONFLICT DO UPDATE SET evidence = excluded.evidence, reciprocal = excluded.reciprocal,"
        " score = excluded.score, details = excluded.details",
        values,
    )


def _pairs(state: State, rows: list[Row], file: int) -> None:
    values = [(file, row["article_id_a"], row["article_id_b"]) for row in rows]
    state.connection.executemany("UPDATE pair SET file = ? WHERE a = ? AND b = ?", values)


def _stories(state: State, rows: list[Row], file: int) -> None:
    values = [(row["story_id"], file) for row in rows]
    state.connection.executemany("INSERT OR REPLACE INTO story VALUES (?, ?)", values)


def _observations(state: State, rows: list[Row], _file: int) -> None:
    db = state.connection
    for row in rows:
        if row["article_id"] is None:
            continue
        if row["missing"] is not None:
            db.execute("UPDATE article SET missing = :missing WHERE article_id = :article_id", row)
        if row["outcome"] not in {"archived", "unchanged"}:
            continue
        db.execute(
            "UPDATE article SET missing = 0, first_seen = min(first_seen, :observed_at),"
            " last_seen = max(last_seen, :observed_at), etag = coalesce(:etag, etag),"
            " last_modified = coalesce(:last_modified, last_modified) WHERE article_id = :article_id",
            row,
        )
        _add_addresses(state, row)
        if row["content_hash"] is not None and row["reason"] == "new-extractor":
            db.execute(
                "UPDATE article SET reread_hash = :content_hash, reread_extractor = :extractor"
                " WHERE article_id = :article_id AND version = :version",
                row,
            )
        if row["alternates"] is not None:
            _add_targets(state, row["article_id"], row["alternates"])
            values = (_alternates(row["alternates"]), row["article_id"])
            db.execute("UPDATE article SET alternates = ? WHERE article_id = ?", values)


def _alternates(items: object) -> str:
    triples = [(x["language"], x["url"], x["source"]) for x in items]  # type: ignore[attr-defined]
    return json.dumps(triples, ensure_ascii=False)


def _add_addresses(state: State, row: Row) -> None:
    """Rank 0: the address itself; 1: what was asked for; 2: what the page calls canonical."""
    names = enumerate(("url", "requested_url", "canonical_url"))
    values = [
        (address_key(str(row[n])), rank, row["article_id"]) for rank, n in names if row.get(n) is not None
    ]
    state.connection.executemany("INSERT OR IGNORE INTO address VALUES (?, ?, ?)", values)


def _add_targets(state: State, article_id: object, alternates: object) -> None:
    values = [(address_key(x["url"]), article_id) for x in alternates if x["url"]]  # type: ignore[attr-defined]
    state.connection.executemany("INSERT OR IGNORE INTO target VALUES (?, ?)", values)
