"""Making of the digest: all of it from rows, or what has changed in the place of what it was."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import numpy as np

from archive.viewer.search.answers import STORED_FLAGS, Bools, Bytes, Floats, Ints
from archive.viewer.search.change_log import ChangeLog
from archive.viewer.search.side_file import transaction
from archive.viewer.search.story_columns import CHANGE, LONGEST_ID, NO_TEXT, VALUES, Digest, read

_AT_ONCE = 50_000
"""Stories whose rows are in memory at a time."""


@dataclass(slots=True)
class _StoryColumns:
    """Columns of stories in the order of their ids, while they are made."""

    ids: Bytes
    numbers: dict[str, Any]
    """By the name of the column."""
    pairs: dict[str, tuple[Ints, Ints]]
    counts: Ints
    """Articles of each pair of a story and an outlet."""

    @property
    def columns(self) -> list[str]:
        return list(self.numbers)


def write(connection: sqlite3.Connection, touched: Collection[str] | None = None) -> None:
    """Make the digest of the rows that are there, in a transaction of the caller's.

    `touched`: the stories that have changed since it was made; None where all may have.
    """
    before = _before(connection) if touched is not None else None
    digest = None
    if before is None or touched is None or len(touched) * 3 > len(before[0].ids):
        names: dict[str, dict[str, int]] = {x: {} for x in VALUES}
        story_ids = [
            x for (x,) in connection.execute("SELECT DISTINCT story_id FROM article ORDER BY story_id")
        ]
        parts = [
            _columns_of_stories(connection, story_ids[n : n + _AT_ONCE], names)
            for n in range(0, max(len(story_ids), 1), _AT_ONCE)
        ]
        digest_columns = _joined(parts)
        docs = _noted(_NO_DOCS, digest_columns.ids, connection.execute(_DOCS).fetchall())
    else:
        digest, docs, counts = before
        names = {name: {x: n for n, x in enumerate(values)} for name, values in digest.names.items()}
        fresh = _columns_of_stories(
            connection, sorted(touched, key=lambda x: x.encode("utf-8", "replace")), names
        )
        digest_columns, docs = _merged(digest, counts, docs, fresh, touched)
        docs = _noted(docs, digest_columns.ids, connection.execute(_TOUCHED_DOCS).fetchall())
    parts_of: dict[str, Any] = {
        "ids": digest_columns.ids,
        **digest_columns.numbers,
        "docs": docs,
        "changes": _changes(connection, digest_columns.ids),
        "outlet counts": digest_columns.counts,
    }
    parts_of |= {f"order {name}": order for name, order in _orders(digest_columns).items()}
    for name, (stories, codes) in digest_columns.pairs.items():
        parts_of |= {f"{name} stories": stories, f"{name} codes": codes}
    header = {
        "names": {x: list(y) for x, y in names.items()},
        "width": digest_columns.ids.dtype.itemsize,
        "made": uuid4().hex,
    }
    blobs = {name: np.ascontiguousarray(x).tobytes() for name, x in parts_of.items()}
    blobs["told"] = json.dumps(header).encode()
    connection.executemany("INSERT OR REPLACE INTO digest VALUES (?, ?)", blobs.items())
    changes = parts_of["changes"]
    changes["reaction"] = ChangeLog(connection, read(connection)[0]).reactions(digest, touched or ())
    connection.execute("UPDATE digest SET data = ? WHERE name = 'changes'", (changes.tobytes(),))


def _orders(columns: _StoryColumns) -> dict[str, Ints]:
    """Put the stories into each order; those that are equal stand by their time."""
    # the latest first, and those without a date at the end
    time = -np.nan_to_num(columns.numbers["first"], nan=-np.inf)
    values = {
        "time": time,
        "lag": -columns.numbers["lag"],
        "difference": -np.nan_to_num(columns.numbers["omitted"], nan=-1),
        "edits": -columns.numbers["edits"],
    }
    orders = {name: np.lexsort((time, value)).astype(np.int32) for name, value in values.items()}
    for name in ("lag", "difference"):
        # what does not seem to be one story has no delay and leaves nothing out: it stands apart
        apart = columns.numbers["flag conflict"][orders[name]]
        orders[name] = np.concatenate((orders[name][~apart], orders[name][apart]))
    return orders


def _before(connection: sqlite3.Connection) -> tuple[Digest, Ints, Ints] | None:
    try:
        digest, docs = read(connection)
        (counts,) = connection.execute("SELECT data FROM digest WHERE name = 'outlet counts'").fetchone()
    except (sqlite3.DatabaseError, TypeError):
        return None
    return digest, docs, np.frombuffer(counts, np.int32)


def _columns_of_stories(
    connection: sqlite3.Connection, story_ids: Sequence[str], names: Mapping[str, dict[str, int]]
) -> _StoryColumns:
    """Make the columns of some stories, of those that there are; `names` gets the values that are new."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS touched (story_id TEXT PRIMARY KEY) WITHOUT ROWID")
    connection.execute("DELETE FROM touched")
    connection.executemany("INSERT OR IGNORE INTO touched VALUES (?)", ((x,) for x in story_ids))
    connection.execute(
        "INSERT OR IGNORE INTO cell (outlet, language, day)"
        " SELECT DISTINCT outlet, language, CAST(published / 86400 AS INTEGER)"
        " FROM touched CROSS JOIN article USING (story_id) WHERE published IS NOT NULL"
    )
    rows = connection.execute(
        "SELECT article.id, story_id, outlet, language, section, authors, published"
        " FROM touched CROSS JOIN article USING (story_id) ORDER BY story_id"
    ).fetchall()
    count = len(rows)
    counts = np.zeros(0, np.int32)
    stories: dict[str, int] = {}
    story = np.fromiter((stories.setdefault(x[1], len(stories)) for x in rows), np.int32, count)
    # SQLite compares bytes, as numpy does
    encoded_ids = [x.encode("utf-8", "replace")[:LONGEST_ID] for x in stories]
    ids = np.array(encoded_ids, f"S{max(map(len, encoded_ids), default=1) or 1}")
    size = len(stories)
    published = np.fromiter((np.nan if x[6] is None else x[6] for x in rows), np.float64, count)
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    dated = ~np.isnan(published)
    np.minimum.at(first, story[dated], published[dated])
    np.maximum.at(last, story[dated], published[dated])
    pairs: dict[str, tuple[Ints, Ints]] = {}
    for place, name in enumerate(VALUES[:-1], 2):
        pairs[name], number = _pairs(story, (x[place] or "" for x in rows), names[name])
        counts = number if name == "outlet" else counts
    author_stories, authors = _authors_of(story, (x[5] for x in rows))
    pairs["author"], _ = _pairs(author_stories, authors, names["author"])
    story_of = {row[0]: n for row, n in zip(rows, story.tolist(), strict=True)}
    del rows
    flags = _flags(connection, stories, story_of)
    edits = np.zeros(size, np.int32)
    for article_id, number_of in _edits(connection).items():
        if article_id in story_of:
            edits[story_of[article_id]] += number_of
    flags["edited"] = edits > 0
    omitted = _omitted(connection, stories)
    # what is not one story leaves nothing out
    omitted[flags["conflict"]] = np.nan
    numbers = {
        "first": np.where(np.isinf(first), np.nan, first),
        "lag": np.where(np.isinf(last), 0.0, last - np.where(np.isinf(first), 0.0, first)),
        "omitted": omitted,
        "edits": edits,
        **{f"flag {name}": mask for name, mask in flags.items()},
    }
    return _StoryColumns(ids, numbers, pairs, counts)


