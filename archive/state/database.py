"""The cache in SQLite: facts about each address and article, derived from the log.

Nothing here is a source of truth. archive/state/replay.py fills it from the files of the log, snapshot by
snapshot; a cache that is missing, damaged or from another archive is rebuilt.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TypeVar

from archive.addresses import address_key
from archive.format.records import CACHED_COLUMNS, NO_PAIR, LinkFacts
from archive.state import model, provenance
from archive.state.article_identity import belongs_to
from archive.state.model import id_key

# The tables of the cache; if a table or the cached columns change, STATE_VERSION changes too.
#
# Articles are numbered in the order of arrival, and other tables refer to the number: a commit appends to the
# end of each tree, however large it is. Only the tables keyed by a hash, `place` and `story`, are written in
# random places. In `place` an article's id, its addresses and the articles that name it are neighbours: its
# id is the hash of its address.


_SQL_TYPES = {
    "str": "TEXT",
    "int": "INTEGER",
    "datetime": "INTEGER",  # microseconds
    "tuple[Alternate, ...]": "TEXT",  # JSON
}
"""By the type of a column, without `| None`."""


@cache
def schema_sql() -> str:
    """Return the statements that make the tables, from tables.sql."""
    columns = []
    for column in CACHED_COLUMNS:
        columns.append(f"{column.name} {_SQL_TYPES[column.base]}{'' if column.optional else ' NOT NULL'}")
    statements = Path(__file__).with_name("tables.sql").read_text("utf-8")
    return statements.format(cached_columns=", ".join(columns))


CONTENTS = (
    *("file", "article", "version", "place", "pair", "story", "look", "debt", "segment"),
    *("alignment", "refusal"),
)
"""All tables but `about`: a rebuild empties them first."""
NO_ARTICLE = 0
"""In `story`: not a member, but the file with the story's row."""

STATE_VERSION = 13
_V = TypeVar("_V")
_ARTICLES = f"SELECT article FROM place WHERE key IN ({{}}) AND role = {model.ID}"
"""Numbers of the articles with these ids."""
_ARTICLE_ROWS = "SELECT * FROM article WHERE number IN ({})"
_PLACES = (
    f"SELECT p.key, p.role, {', '.join(f'a.{name}' for name in model.HOLDER_COLUMNS)}, (SELECT"
    " group_concat(content_hash, ' ') FROM (SELECT content_hash FROM version v WHERE v.article = a.number"
    f" ORDER BY version DESC LIMIT {model.REVERTS})) FROM place p JOIN article a ON a.number = p.article"
    f" WHERE p.key IN ({{}}) AND p.role IN ({model.URL}, {model.CANONICAL}, {model.ID})"
)
_PRAGMAS = (
    *("journal_mode=WAL", "synchronous=NORMAL"),  # a power cut may lose the last commits, never break it
    "wal_autocheckpoint=4000",  # a page that every commit changes is written to the file once in a while
    "cache_size=-16000",
)


def portions(values: Sequence[_V]) -> Iterator[Sequence[_V]]:
    """Split values into portions that fit into one statement."""
    for start in range(0, len(values), 500):
        yield values[start : start + 500]


def marks(values: Sequence[object]) -> str:
    """One `?` for each value of an `IN (…)`."""
    return ",".join("?" * len(values))


