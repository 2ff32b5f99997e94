"""The cache of a synthetic archive, filled in the order of its trees; a test compares it with a real one."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from archive.commit.fold import KEPT_MANIFESTS
from archive.format.records import CACHED_COLUMNS
from archive.state import fingerprint, replay
from archive.state.database import NO_ARTICLE
from archive.state.model import ID, TARGET, URL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from sqlite3 import Connection

    from archive.format.snapshot import DataFile, Snapshot
    from archive.storage.interface import Storage

_CACHED = [column.name for column in CACHED_COLUMNS]


def fill(storage: Storage, head: Snapshot) -> None:
    """Make the cache of `head`, whose articles have one version each and no other address than their own."""
    layout = storage.layout
    state = replay.open_state(layout)
    db = state.connection
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("BEGIN")
    of = {name: [x for x in head.stored(name) if x.rows] for name in ("articles", "pairs", "stories")}
    numbered: dict[str, int] = {}
    for files in of.values():
        for file in files:
            numbered[file.path] = (
                db.execute("INSERT INTO file (path) VALUES (?)", (file.path,)).lastrowid or 0
            )
    own, targets, joined = _fill_articles(storage, db, of["articles"], numbered)
    _fill_pairs(storage, db, of["pairs"], numbered, own)
    numbers = np.arange(1, len(own) + 1)
    keys = np.concatenate((own, own, targets[0]))
    roles = np.repeat((ID, URL, TARGET), (len(own), len(own), len(targets[0])))
    _insert_sorted(db, "place", keys, roles, np.concatenate((numbers, numbers, targets[1])))
    del keys, roles, targets, own
    _fill_stories(storage, db, of["stories"], numbered, joined, numbers)
    recent = range(max(1, head.id - KEPT_MANIFESTS + 1), head.id + 1)
    db.executemany("INSERT INTO segment VALUES (?)", [(f"{number:032x}",) for number in recent])
    state.remember("snapshot", f"{head.id} {head.committed_at.isoformat()}")
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    fingerprint.note(layout)
    state.close()
    fingerprint.note(layout)


def _columns(storage: Storage, file: DataFile, names: Sequence[str]) -> dict[str, list[object]]:
    (path,) = storage.present([file])
    table = pq.read_table(path, columns=list(names), partitioning=None)
    return {
        name: (
            table[name].cast(pa.int64()) if pa.types.is_timestamp(table[name].type) else table[name]
        ).to_pylist()
        for name in names
    }


def _keys(ids: Sequence[object]) -> np.ndarray:
    """Two numbers for each id of 32 hexadecimal digits: they sort as its bytes do."""
    return np.frombuffer(bytes.fromhex("".join(map(str, ids))), ">u8").reshape(-1, 2).astype(np.uint64)


def _packed(keys: np.ndarray) -> Iterator[bytes]:
    for start in range(0, len(keys), 1 << 16):
        data = keys[start : start + (1 << 16)].astype(">u8").tobytes()
        yield from (data[x : x + 16] for x in range(0, len(data), 16))


def _fill_articles(
    storage: Storage, db: Connection, files: Sequence[DataFile], numbered: dict[str, int]
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Key of each article, keys that articles name with their numbers, and the key of each one's story."""
    names = ["number", *_CACHED]
    sql = f"INSERT INTO article ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    own, named, naming, stories = [], [], [], []
    number = 1
    for file in files:
        found = _columns(storage, file, _CACHED)
        numbers = range(number, number + file.rows)
        number += file.rows
        own.append(_keys(found["article_id"]))
        stories.append(_keys(found["story_id"]))
        urls = [
            (x["url"], one)
            for one, url, items in zip(numbers, found["url"], found["alternates"], strict=True)
            for x in items
            if x["url"] != url
        ]
        named.append(_keys([hashlib.blake2b(x.encode(), digest_size=16).hexdigest() for x, _ in urls]))
        naming.append(np.array([one for _, one in urls], np.int64))
        found["alternates"] = [
            json.dumps([(x["language"], x["url"], x["source"]) for x in items], ensure_ascii=False)
            for items in found["alternates"]
        ]
        db.executemany(sql, zip(numbers, *(found[name] for name in _CACHED), strict=True))
        where = numbered[file.path]
        db.executemany(
            "INSERT INTO version VALUES (?, 1, ?, ?, 1)",
            ((one, text, where) for one, text in zip(numbers, found["content_hash"], strict=True)),
        )
    return np.concatenate(own), (np.concatenate(named), np.concatenate(naming)), np.concatenate(stories)


def _insert_sorted(
    db: Connection, table: str, keys: np.ndarray, second: np.ndarray, third: np.ndarray
) -> None:
    order = np.lexsort((third, second, keys[:, 1], keys[:, 0]))
    for start in range(0, len(order), 1 << 20):
        part = order[start : start + (1 << 20)]
        rows = zip(_packed(keys[part]), second[part].tolist(), third[part].tolist(), strict=True)
        db.executemany(f"INSERT INTO {table} VALUES (?, ?, ?)", rows)


def _fill_stories(  # noqa: PLR0917
    storage: Storage,
    db: Connection,
    files: Sequence[DataFile],
    numbered: dict[str, int],
    joined: np.ndarray,
    numbers: np.ndarray,
) -> None:
    own = [_keys(_columns(storage, file, ["story_id"])["story_id"]) for file in files]
    where = np.concatenate([np.full(file.rows, numbered[file.path]) for file in files])
    keys = np.concatenate((*own, joined))
    articles = np.concatenate((np.full(len(where), NO_ARTICLE), numbers))
    _insert_sorted(db, "story", keys, articles, np.concatenate((where, np.zeros(len(numbers), np.int64))))
    db.execute(f"UPDATE story SET file = NULL WHERE article != {NO_ARTICLE}")


def _fill_pairs(
    storage: Storage, db: Connection, files: Sequence[DataFile], numbered: dict[str, int], own: np.ndarray
) -> None:
    order = np.argsort(own[:, 0])
    ordered = own[order, 0]
    rows = []
    for file in files:
        found = _columns(storage, file, ["article_id_a", "article_id_b", "evidence", "reciprocal", "details"])
        a, b = (
            (order[np.searchsorted(ordered, _keys(found[side])[:, 0])] + 1).tolist()
            for side in ("article_id_a", "article_id_b")
        )
        where = [numbered[file.path]] * file.rows
        more = (found["evidence"], map(int, found["reciprocal"]), [None] * file.rows, found["details"], where)
        rows += zip(a, b, *more, strict=True)
    rows.sort(key=lambda row: row[:2])
    db.executemany("INSERT INTO pair VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
