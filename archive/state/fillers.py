"""Fillers of the cache, one for each table; archive/state/replay.py reads the rows, file by file."""

import json
from collections.abc import Callable
from dataclasses import astuple
from sqlite3 import Connection

from archive.addresses import address_key
from archive.format.records import CACHED_COLUMNS, FEED, NO_PAIR, surely_linked
from archive.state.database import NO_ARTICLE, State, marks, portions
from archive.state.debts import Debt, Failure, debt_of, failure_of, fold
from archive.state.model import CANONICAL, ID, REQUESTED, TARGET, URL, id_key

Row = dict[str, object]
Place = tuple[bytes, int, int]
"""A row of the table `place`: key, role, number of the article."""

_ARTICLE = [column.name for column in CACHED_COLUMNS]
_OBSERVATION = [
    *("article_id", "version", "url", "requested_url", "outcome", "reason", "detail", "outlet"),
    *("observed_at", "missing", "content_hash", "extractor", "etag", "last_modified", "alternates"),
    "commit_seq",
]
_ALIGNMENT = [
    *("article_id_a", "article_id_b", "version_a", "version_b", "kind"),
    *("doubtful", "characters_a", "characters_b", "commit_seq"),
]


def _articles(state: State, rows: list[Row], file: int) -> None:
    db = state.connection
    ids = [str(row["article_id"]) for row in rows]
    numbers = state.numbers(ids)
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM article").fetchone()
    new = [x for x in dict.fromkeys(ids) if x not in numbers]
    numbers |= {article_id: last + place for place, article_id in enumerate(new, 1)}
    places = {(id_key(x), ID, numbers[x]) for x in new}
    is_new = set(new)
    members = []
    for row in rows:
        number = row["number"] = numbers[str(row["article_id"])]
        if row["article_id"] in is_new:
            members.append((row["story_id"], number))
        addresses = _addresses(number, row)
        places |= addresses | _targets(number, row["alternates"], addresses)
        row["alternates"] = _alternates(row["alternates"])
    _add_members(db, members)
    _add_places(db, places)
    # the story of a known article is changed by _memberships, which reads the one it leaves
    changed = [f"{x} = excluded.{x}" for x in _ARTICLE if x not in {"article_id", "story_id"}]
    names = ["number", *_ARTICLE]
    db.executemany(
        f"INSERT INTO article ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)})"
        f" ON CONFLICT DO UPDATE SET {', '.join(changed)},"
        " reread_hash = NULL, reread_extractor = NULL, missing = 0, missed_at = NULL",
        rows,
    )
    _add_versions(db, rows, numbers, file, latest=1)


def _superseded(state: State, rows: list[Row], file: int) -> None:
    numbers = _numbers(state, rows)
    _add_versions(state.connection, rows, numbers, file, latest=0)
    # the canonical address of an earlier text is only in its row
    places: set[Place] = set()
    for row in rows:
        places |= _addresses(numbers[str(row["article_id"])], row)
    _add_places(state.connection, places)


def _add_versions(db: Connection, rows: list[Row], numbers: dict[str, int], file: int, latest: int) -> None:
    for row in rows:
        row |= {"number": numbers[str(row["article_id"])], "file": file, "latest": latest}
    db.executemany(
        "INSERT OR REPLACE INTO version VALUES (:number, :version, :content_hash, :file, :latest)", rows
    )