class State:
    """A connection to the cache; a writer has one for its event loop (reading) and one for its commits."""

    def __init__(self, path: Path) -> None:
        self.connection = provenance.connect(path, timeout=60)
        self.connection.row_factory = sqlite3.Row
        try:
            for pragma in _PRAGMAS:
                self.connection.execute(f"PRAGMA {pragma}")
            self._create()
        except sqlite3.Error:
            self.connection.close()
            raise

    def close(self) -> None:
        self.connection.close()

    def _create(self) -> None:
        version = str(STATE_VERSION)
        if self._row("SELECT 1 FROM sqlite_master WHERE name = 'about'") and self.about("version") == version:
            self._check_schema()
            return
        self.connection.execute("BEGIN IMMEDIATE")
        tables = [name for (name,) in self._rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        if "about" not in tables or self.about("version") != version:
            for name in tables:
                self.connection.execute(f'DROP TABLE "{name}"')
            for statement in schema_sql().split(";"):
                self.connection.execute(statement)
            self.connection.execute("INSERT INTO about VALUES ('version', ?)", (version,))
        self.connection.execute("COMMIT")

    def _check_schema(self) -> None:
        """Raise sqlite3.DatabaseError where a table, an index or a trigger differs from tables.sql."""
        present = {str(sql) for (sql,) in self._rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
        expected = {statement.strip() for statement in schema_sql().split(";")} - {""}
        if present != expected:
            raise sqlite3.DatabaseError("its tables are not those that were made")

    def about(self, name: str) -> str | None:
        row = self._row("SELECT value FROM about WHERE name = ?", name)
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        self.connection.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def _row(self, sql: str, *values: object) -> sqlite3.Row | None:
        with closing(self.connection.execute(sql, values)) as cursor:
            row: sqlite3.Row | None = cursor.fetchone()
        return row

    def _rows(
        self, sql: str, values: Collection[object] = (), *, first: object = None
    ) -> Iterator[sqlite3.Row]:
        """Run a query; `{}` stands for the values, passed in portions of 500, after `first`."""
        # each answer is fetched completely: an error in a row must leave no cursor that outlives its
        # connection
        if "{}" not in sql:
            yield from self.connection.execute(sql, tuple(values)).fetchall()
            return
        before = () if first is None else (first,)
        for portion in portions(list(dict.fromkeys(values))):
            statement = sql.format(marks(portion))
            yield from self.connection.execute(statement, (*before, *portion)).fetchall()

    def _of(self, sql: str, article_ids: Collection[str]) -> Iterator[sqlite3.Row]:
        """Run a query in which `{}` stands for the numbers of these articles."""
        # in the order of the tree: neighbours are read together
        return self._rows(sql.format(_ARTICLES), sorted(map(id_key, article_ids)))

    # queries of a crawl

    def known(self, url: str) -> model.KnownArticle | None:
        """The article that was fetched at an address, or where a request for it led.

        None where a page only calls itself so.
        """
        key = address_key(url)
        rows = self.connection.execute(
            "SELECT p.role, a.* FROM place p JOIN article a ON a.number = p.article"
            f" WHERE p.key = ? AND p.role <= {model.REQUESTED} ORDER BY p.role, a.last_seen DESC",
            (key,),
        ).fetchall()
        if len(rows) > 1 and rows[0]["role"] == rows[1]["role"] == model.URL:
            of_address = set()
            for place, role, holder in self.places({key}):
                if (place, role) == (key, model.URL) and belongs_to(holder, key, self.places):
                    of_address.add(holder.article_id)
            rows.sort(key=lambda row: (row["role"], row["article_id"] not in of_address))
        return model.view(model.KnownArticle, rows[0]) if rows else None

    def last_observation(self, url: str) -> model.LastObservation | None:
        row = self._row("SELECT outcome, reason, observed_at FROM look WHERE key = ?", address_key(url))
        if row is None:
            return None
        return model.LastObservation(row["outcome"], row["reason"], model.moment(row["observed_at"]))

    def find_article(self, url: str) -> str | None:
        known = self.known(url)
        return known.article_id if known else None

    def places(self, keys: Collection[bytes]) -> list[tuple[bytes, int, model.Holder]]:
        """(key, role, article) of each place in the role of an address, a canonical address or an id."""
        rows = self._rows(_PLACES, sorted(keys))
        return [(key, role, model.holder(row)) for key, role, *row in rows]

    def has_segment(self, segment_id: str) -> bool:
        return self._row("SELECT 1 FROM segment WHERE id = ?", segment_id) is not None

    # queries of a commit

    def numbers(self, article_ids: Collection[str]) -> dict[str, int]:
        """Number of each of these articles that is known."""
        rows = self._of("SELECT article_id, number FROM article WHERE number IN ({})", article_ids)
        return {row["article_id"]: row["number"] for row in rows}

    def homes(self, article_ids: Collection[str]) -> list[tuple[str, int, str]]:
        """(article_id, number, story_id) of each of these articles that is known."""
        rows = self._of("SELECT article_id, number, story_id FROM article WHERE number IN ({})", article_ids)
        return [tuple(row) for row in rows]

    def current_versions(self, article_ids: Collection[str]) -> dict[str, model.CurrentVersion]:
        rows = list(self._of(_ARTICLE_ROWS, article_ids))
        recent: dict[int, list[tuple[int, str]]] = {}
        for number, version, content_hash in self._of(
            "SELECT article, version, content_hash FROM version WHERE article IN ({})"
            " ORDER BY article, version DESC",
            article_ids if rows else (),
        ):
            recent.setdefault(number, []).append((version, content_hash))
        versions = {}
        for row in rows:
            versions[row["article_id"]] = model.current_version(row, recent.get(row["number"], []))
        return versions

    def facts(self, article_ids: Collection[str]) -> list[LinkFacts]:
        return [model.view(LinkFacts, row) for row in self._of(_ARTICLE_ROWS, article_ids)]

    def at_addresses(self, urls: Collection[str]) -> set[str]:
        return self._at(urls, f"role <= {model.CANONICAL}")

    def pointing_at(self, urls: Collection[str]) -> set[str]:
        return self._at(urls, f"role = {model.TARGET}")

    def _at(self, urls: Collection[str], role: str) -> set[str]:
        return self._article_ids(
            f"number IN (SELECT article FROM place WHERE key IN ({{}}) AND {role})",
            sorted(map(address_key, urls)),
        )

    def _article_ids(self, where: str, values: Collection[object], first: object = None) -> set[str]:
        rows = self._rows(f"SELECT article_id FROM article WHERE {where}", values, first=first)
        return {article_id for (article_id,) in rows}

    def sharing_key(self, outlet: str, story_keys: Collection[str]) -> set[str]:
        return self._article_ids("outlet = ? AND story_key IN ({})", story_keys, first=outlet)

    def in_stories(self, story_ids: Collection[str]) -> set[str]:
        return self._article_ids(
            "number IN (SELECT article FROM story WHERE key IN ({}))", sorted(map(id_key, story_ids))
        )

    def members(self, article_ids: Collection[str]) -> list[model.StoryMember]:
        return [model.view(model.StoryMember, row) for row in self._of(_ARTICLE_ROWS, article_ids)]

    def joints(self, article_ids: Collection[str]) -> list[model.Joint]:
        """Pairs with one of these articles on the smaller side."""
        joints: list[model.Joint] = []
        for ids, (evidence, _, score, _) in self.pair_decisions(article_ids).items():
            if evidence not in NO_PAIR:
                joints.append(model.Joint(*ids, evidence, score))
        return joints

    def pair_decisions(
        self, smaller_ids: Collection[str]
    ) -> dict[tuple[str, str], tuple[str, bool, float | None, str | None]]:
        """Evidence, reciprocal, score and details of the last decision on each pair of these articles."""
        decisions = {}
        for row in self._of(f"SELECT {_BOTH}, pair.* FROM pair {_JOINED} WHERE a IN ({{}})", smaller_ids):
            decision = (row["evidence"], bool(row["reciprocal"]), row["score"], row["details"])
            decisions[row["id_a"], row["id_b"]] = decision
        return decisions

    def alignments(self, smaller_ids: Collection[str]) -> list[sqlite3.Row]:
        """Valid alignments: id_a, id_b, seq, versions, story_id of both, sums of characters, path."""
        return list(
            self._of(
                f"SELECT {_BOTH}, alignment.*, x.story_id, path FROM alignment {_JOINED}"
                " JOIN file ON file.id = alignment.file WHERE a IN ({})",
                smaller_ids,
            )
        )

    def refusals(self, smaller_ids: Collection[str]) -> dict[tuple[str, str], tuple[str, str, str | None]]:
        """Reason, evidence and kept of the last refusal of each two of these articles."""
        rows = self._of(f"SELECT {_BOTH}, refusal.* FROM refusal {_JOINED} WHERE a IN ({{}})", smaller_ids)
        return {(row["id_a"], row["id_b"]): (row["reason"], row["evidence"], row["kept"]) for row in rows}

    def labels(self) -> list[tuple[str, str, str]]:
        """Ids and evidence of all pairs of articles that a person has judged; they are few."""
        # spelled as in the index
        sql = f"SELECT {_BOTH}, evidence FROM pair {_JOINED} WHERE evidence IN ('label', 'label-no')"
        return [(row["id_a"], row["id_b"], row["evidence"]) for row in self._rows(sql)]

    # files of stored rows, as paths relative to the archive

    def version_files(self, article_ids: Collection[str]) -> list[tuple[str, bool, str]]:
        """(article_id, True for the latest version, path) of each version of these articles."""
        rows = self._of(
            "SELECT article_id, latest, path FROM version v JOIN file ON file.id = v.file"
            " JOIN article ON number = v.article WHERE v.article IN ({})",
            article_ids,
        )
        return [(article_id, bool(latest), path) for article_id, latest, path in rows]

    def pair_files(self, smaller_ids: Collection[str]) -> dict[tuple[str, str], str]:
        rows = self._of(
            f"SELECT {_BOTH}, path FROM pair {_JOINED} JOIN file ON file.id = pair.file WHERE a IN ({{}})",
            smaller_ids,
        )
        return {(row["id_a"], row["id_b"]): row["path"] for row in rows}

    def story_files(self, story_ids: Collection[str]) -> dict[str, str]:
        stories = {id_key(story_id): story_id for story_id in story_ids}
        rows = self._rows(
            "SELECT key, path FROM story JOIN file ON file.id = story.file"
            f" WHERE key IN ({{}}) AND article = {NO_ARTICLE}",
            sorted(stories),
        )
        return {stories[row["key"]]: row["path"] for row in rows}


_BOTH = "x.article_id AS id_a, y.article_id AS id_b"
_JOINED = "JOIN article x ON x.number = a JOIN article y ON y.number = b"
