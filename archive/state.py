"""The cache beside the log: what is known of each address and article, in SQLite.

Nothing here is a source of truth. archive/replay.py fills it from the files of the log, snapshot by snapshot;
a cache that is missing, damaged or of another archive is filled anew. Times are microseconds since 1970, UTC.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from archive.addresses import address_key
from archive.records import SEPARATED, AlternateRecord, LinkFacts
from archive.state_tables import TABLES
from archive.stories import Joint, Member
from archive.versions import REVERTS, Current

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

STATE_VERSION = 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive has of an address: enough to decide whether and how to fetch it again."""

    article_id: str
    story_id: str
    etag: str | None
    last_modified: str | None
    content_hash: str
    last_seen: datetime
    alternates: tuple[AlternateRecord, ...]


@dataclass(frozen=True, slots=True)
class LastLook:
    """The latest look at an address that brought no article text."""

    outcome: str
    reason: str | None
    at: datetime


def micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def _maybe_moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


class State:
    """One connection; a writer has one for its event loop (reading) and one for its commits."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        self.connection.row_factory = sqlite3.Row
        try:
            # a power cut may lose the last commits of the cache, never break it: they are replayed
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-16000"):
                self.connection.execute(f"PRAGMA {pragma}")
            self._create()
        except sqlite3.Error:
            self.connection.close()
            raise

    def close(self) -> None:
        self.connection.close()

    def _create(self) -> None:
        wanted = str(STATE_VERSION)
        if self._row("SELECT 1 FROM sqlite_master WHERE name = 'about'") and self.about("version") == wanted:
            return
        self.connection.execute("BEGIN IMMEDIATE")
        tables = [name for (name,) in self._rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        if "about" not in tables or self.about("version") != wanted:
            for name in tables:
                self.connection.execute(f'DROP TABLE "{name}"')
            for statement in TABLES.split(";"):
                self.connection.execute(statement)
            self.connection.execute("INSERT INTO about VALUES ('version', ?)", (wanted,))
        self.connection.execute("COMMIT")

    def about(self, name: str) -> str | None:
        row = self._row("SELECT value FROM about WHERE name = ?", name)
        return None if row is None else str(row[0])

    def _row(self, sql: str, *values: object) -> sqlite3.Row | None:
        with closing(self.connection.execute(sql, values)) as cursor:
            found: sqlite3.Row | None = cursor.fetchone()
        return found

    def _rows(self, sql: str, values: Collection[object] = ()) -> Iterator[sqlite3.Row]:
        """Every row; `{}` in the query stands for the values, which come in portions of 500."""
        if "{}" not in sql:
            yield from self.connection.execute(sql, tuple(values))
            return
        pending = list(dict.fromkeys(values))
        for start in range(0, len(pending), 500):
            portion = pending[start : start + 500]
            yield from self.connection.execute(sql.format(",".join("?" * len(portion))), portion)

    # what the crawl asks

    def known(self, url: str) -> Known | None:
        row = self._row(
            "SELECT a.article_id, story_id, etag, last_modified, content_hash, last_seen,"
            " alternates FROM address d"
            " JOIN article a USING (article_id) WHERE d.key = ? ORDER BY d.rank, a.last_seen DESC LIMIT 1",
            address_key(url),
        )
        if row is None:
            return None
        return Known(
            article_id=row["article_id"],
            story_id=row["story_id"],
            etag=row["etag"],
            last_modified=row["last_modified"],
            content_hash=row["content_hash"],
            last_seen=moment(row["last_seen"]),
            alternates=_read_alternates(row),
        )

    def last_look(self, url: str) -> LastLook | None:
        row = self._row("SELECT outcome, reason, observed_at FROM look WHERE key = ?", address_key(url))
        return None if row is None else LastLook(row["outcome"], row["reason"], moment(row["observed_at"]))

    def find_article(self, url: str) -> str | None:
        known = self.known(url)
        return known.article_id if known else None

    def has_segment(self, segment_id: str) -> bool:
        return self._row("SELECT 1 FROM segment WHERE id = ?", segment_id) is not None

    # what a commit asks

    def currents(self, article_ids: Collection[str]) -> dict[str, Current]:
        recent: dict[str, list[tuple[int, str]]] = {}
        for article_id, version, content_hash in self._rows(
            "SELECT article_id, version, content_hash FROM version WHERE article_id IN ({})"
            " ORDER BY article_id, version DESC",
            article_ids,
        ):
            recent.setdefault(article_id, []).append((version, content_hash))
        rows = self._rows("SELECT * FROM article WHERE article_id IN ({})", article_ids)
        return {row["article_id"]: _current(row, recent[row["article_id"]]) for row in rows}

    def facts(self, article_ids: Collection[str]) -> list[LinkFacts]:
        return [
            _facts(row) for row in self._rows("SELECT * FROM article WHERE article_id IN ({})", article_ids)
        ]

    def at_addresses(self, urls: Collection[str]) -> set[str]:
        keys = [address_key(url) for url in urls]
        return {row[0] for row in self._rows("SELECT article_id FROM address WHERE key IN ({})", keys)}

    def pointing_at(self, urls: Collection[str]) -> set[str]:
        keys = [address_key(url) for url in urls]
        return {row[0] for row in self._rows("SELECT article_id FROM target WHERE key IN ({})", keys)}

    def sharing_key(self, outlet: str, story_keys: Collection[str]) -> set[str]:
        rows = self._rows("SELECT article_id, outlet FROM article WHERE story_key IN ({})", story_keys)
        return {article_id for article_id, its_outlet in rows if its_outlet == outlet}

    def in_stories(self, story_ids: Collection[str]) -> set[str]:
        return {
            row[0] for row in self._rows("SELECT article_id FROM article WHERE story_id IN ({})", story_ids)
        }

    def members(self, article_ids: Collection[str]) -> list[Member]:
        return [
            _member(row) for row in self._rows("SELECT * FROM article WHERE article_id IN ({})", article_ids)
        ]

    def joints(self, article_ids: Collection[str]) -> list[Joint]:
        """Every pair with one of these articles on its smaller side."""
        return [
            Joint(*row)
            for row in self._rows("SELECT a, b, evidence, score FROM pair WHERE a IN ({})", article_ids)
            if row["evidence"] != SEPARATED
        ]

    def pair_decision(self, a: str, b: str) -> tuple[str, bool, float | None, str | None] | None:
        row = self._row("SELECT evidence, reciprocal, score, details FROM pair WHERE a = ? AND b = ?", a, b)
        return None if row is None else (row[0], bool(row[1]), row[2], row[3])

    def alignments(self, smaller_ids: Collection[str]) -> list[sqlite3.Row]:
        """a, b, seq, versions, story_id of both, sums of characters, path; those in force."""
        return list(
            self._rows(
                "SELECT x.*, story_id, path FROM alignment x JOIN file ON file.id = x.file"
                " JOIN article ON article_id = x.a WHERE x.a IN ({})",
                smaller_ids,
            )
        )

    def refusal(self, a: str, b: str) -> tuple[str, str, str | None] | None:
        """Reason, evidence and kept of the last time these two were refused."""
        row = self._row("SELECT reason, evidence, kept FROM refusal WHERE a = ? AND b = ?", a, b)
        return None if row is None else (row[0], row[1], row[2])

    # where stored rows lie, as paths relative to the archive

    def version_files(self, article_ids: Collection[str]) -> list[tuple[str, bool, str]]:
        """(article_id, whether it is the latest version, path), one for each version."""
        rows = self._rows(
            "SELECT article_id, latest, path FROM version JOIN file ON file.id = version.file"
            " WHERE article_id IN ({})",
            article_ids,
        )
        return [(article_id, bool(latest), path) for article_id, latest, path in rows]

    def pair_files(self, smaller_ids: Collection[str]) -> dict[tuple[str, str], str]:
        rows = self._rows(
            "SELECT a, b, path FROM pair JOIN file ON file.id = pair.file WHERE a IN ({})", smaller_ids
        )
        return {(a, b): path for a, b, path in rows}

    def story_files(self, story_ids: Collection[str]) -> dict[str, str]:
        rows = self._rows(
            "SELECT story_id, path FROM story JOIN file ON file.id = story.file WHERE story_id IN ({})",
            story_ids,
        )
        return {row["story_id"]: row["path"] for row in rows}


def _current(row: sqlite3.Row, recent: list[tuple[int, str]]) -> Current:
    return Current(
        article_id=row["article_id"],
        story_id=row["story_id"],
        version=row["version"],
        valid_from=moment(row["valid_from"]),
        content_hash=row["content_hash"],
        raw_sha256=row["raw_sha256"],
        extractor=row["extractor"],
        modified_at=_maybe_moment(row["modified_at"]),
        reread_hash=row["reread_hash"],
        reread_extractor=row["reread_extractor"],
        recent=tuple(recent[:REVERTS]),
        first_seen=moment(row["first_seen"]),
        last_seen=moment(row["last_seen"]),
        missing=row["missing"],
    )


def _read_alternates(row: sqlite3.Row) -> tuple[AlternateRecord, ...]:
    return tuple(AlternateRecord(*item) for item in json.loads(row["alternates"]))


def _facts(row: sqlite3.Row) -> LinkFacts:
    return LinkFacts(
        article_id=row["article_id"],
        story_id=row["story_id"],
        outlet=row["outlet"],
        language=row["language"],
        url=row["url"],
        requested_url=row["requested_url"],
        canonical_url=row["canonical_url"],
        alternates=_read_alternates(row),
        story_key=row["story_key"],
        first_seen=moment(row["first_seen"]),
    )


def _member(row: sqlite3.Row) -> Member:
    return Member(
        article_id=row["article_id"],
        story_id=row["story_id"],
        outlet=row["outlet"],
        language=row["language"],
        url=row["url"],
        headline=row["headline"],
        published_at=_maybe_moment(row["published_at"]),
        version=row["version"],
    )
