"""Rows that are there twice, whatever has made them: found by `verify`, mended by `repair`.

A cache that had lost an article once took it for a new one. No text is dropped where it is mended: all texts
of an article become its versions, in the order in which they were fetched.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from archive.commit.next_snapshot import Operation
from archive.format.schema import STORED
from archive.tables.parquet_files import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from archive.commit.next_snapshot import NextSnapshot
    from archive.format.snapshot import Snapshot
    from archive.storage.interface import Storage

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
"""Columns by which two rows of a stored table are one."""
_TEXTS = ("articles", "superseded")


def doubled_rows(storage: Storage, head: Snapshot) -> Iterator[str]:
    """Sentences on the rows of the head that are there more than once; reads only their keys."""
    for table, keys in _KEYS.items():
        for row in _counted(_keys(storage, head, table), keys):
            yield f"{table}: {_shown(row, keys)} is there {row['count_all']} times"
    for row in _counted(_versions(storage, head), ("article_id", "version")):
        if row["tables_count_distinct"] == 2:
            yield f"versions: {_shown(row, ('article_id', 'version'))} is a latest text and an earlier one"


def mend(following: NextSnapshot) -> Snapshot | None:
    """Write the files that have doubled rows again without them; None where there are none."""
    storage, head = following.storage, following.head
    for table in _KEYS.keys() - {*_TEXTS, "stories"}:
        _mend_table(following, table)
    articles = {str(row["article_id"]) for row in _counted(_keys(storage, head, "articles"), ("article_id",))}
    articles |= {
        str(row["article_id"]) for row in _counted(_versions(storage, head), ("article_id", "version"))
    }
    if articles:
        _mend_articles(following, articles)
    _mend_table(following, "stories")
    return following.finish() if following.has_replaced else None


def _mend_table(following: NextSnapshot, table: str) -> None:
    """Keep the first row of each key, in the order of the files; of a state in place of a log the last."""
    keys = _KEYS[table]
    storage = following.storage
    doubled = {_key(row, keys) for row in _counted(_keys(storage, following.head, table), keys)}
    if not doubled:
        return
    files = following.head.stored(table)
    columns = [(*_found(read(storage, [file], [*keys]), keys),) for file in files]
    seqs = [read(storage, [file], ["commit_seq"])["commit_seq"].to_pylist() for file in files]
    places = [
        (seq, number, row, key)
        for number, (found, own) in enumerate(zip(columns, seqs, strict=True))
        for row, (key, seq) in enumerate(zip(found, own, strict=True))
        if key in doubled
    ]
    last = table in {"stories", "pairs"}
    chosen = {key: (number, row) for _, number, row, key in sorted(places, reverse=not last, key=_place)}
    for number, file in enumerate(files):
        found = columns[number]
        keep = [key not in doubled or chosen[key] == (number, row) for row, key in enumerate(found)]
        if not all(keep):
            following.replace([file], read(storage, [file]).filter(pa.array(keep, pa.bool_())))


def _place(item: tuple[int, int, int, tuple[object, ...]]) -> tuple[int, int, int]:
    return item[:3]


def _mend_articles(following: NextSnapshot, articles: set[str]) -> None:
    storage = following.storage
    ids = pa.array(sorted(articles), pa.string())
    rows: list[Row] = []
    for table in _TEXTS:
        for file in following.head.stored(table):
            hits = pc.is_in(read(storage, [file], ["article_id"])["article_id"], value_set=ids)
            if pc.any(hits).as_py():
                whole = read(storage, [file])
                rows += whole.filter(hits).to_pylist()
                following.replace([file], whole.filter(pc.invert(hits)))
    texts: dict[str, list[Row]] = {"articles": [], "superseded": []}
    for article_id in sorted(articles):
        *earlier, latest = _history([row for row in rows if row["article_id"] == article_id])
        texts["superseded"] += earlier
        texts["articles"].append(latest)
    for table, found in texts.items():
        following.add(table, pa.Table.from_pylist(found, schema=STORED[table]))


def _history(rows: list[Row]) -> list[Row]:
    """The versions of one article, each text once in a row, numbered in the order of their fetching."""
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


def _keys(storage: Storage, head: Snapshot, table: str) -> pa.Table:
    return read(storage, head.stored(table), [*_KEYS[table]])


def _versions(storage: Storage, head: Snapshot) -> pa.Table:
    parts = [read(storage, head.stored(table), ["article_id", "version"]) for table in _TEXTS]
    marks = [
        part.append_column("tables", pa.array([number] * len(part), pa.int8()))
        for number, part in enumerate(parts)
    ]
    return pa.concat_tables(marks)


def _counted(table: pa.Table, keys: Sequence[str]) -> list[Row]:
    """The keys that occur more than once."""
    more = [("tables", "count_distinct")] if "tables" in table.column_names else []
    counted = table.group_by([*keys]).aggregate([([], "count_all"), *more])
    rows: list[Row] = counted.filter(pc.field("count_all") > 1).to_pylist()
    return rows


def _found(table: pa.Table, keys: Iterable[str]) -> Iterator[tuple[object, ...]]:
    return zip(*(table[name].to_pylist() for name in keys), strict=True)


def _key(row: Row, keys: Iterable[str]) -> tuple[object, ...]:
    return tuple(row[name] for name in keys)


def _shown(row: Row, keys: Iterable[str]) -> str:
    return " ".join(str(row[name]) for name in keys if row[name] is not None)