def _memberships(state: State, rows: list[Row], _file: int) -> None:
    """Move articles to other stories, in the order of the commits: the last story holds."""
    db = state.connection
    story_of = {str(row["article_id"]): str(row["story_id"]) for row in rows}
    updates, departures = [], set()
    members: list[tuple[object, int]] = []
    for article_id, number, old in state.homes(story_of):
        new = story_of[article_id]
        if old != new:
            updates.append((new, number))
            departures.add((id_key(old), number))
            members.append((new, number))
    db.executemany("UPDATE article SET story_id = ? WHERE number = ?", updates)
    db.executemany("DELETE FROM story WHERE key = ? AND article = ?", sorted(departures))
    _add_members(db, members)
    # delete the row of a story that has no members any more
    db.executemany(
        "DELETE FROM story WHERE key = ? AND NOT EXISTS"
        f" (SELECT 1 FROM story s WHERE s.key = story.key AND s.article != {NO_ARTICLE})",
        [(key,) for key, _ in sorted(departures)],
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
    # the rows of a couple may be split over two portions, so its characters are added up
    couples = _both(state, rows)
    for row in couples:
        row |= {"file": file, "both": surely_linked(row["kind"], row["doubtful"])}
    state.connection.executemany(
        "INSERT INTO alignment VALUES (:a, :b, :commit_seq, :version_a, :version_b,"
        " :characters_a, iif(:both, :characters_a, 0), :characters_b, iif(:both, :characters_b, 0), :file)"
        " ON CONFLICT DO UPDATE SET whole_a = whole_a + excluded.whole_a,"
        " partnered_a = partnered_a + excluded.partnered_a, whole_b = whole_b + excluded.whole_b,"
        " partnered_b = partnered_b + excluded.partnered_b, file = excluded.file",
        couples,
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
        has_text = row["outcome"] in {"archived", "unchanged"}
        if not has_text:
            _add_last_observation(db, row)
        number = row["number"] = numbers.get(str(row["article_id"]))
        if number is None:
            continue
        if row["missing"] is not None:
            # of a capture of before the page was last seen, `missing` counts visits of then
            db.execute(
                "UPDATE article SET missed_at = iif(:missing > missing, :observed_at, missed_at),"
                " missing = :missing WHERE number = :number AND last_seen < :observed_at",
                row,
            )
        if has_text:
            places |= _observe_article(db, row, number)
    _add_places(db, places)
    _add_debts(db, rows)


def _observe_article(db: Connection, row: Row, number: int) -> set[Place]:
    """Update an article from an observation of its text; return its places."""
    db.execute(
        "UPDATE article SET missing = iif(:observed_at < last_seen, missing, 0),"
        " missed_at = iif(:observed_at < last_seen, missed_at, NULL),"
        " first_seen = min(first_seen, :observed_at), last_seen = max(last_seen, :observed_at),"
        " etag = coalesce(:etag, etag), last_modified = coalesce(:last_modified, last_modified)"
        " WHERE number = :number",
        row,
    )
    if row["content_hash"] is not None and row["reason"] == "new-extractor":
        db.execute(
            "UPDATE article SET reread_hash = :content_hash, reread_extractor = :extractor"
            " WHERE number = :number AND version = :version",
            row,
        )
    addresses = _addresses(number, row)
    if row["alternates"] is None:
        return addresses
    values = (_alternates(row["alternates"]), number)
    db.execute("UPDATE article SET alternates = ? WHERE number = ?", values)
    return addresses | _targets(number, row["alternates"], addresses)


def _add_debts(db: Connection, rows: list[Row]) -> None:
    """Update the debts; rows already have their numbers, because an archived page is no debt."""
    of_feed = _from_feed(db, {row["number"] for row in rows})
    failures: list[tuple[bytes, Failure | None, bool]] = []
    for row in rows:
        failures += _failures(row, of_feed)
    before = _stored_debts(db, sorted({key for key, _, _ in failures}))
    after: dict[bytes, Debt | None] = dict(before)
    for key, failure, has_text in failures:
        after[key] = fold(key, after.get(key), failure, has_text=has_text)
    settled, changed = [], []
    for key, debt in after.items():
        if debt is None:
            settled.append((key,))
        elif debt != before.get(key):
            changed.append(astuple(debt))
    db.executemany("DELETE FROM debt WHERE key = ?", settled)
    db.executemany("INSERT OR REPLACE INTO debt VALUES (?, ?, ?, ?, ?, ?, ?, ?)", changed)


def _failures(row: Row, of_feed: set[object]) -> list[tuple[bytes, Failure | None, bool]]:
    """(address key, failure or None for a success, True if a feed had the text) of an observation."""
    has_text = row["outcome"] in {"archived", "unchanged"}
    is_of_feed = row["number"] in of_feed
    if (has_text and is_of_feed) or str(row["requested_url"]).startswith("purged:"):
        return []
    requested = address_key(str(row["requested_url"]))
    if has_text or (row["number"] is not None and not is_of_feed):
        return [(key, None, False) for key in {requested, address_key(str(row["url"]))}]
    return [(requested, failure_of(row), is_of_feed)]


def _stored_debts(db: Connection, keys: list[bytes]) -> dict[bytes, Debt]:
    debts = {}
    for portion in portions(keys):
        for row in db.execute(f"SELECT * FROM debt WHERE key IN ({marks(portion)})", portion):
            debts[row["key"]] = debt_of(row)
    return debts


def _from_feed(db: Connection, numbers: set[object]) -> set[object]:
    """The articles among these whose text came from a feed: their pages are still retried."""
    from_feed: set[object] = set()
    for portion in portions(sorted(number for number in numbers if isinstance(number, int))):
        sql = f"SELECT number FROM article WHERE text_from = ? AND number IN ({marks(portion)})"
        from_feed.update(number for (number,) in db.execute(sql, (FEED, *portion)))
    return from_feed


def _add_last_observation(db: Connection, row: Row) -> None:
    """Store the last observation of an address without an article: the crawl need not repeat it."""
    db.execute(
        "INSERT INTO look VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET outcome = excluded.outcome,"
        " reason = excluded.reason, observed_at = excluded.observed_at"
        " WHERE excluded.observed_at >= look.observed_at",
        (address_key(str(row["requested_url"])), row["outcome"], row["reason"], row["observed_at"]),
    )


def _numbers(state: State, rows: list[Row]) -> dict[str, int]:
    return state.numbers({str(row["article_id"]) for row in rows if row["article_id"] is not None})


def _both(state: State, rows: list[Row]) -> list[Row]:
    """Add the numbers of their two articles to rows; leave out rows of which a purge removed one."""
    article_ids: set[str] = set()
    for row in rows:
        article_ids |= {str(row["article_id_a"]), str(row["article_id_b"])}
    numbers = state.numbers(article_ids)
    complete = []
    for row in rows:
        a, b = numbers.get(str(row["article_id_a"])), numbers.get(str(row["article_id_b"]))
        if a is not None and b is not None:
            complete.append(row | {"a": a, "b": b})
    return complete


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
    """Places of the addresses of an article, each once, in its first role."""
    names = ((CANONICAL, "canonical_url"), (REQUESTED, "requested_url"), (URL, "url"))
    roles = {address_key(str(row[x])): role for role, x in names if row.get(x) is not None}
    return {(key, role, number) for key, role in roles.items()}


def _targets(number: int, alternates: object, addresses: set[Place]) -> set[Place]:
    """Places of the alternates that an article names, without its own addresses."""
    keys = {address_key(x["url"]) for x in alternates if x["url"]}  # type: ignore[attr-defined]
    return {(key, TARGET, number) for key in keys.difference(key for key, _, _ in addresses)}


FILLERS: dict[str, tuple[Callable[[State, list[Row], int], None], list[str] | None]] = {
    "articles": (_articles, _ARTICLE),
    "superseded": (
        _superseded,
        ["article_id", "version", "content_hash", "url", "requested_url", "canonical_url"],
    ),
    "memberships": (_memberships, ["article_id", "story_id", "commit_seq"]),
    "decisions": (_decisions, None),
    "pairs": (_pairs, ["article_id_a", "article_id_b"]),
    "stories": (_stories, ["story_id"]),
    "alignments": (_alignments, _ALIGNMENT),
    "former_alignments": (_former_alignments, ["article_id_a", "article_id_b", "commit_seq"]),
    "refusals": (_refusals, ["article_id_a", "article_id_b", "reason", "evidence", "kept", "commit_seq"]),
    "observations": (_observations, _OBSERVATION),
}
"""In this order: articles before the rows that refer to them. None: all columns."""
