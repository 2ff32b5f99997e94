"""Duplicate rows: reported by `verify`, removed by `repair`.

A cache that lost an article used to archive it again as a new one. No text is dropped: all texts of an
article become its versions, in the order in which they were fetched.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from archive.commit.next_snapshot import NextSnapshot, Operation
from archive.format.schema import STORED
from archive.format.snapshot import DataFile, Snapshot
from archive.operations import key_hashes
from archive.storage.interface import Storage
from archive.tables.parquet_files import read

Row = dict[str, Any]

REPAIR = Operation("repair")
_COUPLE = ("article_id_a", "article_id_b")
_KEYS = {
    "articles": ("article_id",),
    "superseded": ("article_id", "version"),
    "former_readings": ("article_id", "version", "commit_seq"),
    "observations": (
        *("requested_url", "url", "outcome", "reason", "observed_at", "run_id", "article_id", "version"),
        "outlet",
    ),
    "stories": ("story_id",),
    "pairs": _COUPLE,
    "memberships": ("article_id", "commit_seq"),
    "decisions": (*_COUPLE, "commit_seq"),
    "refusals": (*_COUPLE, "reason", "commit_seq"),
    "alignments": (*_COUPLE, "commit_seq", "position"),
    "former_alignments": (*_COUPLE, "commit_seq", "position"),
    "same_event": (*_COUPLE, "commit_seq"),
}
"""Columns that identify a row of a stored table."""
_TEXTS = ("articles", "superseded")
_VERSION = ("article_id", "version")


def duplicate_rows(storage: Storage, head: Snapshot) -> Iterator[str]:
    """Messages about the duplicate rows of the head; reads only their keys."""
    for table, keys in _KEYS.items():
        for row in _repeated(storage, head.stored(table), keys):
            yield f"{table}: {_formatted(row, keys)} is there {row['count_all']} times"
    for article_id, version in _in_both(storage, head):
        yield f"versions: {article_id} {version} is a latest text and an earlier one"


def _in_both(storage: Storage, head: Snapshot) -> list[tuple[object, ...]]:
    """The versions that are a row of both tables of texts."""
    latest, earlier = head.stored("articles"), head.stored("superseded")
    hashes_of, rows_with = key_hashes.hashes_of, key_hashes.rows_with
    shared = np.intersect1d(hashes_of(storage, latest, _VERSION), hashes_of(storage, earlier, _VERSION))
    versions = _row_keys(rows_with(storage, latest, _VERSION, shared), _VERSION)
    return sorted(
        set(versions).intersection(_row_keys(rows_with(storage, earlier, _VERSION, shared), _VERSION))
    )


def remove_duplicates(following: NextSnapshot) -> Snapshot | None:
    """Rewrite the files that have duplicate rows without them; None where there are none."""
    storage, head = following.storage, following.head
    for table in _KEYS.keys() - {*_TEXTS, "stories"}:
        _deduplicate(following, table)
    repeated = _repeated(storage, head.stored("articles"), ("article_id",))
    repeated += _repeated(storage, head.stored("articles", "superseded"), _VERSION)
    if repeated:
        _merge_articles(following, {str(row["article_id"]) for row in repeated})
    _deduplicate(following, "stories")
    return following.finish() if following.has_replaced else None


def _deduplicate(following: NextSnapshot, table: str) -> None:
    """Keep the first row of each key in the order of commits and files; of stories and pairs the last row."""
    keys = _KEYS[table]
    storage = following.storage
    files = following.head.stored(table)
    repeated = {_key(row, keys) for row in _repeated(storage, files, keys)}
    if not repeated:
        return
    file_keys = [_row_keys(read(storage, [file], [*keys]), keys) for file in files]
    places: dict[tuple[object, ...], list[tuple[int, int, int]]] = {}
    for number, file in enumerate(files):
        seqs = read(storage, [file], ["commit_seq"])["commit_seq"].to_pylist()
        for row, (key, seq) in enumerate(zip(file_keys[number], seqs, strict=True)):
            if key in repeated:
                places.setdefault(key, []).append((seq, number, row))
    choose = max if table in {"stories", "pairs"} else min
    chosen = {key: choose(of_key)[1:] for key, of_key in places.items()}
    for number, file in enumerate(files):
        mask = [chosen.get(key, (number, row)) == (number, row) for row, key in enumerate(file_keys[number])]
        if not all(mask):
            following.replace([file], read(storage, [file]).filter(pa.array(mask, pa.bool_())))


def _merge_articles(following: NextSnapshot, articles: set[str]) -> None:
    storage = following.storage
    ids = pa.array(sorted(articles), pa.string())
    rows: dict[str, list[Row]] = {article_id: [] for article_id in sorted(articles)}
    for table in _TEXTS:
        for file in following.head.stored(table):
            hits = pc.is_in(read(storage, [file], ["article_id"])["article_id"], value_set=ids)
            if pc.any(hits).as_py():
                contents = read(storage, [file])
                for row in contents.filter(hits).to_pylist():
                    rows[row["article_id"]].append(row)
                following.replace([file], contents.filter(pc.invert(hits)))
    texts: dict[str, list[Row]] = {"articles": [], "superseded": []}
    for of_article in rows.values():
        *earlier, latest = _history(of_article)
        texts["superseded"] += earlier
        texts["articles"].append(latest)
    for table, new_rows in texts.items():
        following.add(table, pa.Table.from_pylist(new_rows, schema=STORED[table]))


def _history(rows: list[Row]) -> list[Row]:
    """The versions of one article, without repeated texts, numbered in the order of their fetching."""
    ordered = sorted(rows, key=lambda row: (row["valid_from"], row["commit_seq"]))
    history: list[Row] = []
    for row in ordered:
        if history and history[-1]["content_hash"] == row["content_hash"]:
            history[-1]["last_seen"] = max(history[-1]["last_seen"], row["last_seen"])
        else:
            history.append(dict(row))
    first = min(row["first_seen"] for row in rows)
    story = max(rows, key=lambda row: row["commit_seq"])["story_id"]
    for number, row in enumerate(history, 1):
        row |= {"version": number, "valid_to": None, "first_seen": first, "story_id": story}
    for row, following in pairwise(history):
        row["valid_to"] = following["valid_from"]
    return history


def _repeated(storage: Storage, files: Sequence[DataFile], keys: Sequence[str]) -> list[Row]:
    """The keys that occur more than once, with counts."""
    counts = key_hashes.repeated_rows(storage, files, keys).group_by([*keys]).aggregate([([], "count_all")])
    rows: list[Row] = counts.filter(pc.field("count_all") > 1).to_pylist()
    return rows


def _row_keys(table: pa.Table, keys: Iterable[str]) -> list[tuple[object, ...]]:
    return list(zip(*table.select([*keys]).to_pydict().values(), strict=True))


def _key(row: Row, keys: Iterable[str]) -> tuple[object, ...]:
    return tuple(row[name] for name in keys)


def _formatted(row: Row, keys: Iterable[str]) -> str:
    return " ".join(str(row[name]) for name in keys if row[name] is not None)
