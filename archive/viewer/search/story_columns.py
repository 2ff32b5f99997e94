"""Digest of the side file: the columns that filter, sort and count stories, made once by who fills it.

A server that starts takes them as they are: it would need seconds and hundreds of bytes an article to make
them from rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from archive.viewer.search.answers import FLAGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Bools = np.ndarray[Any, np.dtype[np.bool_]]
    Ints = np.ndarray[Any, np.dtype[np.int32]]
    Floats = np.ndarray[Any, np.dtype[np.float64]]
    Bytes = np.ndarray[Any, np.dtype[np.bytes_]]

_LONGEST_ID = 64
_VALUES = ("outlet", "language", "section")


@dataclass(frozen=True, slots=True)
class Digest:
    """Columns of all stories, in the order of their ids."""

    ids: Bytes
    first: Floats
    """First publication, seconds since 1970; NaN where no article has a date."""
    lag: Floats
    omitted: Floats
    """Greatest share of one language's text that another surely has not; NaN where nothing is compared."""
    edits: Ints
    flags: Mapping[str, Bools]
    names: Mapping[str, tuple[str, ...]]
    """Values of outlet, language and section; their place is the code in `values`."""
    values: Mapping[str, tuple[Ints, Ints]]
    """By column: stories and the codes of their articles' values, each pair once."""
    outlets: Mapping[str, int]
    """Articles by outlet."""
    articles: int

    def number(self, story_id: str) -> int | None:
        """Return the place of a story; None where there is none of this id."""
        wanted = story_id.encode("utf-8", "replace")
        place = int(np.searchsorted(self.ids, wanted)) if len(self.ids) else 0
        return place if place < len(self.ids) and self.ids[place] == wanted else None

    def id(self, number: int) -> str:
        return bytes(self.ids[number]).decode("utf-8", "replace")


def write(connection: sqlite3.Connection) -> None:
    """Make the digest of the rows that are there; in a transaction of the caller's."""
    rows = connection.execute(
        "SELECT id, story_id, outlet, language, section, published FROM article ORDER BY story_id"
    ).fetchall()
    count = len(rows)
    stories: dict[str, int] = {}
    story = np.fromiter((stories.setdefault(x[1], len(stories)) for x in rows), np.int32, count)
    # SQLite compares bytes, as numpy does
    ids = np.array([x.encode("utf-8", "replace")[:_LONGEST_ID] for x in stories], f"S{_LONGEST_ID}")
    size = len(stories)
    parts: dict[str, bytes] = {"ids": ids.tobytes()}
    published = np.fromiter((np.nan if x[5] is None else x[5] for x in rows), np.float64, count)
    first, last = np.full(size, np.inf), np.full(size, -np.inf)
    dated = ~np.isnan(published)
    np.minimum.at(first, story[dated], published[dated])
    np.maximum.at(last, story[dated], published[dated])
    parts["first"] = np.where(np.isinf(first), np.nan, first).tobytes()
    parts["lag"] = np.where(np.isinf(last), 0.0, last - np.where(np.isinf(first), 0.0, first)).tobytes()
    names: dict[str, list[str]] = {}
    for place, name in enumerate(_VALUES, 2):
        known: dict[str, int] = {}
        codes = np.fromiter((known.setdefault(x[place] or "", len(known)) for x in rows), np.int64, count)
        pairs = np.divmod(np.unique(story * np.int64(len(known)) + codes), max(len(known), 1))
        parts[f"{name} stories"], parts[f"{name} codes"] = (x.astype(np.int32).tobytes() for x in pairs)
        names[name] = list(known)
    story_of = {row[0]: n for row, n in zip(rows, story.tolist(), strict=True)}
    outlets = Counter(x[2] for x in rows)
    del rows
    flags = _flags(connection, stories, story_of)
    edits = np.zeros(size, np.int32)
    for article_id, number in edits_of(connection).items():
        if article_id in story_of:
            edits[story_of[article_id]] += number
    flags["edited"] = edits > 0
    omitted = _omitted(connection, stories)
    # what is not one story leaves nothing out
    omitted[flags["conflict"]] = np.nan
    parts |= {f"flag {name}": mask.tobytes() for name, mask in flags.items()}
    parts |= {"omitted": omitted.tobytes(), "edits": edits.tobytes()}
    told = {"names": names, "outlets": dict(outlets), "articles": count}
    parts["told"] = json.dumps(told).encode()
    connection.executemany("INSERT OR REPLACE INTO digest VALUES (?, ?)", parts.items())
    write_docs(connection, stories)