def _authors_of(story: Ints, author_lines: Iterable[str]) -> tuple[Ints, list[str]]:
    """Return each author with the number of the story: an article has its authors in lines."""
    stories: list[int] = []
    authors: list[str] = []
    for number, lines in zip(story.tolist(), author_lines, strict=True):
        for author in filter(None, lines.split("\n")):
            stories.append(number)
            authors.append(author)
    return np.array(stories, np.int32), authors


def _pairs(story: Ints, values: Iterable[str], code_of: dict[str, int]) -> tuple[tuple[Ints, Ints], Ints]:
    """Pair stories with the codes of their articles' values, each pair once, and count its articles."""
    codes = np.fromiter((code_of.setdefault(x, len(code_of)) for x in values), np.int64, len(story))
    size = max(len(code_of), 1)
    keys, counts = np.unique(story * np.int64(size) + codes, return_counts=True)
    stories, code = np.divmod(keys, size)
    return (stories.astype(np.int32), code.astype(np.int32)), counts.astype(np.int32)


def _joined(parts: Sequence[_StoryColumns]) -> _StoryColumns:
    """Put parts one after the other, each of later ids than the one before."""
    starts = np.cumsum([0, *(len(x.ids) for x in parts)])
    pairs = {
        name: (
            np.concatenate([x.pairs[name][0] + np.int32(n) for x, n in zip(parts, starts, strict=False)]),
            np.concatenate([x.pairs[name][1] for x in parts]),
        )
        for name in VALUES
    }
    numbers = {name: np.concatenate([x.numbers[name] for x in parts]) for name in parts[0].columns}
    counts = np.concatenate([x.counts for x in parts])
    return _StoryColumns(np.concatenate([x.ids for x in parts]), numbers, pairs, counts)


