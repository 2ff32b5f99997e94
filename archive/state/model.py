"""Answers of the cache, made of its rows; times there are microseconds since 1970, UTC."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from archive.format.records import AlternateRecord, LinkFacts

if TYPE_CHECKING:
    import sqlite3

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REVERTS = 5


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article by one of its addresses, with all that decides if and how it is fetched again."""

    article_id: str
    story_id: str
    etag: str | None
    last_modified: str | None
    content_hash: str
    last_seen: datetime
    alternates: tuple[AlternateRecord, ...]


@dataclass(frozen=True, slots=True)
class LastObservation:
    """The latest observation of an address that brought no article text."""

    outcome: str
    reason: str | None
    at: datetime


def micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def _maybe_moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def known_article(row: sqlite3.Row) -> KnownArticle:
    return KnownArticle(
        article_id=row["article_id"],
        story_id=row["story_id"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        content_hash=row["content_hash"],
        last_seen=moment(row["last_seen"]),
        alternates=_alternates(row),
    )


def current_version(row: sqlite3.Row, recent: list[tuple[int, str]]) -> CurrentVersion:
    """`recent`: versions of the article, the newest first."""
    return CurrentVersion(
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


def link_facts(row: sqlite3.Row) -> LinkFacts:
    return LinkFacts(
        article_id=row["article_id"],
        story_id=row["story_id"],
        outlet=row["outlet"],
        language=row["language"],
        url=row["url"],
        requested_url=row["requested_url"],
        canonical_url=row["canonical_url"],
        alternates=_alternates(row),
        story_key=row["story_key"],
        first_seen=moment(row["first_seen"]),
    )


def story_member(row: sqlite3.Row) -> StoryMember:
    return StoryMember(
        article_id=row["article_id"],
        story_id=row["story_id"],
        outlet=row["outlet"],
        language=row["language"],
        url=row["url"],
        headline=row["headline"],
        published_at=_maybe_moment(row["published_at"]),
        version=row["version"],
    )


def _alternates(row: sqlite3.Row) -> tuple[AlternateRecord, ...]:
    return tuple(AlternateRecord(*item) for item in json.loads(row["alternates"]))


@dataclass(frozen=True, slots=True)
class CurrentVersion:
    """The current version of an article, with all that judging the next observation needs."""

    article_id: str
    story_id: str
    version: int
    """Of the latest text."""
    valid_from: datetime
    content_hash: str
    raw_sha256: str
    extractor: str
    modified_at: datetime | None
    reread_hash: str | None
    """Hash of the text that a newer extractor, `reread_extractor`, read where the latest version holds."""
    reread_extractor: str | None
    recent: tuple[tuple[int, str], ...]
    """(version, content_hash) of the last five, newest first; the first number is the highest in use."""
    first_seen: datetime
    last_seen: datetime
    missing: int
    """404 and 410 in a row."""


@dataclass(frozen=True, slots=True)
class StoryMember:
    """An article as its story shows it."""

    article_id: str
    story_id: str
    outlet: str
    language: str | None
    url: str
    headline: str
    published_at: datetime | None
    version: int
    """Of its latest text."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A pair of articles as its story counts it."""

    article_id_a: str
    article_id_b: str
    evidence: str
    score: float | None