def write_docs(connection: sqlite3.Connection, stories: Mapping[str, int] | None = None) -> None:
    """Note which story each text that has been read is of."""
    if stories is None:
        known = connection.execute("SELECT DISTINCT story_id FROM article ORDER BY story_id")
        stories = {x: n for n, (x,) in enumerate(known)}
    rows = connection.execute("SELECT doc, story_id FROM article WHERE doc IS NOT NULL").fetchall()
    found = np.full(max((x[0] for x in rows), default=0) + 1, -1, np.int32)
    for doc, story_id in rows:
        found[doc] = stories[story_id]
    connection.execute("INSERT OR REPLACE INTO digest VALUES ('docs', ?)", (found.tobytes(),))


def _flags(
    connection: sqlite3.Connection, stories: Mapping[str, int], story_of: Mapping[str, int]
) -> dict[str, Bools]:
    flags = {name: np.zeros(len(stories), np.bool_) for name in FLAGS}
    for kind, found in connection.execute("SELECT DISTINCT kind, id FROM flag WHERE kind != 'gone'"):
        number = stories.get(found, story_of.get(found))
        if number is not None and kind in flags:
            flags[kind][number] = True
    for article_id in gone_of(connection):
        flags["gone"][story_of[article_id]] = True
    return flags


def _omitted(connection: sqlite3.Connection, stories: Mapping[str, int]) -> Floats:
    """Compute the greatest share that one text of a story has and another surely has not."""
    sums: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for story_id, a, b, *numbers in connection.execute(
        "SELECT story_id, a, b, whole_a, alone_a, whole_b, alone_b FROM compared"
    ):
        known = sums[story_id, a, b]
        for n, number in enumerate(numbers):
            known[n] += number
    found = np.full(len(stories), np.nan)
    for (story_id, _, _), (whole_a, alone_a, whole_b, alone_b) in sums.items():
        if (number := stories.get(story_id)) is not None:
            for alone, whole in ((alone_a, whole_a), (alone_b, whole_b)):
                if whole:
                    found[number] = np.fmax(found[number], alone / whole)
    return found


def edits_of(connection: sqlite3.Connection, article_ids: Iterable[str] | None = None) -> dict[str, int]:
    """Count the edits of articles that have a former version: a page instead of its feed is none."""
    ids = list(article_ids) if article_ids is not None else None
    chosen = "SELECT id FROM former" if ids is None else ", ".join("?" * len(ids))
    rows = connection.execute(
        f"SELECT id, version, from_feed FROM former WHERE id IN ({chosen})"
        f" UNION ALL SELECT id, version, from_feed FROM article WHERE id IN ({chosen}) ORDER BY id, version",
        [*(ids or ()), *(ids or ())],
    )
    before: tuple[str, bool] | None = None
    counted: dict[str, int] = defaultdict(int)
    for article_id, _, from_feed in rows:
        if before == (article_id, from_feed):
            counted[article_id] += 1
        before = (article_id, from_feed)
    return dict(counted)


def gone_of(connection: sqlite3.Connection, article_ids: Iterable[str] | None = None) -> dict[str, float]:
    """Find the articles that are gone, and since when: a later look that found one takes it back."""
    ids = list(article_ids) if article_ids is not None else None
    chosen = "" if ids is None else f" AND article.id IN ({', '.join('?' * len(ids))})"
    return dict(
        connection.execute(
            "SELECT article.id, min(flag.at) FROM flag JOIN article ON article.id = flag.id"
            f" WHERE kind = 'gone' AND flag.at > article.last_seen{chosen} GROUP BY article.id",
            ids or (),
        ).fetchall()
    )


def read(connection: sqlite3.Connection) -> tuple[Digest, Ints]:
    """Read the digest, and the story of each text that has been read, -1 where it is of none.

    Raises sqlite3.DatabaseError where there is none.
    """
    parts: dict[str, bytes] = dict(connection.execute("SELECT name, data FROM digest"))
    try:
        told = json.loads(parts["told"])
        ids = np.frombuffer(parts["ids"], f"S{_LONGEST_ID}")
        values = {
            name: (
                np.frombuffer(parts[f"{name} stories"], np.int32),
                np.frombuffer(parts[f"{name} codes"], np.int32),
            )
            for name in _VALUES
        }
        first, lag, omitted = (np.frombuffer(parts[x], np.float64) for x in ("first", "lag", "omitted"))
        digest = Digest(
            ids,
            first,
            lag,
            omitted,
            np.frombuffer(parts["edits"], np.int32),
            {x: np.frombuffer(parts[f"flag {x}"], np.bool_) for x in FLAGS},
            {name: tuple(found) for name, found in told["names"].items()},
            values,
            told["outlets"],
            told["articles"],
        )
        return digest, np.frombuffer(parts["docs"], np.int32)
    except (LookupError, ValueError) as error:
        raise sqlite3.DatabaseError(f"it has no digest: {error}") from error