def _merged(
    digest: Digest, counts: Ints, docs: Ints, fresh: _StoryColumns, touched: Collection[str]
) -> tuple[_StoryColumns, Ints]:
    """Put the columns of some stories in the place of what they were."""
    replaced = np.array([n for x in touched if (n := digest.number(x)) is not None], np.int64)
    stays = np.ones(len(digest.ids), np.bool_)
    stays[replaced] = False
    remaining_ids = digest.ids[stays]
    place = np.searchsorted(remaining_ids, fresh.ids)
    width = max(remaining_ids.dtype.itemsize, fresh.ids.dtype.itemsize)
    ids = np.insert(remaining_ids.astype(f"S{width}"), place, fresh.ids.astype(f"S{width}"))
    order = np.arange(len(remaining_ids))
    number_of = np.full(len(digest.ids) + 1, -1, np.int32)  # the last: of a text of no story
    number_of[:-1][stays] = order + np.searchsorted(place, order, "right")
    number_of_fresh = (place + np.arange(len(place))).astype(np.int32)
    old: dict[str, Any] = {
        "first": digest.first,
        "lag": digest.lag,
        "omitted": digest.omitted,
        "edits": digest.edits,
    }
    old |= {f"flag {name}": mask for name, mask in digest.flags.items()}
    numbers = {name: np.insert(old[name][stays], place, fresh.numbers[name]) for name in fresh.columns}
    pairs = {}
    for name, (stories, codes) in digest.values.items():
        is_kept = stays[stories]
        fresh_stories, fresh_codes = fresh.pairs[name]
        pairs[name] = (
            np.concatenate((number_of[stories[is_kept]], number_of_fresh[fresh_stories])),
            np.concatenate((codes[is_kept], fresh_codes)),
        )
    counts = np.concatenate((counts[stays[digest.values["outlet"][0]]], fresh.counts))
    return _StoryColumns(ids, numbers, pairs, counts), np.stack((number_of[docs[:, 0]], docs[:, 1]), axis=1)


_DOC = "SELECT doc, story_id, coalesce(no, -1) FROM"
_OF_CELL = (
    "LEFT JOIN cell ON cell.outlet = article.outlet AND cell.language = article.language"
    " AND day = CAST(published / 86400 AS INTEGER)"
)
_DOCS = f"{_DOC} article {_OF_CELL} WHERE doc IS NOT NULL"
_TOUCHED_DOCS = f"{_DOC} touched CROSS JOIN article USING (story_id) {_OF_CELL} WHERE doc IS NOT NULL"
_ADDED_DOCS = f"{_DOC} json_each(?) CROSS JOIN article ON article.id = json_each.value {_OF_CELL}"
_NO_DOCS: Ints = np.full((1, 2), NO_TEXT, np.int32)


