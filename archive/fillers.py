"""How the rows of each table fill the cache; archive/replay.py reads them, file by file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archive.addresses import address_key
from archive.records import SEPARATED

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from archive.state import State

Row = dict[str, object]

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
_ALIGNMENT = [
    *("article_id_a", "article_id_b", "version_a", "version_b", "kind"),
    *("characters_a", "characters_b", "commit_seq"),
]


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
        " score = excluded.score, details = excluded.details,"
        f" file = CASE excluded.evidence WHEN '{SEPARATED}' THEN NULL ELSE file END",
        values,
    )


def _pairs(state: State, rows: list[Row], file: int) -> None:
    values = [(file, row["article_id_a"], row["article_id_b"]) for row in rows]
    state.connection.executemany("UPDATE pair SET file = ? WHERE a = ? AND b = ?", values)


def _stories(state: State, rows: list[Row], file: int) -> None:
    values = [(row["story_id"], file) for row in rows]
    state.connection.executemany("INSERT OR REPLACE INTO story VALUES (?, ?)", values)


def _alignments(state: State, rows: list[Row], file: int) -> None:
    # a couple may lie in two portions of rows, so its characters are added up
    state.connection.executemany(
        "INSERT INTO alignment VALUES (:article_id_a, :article_id_b, :commit_seq, :version_a, :version_b,"
        " :characters_a, iif(:both, :characters_a, 0), :characters_b, iif(:both, :characters_b, 0), :file)"
        " ON CONFLICT DO UPDATE SET whole_a = whole_a + excluded.whole_a,"
        " partnered_a = partnered_a + excluded.partnered_a, whole_b = whole_b + excluded.whole_b,"
        " partnered_b = partnered_b + excluded.partnered_b, file = excluded.file",
        [row | {"file": file, "both": row["kind"] in {"aligned", "moved"}} for row in rows],
    )


def _former_alignments(state: State, rows: list[Row], _file: int) -> None:
    keys = {(row["article_id_a"], row["article_id_b"], row["commit_seq"]) for row in rows}
    state.connection.executemany("DELETE FROM alignment WHERE a = ? AND b = ? AND seq = ?", sorted(keys))


def _refusals(state: State, rows: list[Row], _file: int) -> None:
    state.connection.executemany(
        "INSERT OR REPLACE INTO refusal VALUES (:article_id_a, :article_id_b, :reason, :evidence, :kept)",
        rows,
    )


def _observations(state: State, rows: list[Row], _file: int) -> None:
    db = state.connection
    for row in rows:
        if row["outcome"] not in {"archived", "unchanged"}:
            _add_look(db, row)
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


def _add_look(db: sqlite3.Connection, row: Row) -> None:
    """The last look at an address that brought no article, so that the crawl need not repeat it."""
    db.execute(
        "INSERT INTO look VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET outcome = excluded.outcome,"
        " reason = excluded.reason, observed_at = excluded.observed_at",
        (address_key(str(row["requested_url"])), row["outcome"], row["reason"], row["observed_at"]),
    )


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


FILLERS: dict[str, tuple[Callable[[State, list[Row], int], None], list[str] | None]] = {
    "articles": (_articles, [*_ARTICLE]),
    "superseded": (_superseded, ["article_id", "version", "content_hash"]),
    "memberships": (_memberships, ["article_id", "story_id", "commit_seq"]),
    "decisions": (_decisions, None),
    "pairs": (_pairs, ["article_id_a", "article_id_b"]),
    "stories": (_stories, ["story_id"]),
    "alignments": (_alignments, [*_ALIGNMENT]),
    "former_alignments": (_former_alignments, ["article_id_a", "article_id_b", "commit_seq"]),
    "refusals": (_refusals, ["article_id_a", "article_id_b", "reason", "evidence", "kept", "commit_seq"]),
    "observations": (_observations, [*_LOOK]),
}
"""In this order: articles before what speaks of them. None: all columns."""
