"""Fillers of the cache, one for the rows of each table; archive/state/replay.py reads them, file by file."""

from __future__ import annotations

import json
from dataclasses import astuple
from typing import TYPE_CHECKING

from archive.addresses import address_key
from archive.format.records import FEED, KEPT_COLUMNS, NO_PAIR
from archive.state.database import NO_ARTICLE
from archive.state.debts import Debt, Failure, debt_of, failure_of, fold
from archive.state.model import CANONICAL, ID, REQUESTED, TARGET, URL, id_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from sqlite3 import Connection

    from archive.state.database import State

Row = dict[str, object]
Place = tuple[bytes, int, int]
"""A row of the table `place`: key, role, number of the article."""

_ARTICLE = [column.name for column in KEPT_COLUMNS]
_OBSERVATION = [
    "article_id",
    "version",
    "url",
    "requested_url",
    "outcome",
    "reason",
    "detail",
    "outlet",
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
    ids = [str(row["article_id"]) for row in rows]
    numbers = state.numbers(ids)
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM article").fetchone()
    new = [x for x in dict.fromkeys(ids) if x not in numbers]
    numbers |= {article_id: last + place for place, article_id in enumerate(new, 1)}
    fresh = set(new)
    _add_members(
        db, [(row["story_id"], numbers[str(row["article_id"])]) for row in rows if row["article_id"] in fresh]
    )
    places = {(id_key(x), ID, numbers[x]) for x in new}
    for row in rows:
        number = row["number"] = numbers[str(row["article_id"])]
        own = _addresses(number, row)
        places |= own | _targets(number, row["alternates"], own)
        row["alternates"] = _alternates(row["alternates"])
    _add_places(db, places)
    # the story of a known article is changed by _memberships, which looks at the one it leaves
    keep = ", ".join(f"{x} = excluded.{x}" for x in _ARTICLE if x not in {"article_id", "story_id"})
    names = ["number", *_ARTICLE]
    db.executemany(
        f"INSERT INTO article ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"
        f" ON CONFLICT DO UPDATE SET {keep}, reread_hash = NULL, reread_extractor = NULL, missing = 0",
        rows,
    )
    _add_versions(db, rows, numbers, file, latest=1)


def _superseded(state: State, rows: list[Row], file: int) -> None:
    numbers = _numbers(state, rows)
    _add_versions(state.connection, rows, numbers, file, latest=0)
    # what an earlier text called itself is known only from its row
    _add_places(
        state.connection, {x for row in rows for x in _addresses(numbers[str(row["article_id"])], row)}
    )


def _add_versions(db: Connection, rows: list[Row], numbers: dict[str, int], file: int, latest: int) -> None:
    values = [
        (numbers[str(row["article_id"])], row["version"], row["content_hash"], file, latest) for row in rows
    ]
    db.executemany("INSERT OR REPLACE INTO version VALUES (?, ?, ?, ?, ?)", values)


def _memberships(state: State, rows: list[Row], _file: int) -> None:
    """Move articles to other stories, in the order of the commits: the last story holds."""
    db = state.connection
    story_of = {str(row["article_id"]): str(row["story_id"]) for row in rows}
    moved = [
        (article_id, number, old, story_of[article_id])
        for article_id, number, old in state.homes(story_of)
        if old != story_of[article_id]
    ]
    db.executemany("UPDATE article SET story_id = ? WHERE number = ?", [(x[3], x[1]) for x in moved])
    left = sorted({(id_key(old), number) for _, number, old, _ in moved})
    db.executemany("DELETE FROM story WHERE key = ? AND article = ?", left)
    _add_members(db, [(new, number) for _, number, _, new in moved])
    # a story without members has no row any more either
    db.executemany(
        "DELETE FROM story WHERE key = ? AND NOT EXISTS"
        f" (SELECT 1 FROM story s WHERE s.key = story.key AND s.article != {NO_ARTICLE})",
        [(key,) for key, _ in left],
    )


def _decisions(state: State, rows: list[Row], _file: int) -> None:
    state.connection.executemany(
        "INSERT INTO pair VALUES (:a, :b, :evidence, :reciprocal, :score, :details, NULL)"
        " ON CONFLICT DO UPDATE SET evidence = excluded.evidence, reciprocal = excluded.reciprocal,"
        " score = excluded.score, details = excluded.details,"
        f" file = CASE WHEN excluded.evidence IN {tuple(sorted(NO_PAIR))} THEN NULL ELSE file END",
        _both(state, rows),
    )


def _pairs(state: State, rows: list[Row], file: int) -> None:
    values = [(file, row["a"], row["b"]) for row in _both(state, rows)]
    state.connection.executemany("UPDATE pair SET file = ? WHERE a = ? AND b = ?", values)


def _stories(state: State, rows: list[Row], file: int) -> None:
    values = sorted((id_key(str(row["story_id"])), NO_ARTICLE, file) for row in rows)
    state.connection.executemany("INSERT OR REPLACE INTO story VALUES (?, ?, ?)", values)


def _alignments(state: State, rows: list[Row], file: int) -> None:
    # a couple may lie in two portions of rows, so its characters are added up
    state.connection.executemany(
        "INSERT INTO alignment VALUES (:a, :b, :commit_seq, :version_a, :version_b,"
        " :characters_a, iif(:both, :characters_a, 0), :characters_b, iif(:both, :characters_b, 0), :file)"
        " ON CONFLICT DO UPDATE SET whole_a = whole_a + excluded.whole_a,"
        " partnered_a = partnered_a + excluded.partnered_a, whole_b = whole_b + excluded.whole_b,"
        " partnered_b = partnered_b + excluded.partnered_b, file = excluded.file",
        [row | {"file": file, "both": row["kind"] in {"aligned", "moved"}} for row in _both(state, rows)],
    )


def _former_alignments(state: State, rows: list[Row], _file: int) -> None:
    keys = {(row["a"], row["b"], row["commit_seq"]) for row in _both(state, rows)}
    state.connection.executemany("DELETE FROM alignment WHERE a = ? AND b = ? AND seq = ?", list(keys))


def _refusals(state: State, rows: list[Row], _file: int) -> None:
    state.connection.executemany(
        "INSERT OR REPLACE INTO refusal VALUES (:a, :b, :reason, :evidence, :kept)", _both(state, rows)
    )


def _observations(state: State, rows: list[Row], _file: int) -> None:
    db = state.connection
    numbers = _numbers(state, rows)
    places: set[Place] = set()
    for row in rows:
        held = row["outcome"] in {"archived", "unchanged"}
        if not held:
            _add_last_observation(db, row)
        number = row["number"] = numbers.get(str(row["article_id"]))
        if number is None:
            continue
        if row["missing"] is not None:
            db.execute("UPDATE article SET missing = :missing WHERE number = :number", row)
        if not held:
            continue
        db.execute(
            "UPDATE article SET missing = 0, first_seen = min(first_seen, :observed_at),"
            " last_seen = max(last_seen, :observed_at), etag = coalesce(:etag, etag),"
            " last_modified = coalesce(:last_modified, last_modified) WHERE number = :number",
            row,
        )
        own = _addresses(number, row)
        places |= own
        if row["content_hash"] is not None and row["reason"] == "new-extractor":
            db.execute(
                "UPDATE article SET reread_hash = :content_hash, reread_extractor = :extractor"
                " WHERE number = :number AND version = :version",
                row,
            )
        if row["alternates"] is not None:
            places |= _targets(number, row["alternates"], own)
            values = (_alternates(row["alternates"]), number)
            db.execute("UPDATE article SET alternates = ? WHERE number = ?", values)
    _add_places(db, places)
    _add_debts(db, rows)


def _add_debts(db: Connection, rows: list[Row]) -> None:
    """Update the debts; rows have their numbers already, as a page that the archive has is no debt."""
    of_feed = _from_feed(db, {row["number"] for row in rows})
    failures: list[tuple[bytes, Failure | None, bool]] = []
    for row in rows:
        came = row["outcome"] in {"archived", "unchanged"}
        if came and row["number"] in of_feed:
            continue
        if str(row["requested_url"]).startswith("purged:"):
            continue
        asked = address_key(str(row["requested_url"]))
        if came or (row["number"] is not None and row["number"] not in of_feed):
            failures += [(key, None, False) for key in {asked, address_key(str(row["url"]))}]
        else:
            failures.append((asked, failure_of(row), row["number"] in of_feed))
    keys = sorted({key for key, _, _ in failures})
    before: dict[bytes, Debt] = {}
    for start in range(0, len(keys), 500):
        portion = keys[start : start + 500]
        marks = ",".join("?" * len(portion))
        found = db.execute(f"SELECT * FROM debt WHERE key IN ({marks})", portion)
        before |= {row["key"]: debt_of(row) for row in found}
    after: dict[bytes, Debt | None] = dict(before)
    for key, failure, has_text in failures:
        after[key] = fold(key, after.get(key), failure, has_text=has_text)
    paid = [(key,) for key in before if after[key] is None]
    db.executemany("DELETE FROM debt WHERE key = ?", paid)
    changed = [debt for key, debt in after.items() if debt is not None and debt != before.get(key)]
    db.executemany("INSERT OR REPLACE INTO debt VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(astuple, changed))


def _from_feed(db: Connection, numbers: set[object]) -> set[object]:
    """Return those of these articles whose text is a feed's: their pages stay owed."""
    known = sorted(number for number in numbers if isinstance(number, int))
    found: set[object] = set()
    for start in range(0, len(known), 500):
        portion = known[start : start + 500]
        marks = ",".join("?" * len(portion))
        sql = f"SELECT number FROM article WHERE text_from = ? AND number IN ({marks})"
        found.update(number for (number,) in db.execute(sql, (FEED, *portion)))
    return found


def _add_last_observation(db: Connection, row: Row) -> None:
    """Keep the last observation of an address without an article: the crawl need not repeat it."""
    db.execute(
        "INSERT INTO look VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET outcome = excluded.outcome,"
        " reason = excluded.reason, observed_at = excluded.observed_at",
        (address_key(str(row["requested_url"])), row["outcome"], row["reason"], row["observed_at"]),
    )


def _numbers(state: State, rows: list[Row]) -> dict[str, int]:
    return state.numbers({str(row["article_id"]) for row in rows if row["article_id"] is not None})


def _both(state: State, rows: list[Row]) -> list[Row]:
    """Add the numbers of their two articles to rows; those that have lost one to a purge are left out."""
    numbers = state.numbers({str(row[name]) for row in rows for name in ("article_id_a", "article_id_b")})
    found = (
        row | {"a": numbers.get(str(row["article_id_a"])), "b": numbers.get(str(row["article_id_b"]))}
        for row in rows
    )
    return [row for row in found if row["a"] is not None and row["b"] is not None]


def _alternates(items: object) -> str:
    triples = [(x["language"], x["url"], x["source"]) for x in items]  # type: ignore[attr-defined]
    return json.dumps(triples, ensure_ascii=False)


def _add_members(db: Connection, members: list[tuple[object, int]]) -> None:
    values = sorted((id_key(str(story_id)), number, None) for story_id, number in members)
    db.executemany("INSERT OR IGNORE INTO story VALUES (?, ?, ?)", values)


def _add_places(db: Connection, places: set[Place]) -> None:
    # in the order of the tree: neighbours are written together
    db.executemany("INSERT OR IGNORE INTO place VALUES (?, ?, ?)", sorted(places))


def _addresses(number: int, row: Row) -> set[Place]:
    """Places of an article's own addresses, each once, in its first role."""
    names = ((CANONICAL, "canonical_url"), (REQUESTED, "requested_url"), (URL, "url"))
    roles = {address_key(str(row[x])): role for role, x in names if row.get(x) is not None}
    return {(key, role, number) for key, role in roles.items()}


def _targets(number: int, alternates: object, own: set[Place]) -> set[Place]:
    """Places of the alternates that an article names, but for itself."""
    keys = {address_key(x["url"]) for x in alternates if x["url"]}  # type: ignore[attr-defined]
    return {(key, TARGET, number) for key in keys - {key for key, _, _ in own}}


FILLERS: dict[str, tuple[Callable[[State, list[Row], int], None], list[str] | None]] = {
    "articles": (_articles, [*_ARTICLE]),
    "superseded": (
        _superseded,
        ["article_id", "version", "content_hash", "url", "requested_url", "canonical_url"],
    ),
    "memberships": (_memberships, ["article_id", "story_id", "commit_seq"]),
    "decisions": (_decisions, None),
    "pairs": (_pairs, ["article_id_a", "article_id_b"]),
    "stories": (_stories, ["story_id"]),
    "alignments": (_alignments, [*_ALIGNMENT]),
    "former_alignments": (_former_alignments, ["article_id_a", "article_id_b", "commit_seq"]),
    "refusals": (_refusals, ["article_id_a", "article_id_b", "reason", "evidence", "kept", "commit_seq"]),
    "observations": (_observations, [*_OBSERVATION]),
}
"""In this order: articles before what speaks of them. None: all columns."""