def _noted(docs: Ints, ids: Bytes, rows: Sequence[tuple[int, str, int]]) -> Ints:
    """Note the stories of texts, -1 where it is none of these, and their cells."""
    if not rows:
        return docs
    numbers, story_ids, cells = zip(*rows, strict=True)
    if (size := max(numbers) + 1) > len(docs):
        # room for more at a time
        room = max(size - len(docs), len(docs) // 8)
        docs = np.concatenate((docs, np.full((room, 2), NO_TEXT, np.int32)))
    docs[list(numbers)] = np.stack((_places(ids, story_ids), cells), axis=1)
    return docs


def _places(ids: Bytes, story_ids: Iterable[str]) -> Ints:
    """Find stories by their ids, -1 where there is none."""
    encoded_ids = np.array([x.encode("utf-8", "replace")[:LONGEST_ID] for x in story_ids], f"S{LONGEST_ID}")
    if not len(ids):
        return np.full(len(encoded_ids), -1, np.int32)
    places = np.minimum(np.searchsorted(ids, encoded_ids), len(ids) - 1)
    return np.where(ids[places] == encoded_ids, places, -1).astype(np.int32)


_CHANGES = (
    "SELECT at, after, CAST(id AS BLOB), 0, version, before, 0, story_id FROM edit"
    " WHERE at NOTNULL AND after NOTNULL"
    " UNION ALL SELECT min(flag.at), 0, CAST(article.id AS BLOB), 0, 0, 0, 0, article.story_id"
    " FROM flag JOIN article ON article.id = flag.id"
    " WHERE kind = 'gone' AND flag.at > article.last_seen GROUP BY article.id"
)


def _changes(connection: sqlite3.Connection, ids: Bytes) -> np.ndarray[Any, Any]:
    """List all edits and takedowns, the latest first: of a million texts that is a second."""
    rows = connection.execute(_CHANGES).fetchall()
    changes = np.array([x[:-1] for x in rows], CHANGE)
    changes["story"] = _places(ids, [x[-1] for x in rows])
    return changes[np.lexsort((changes["id"], changes["at"]))[::-1]]


class Docs:
    """The story of each text, noted while texts are read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Raises sqlite3.DatabaseError where there is no digest."""
        self._connection = connection
        digest, docs = read(connection)
        self._ids, self._docs = digest.ids, docs.copy()
        (read_docs,) = connection.execute("SELECT count(doc) FROM article").fetchone()
        if read_docs != int((self._docs[:, 0] >= 0).sum()):  # filling was ended between two notes
            self._note(connection.execute(_DOCS).fetchall())
            with transaction(connection):
                self.write()

    def add(self, article_ids: Iterable[str]) -> None:
        """Note the texts of articles; in a transaction of the caller's."""
        self._note(self._connection.execute(_ADDED_DOCS, (json.dumps(list(article_ids)),)).fetchall())

    def _note(self, rows: Sequence[tuple[int, str, int]]) -> None:
        self._docs = _noted(self._docs, self._ids, rows)

    def write(self) -> None:
        self._connection.execute("INSERT OR REPLACE INTO digest VALUES ('docs', ?)", (self._docs.tobytes(),))


# All queries of `_columns_of_stories` are about the stories in the table `touched`.


def _flags(
    connection: sqlite3.Connection, stories: Mapping[str, int], story_of: Mapping[str, int]
) -> dict[str, Bools]:
    flags = {name: np.zeros(len(stories), np.bool_) for name in STORED_FLAGS}
    for kind, row_id in connection.execute(
        "SELECT kind, flag.id FROM touched CROSS JOIN flag ON flag.id = touched.story_id WHERE kind != 'gone'"
        " UNION SELECT kind, flag.id FROM touched CROSS JOIN article USING (story_id)"
        " CROSS JOIN flag ON flag.id = article.id WHERE kind != 'gone'"
    ):
        number = stories.get(row_id, story_of.get(row_id))
        if number is not None and kind in flags:
            flags[kind][number] = True
    for (article_id,) in connection.execute(
        "SELECT article.id FROM touched CROSS JOIN article USING (story_id)"
        " CROSS JOIN flag ON flag.id = article.id AND kind = 'gone' AND flag.at > article.last_seen"
    ):
        flags["gone"][story_of[article_id]] = True
    return flags


def _omitted(connection: sqlite3.Connection, stories: Mapping[str, int]) -> Floats:
    """Compute the greatest share that one text of a story has and another surely has not."""
    shares = np.full(len(stories), np.nan)
    for story_id, whole_a, alone_a, whole_b, alone_b in connection.execute(
        "SELECT story_id, sum(whole_a), sum(alone_a), sum(whole_b), sum(alone_b)"
        " FROM touched CROSS JOIN compared USING (story_id) GROUP BY story_id, a, b"
    ):
        if (number := stories.get(story_id)) is not None:
            for alone, length in ((alone_a, whole_a), (alone_b, whole_b)):
                if length:
                    shares[number] = np.fmax(shares[number], alone / length)
    return shares


_EDITS = """
INSERT OR REPLACE INTO edit SELECT id, story_id, version, before, valid_from, after FROM (
  SELECT *, lag(version) OVER versions AS before, lag(last_seen) OVER versions AS after,
    lag(from_feed) OVER versions AS was_from_feed FROM (
      SELECT former.id, story_id, former.version, former.from_feed, former.valid_from, former.last_seen
      FROM touched CROSS JOIN article USING (story_id) CROSS JOIN former ON former.id = article.id
      UNION ALL SELECT id, story_id, version, from_feed, valid_from, last_seen
      FROM touched CROSS JOIN article USING (story_id)
      WHERE EXISTS (SELECT 1 FROM former WHERE former.id = article.id))
  WINDOW versions AS (PARTITION BY id ORDER BY valid_from, version))
WHERE was_from_feed = from_feed
"""
"""A page in place of its feed's text is no edit."""


def _edits(connection: sqlite3.Connection) -> dict[str, int]:
    """Note the edits of these stories, and count those of all articles."""
    connection.execute(_EDITS)
    return dict(connection.execute("SELECT id, count(*) FROM edit GROUP BY id").fetchall())
