"""Purged articles and the cache: out of its tables, and out of the free pages that SQLite leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.state_tables import NO_ARTICLE

if TYPE_CHECKING:
    from archive.log import Snapshot
    from archive.state import State
    from archive.tombstones import Tombstones


def articles_under(state: State, stones: Tombstones) -> set[str]:
    """Ids of the articles that the cache still has and a tombstone names."""
    return {x for (x,) in state.connection.execute("SELECT article_id FROM article") if stones.of_id(x)}


def forget(state: State, stones: Tombstones, snapshot: Snapshot) -> None:
    """Follow a snapshot that purged; part of the transaction that brings the cache to it."""
    db = state.connection
    # a purge that is asked for but not yet carried out is another snapshot's
    due = {stone.id for stone in stones.all if stone.at <= snapshot.committed_at}
    named = articles_under(state, stones)
    gone = {x for x in named if (stone := stones.of_id(x)) and stone.id in due}
    numbers = [(number,) for number in state.numbers(gone).values()]
    db.execute("CREATE TEMP TABLE gone (number INTEGER PRIMARY KEY)")
    db.executemany("INSERT INTO gone VALUES (?)", numbers)
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
    keys = [(bytes.fromhex(key),) for stone in stones.all if stone.id in due for key in stone.addresses]
    db.executemany("DELETE FROM look WHERE key = ?", keys)


def scrub(state: State) -> None:
    """Write the file anew, so that nothing deleted can be read out of it. Costs its size."""
    state.connection.execute("VACUUM")
    state.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
