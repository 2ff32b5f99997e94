"""Answers of the cache, built from its rows, whose times are microseconds since 1970 in UTC."""

from __future__ import annotations  # the fields are read by their annotations as text

import json
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, TypeVar

from archive.addresses import address_key
from archive.format import gate
from archive.format.records import CACHED_COLUMNS, FEED, Alternate, LinkFacts

URL, REQUESTED, CANONICAL, ID, TARGET = range(5)
"""Roles of an article at an address, in the table `place`: its address; the requested address; the canonical
address that its page claims; its id; an alternate that it names."""
_HASH = re.compile(r"[0-9a-f]{32}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REVERTS = 5
HOLDER_COLUMNS = (
    *("article_id", "outlet", "url", "canonical_url", "first_seen"),
    *("content_hash", "reread_hash"),
)
CACHE_ONLY_COLUMNS = frozenset({"reread_hash", "reread_extractor", "missing", "missed_at"})
"""Columns of the cache's table `article` that the table `articles` does not have."""
_View = TypeVar("_View", "KnownArticle", "CurrentVersion", "LinkFacts", "StoryMember")


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article by one of its addresses, with everything that decides if and how it is fetched again."""

    article_id: str
    story_id: str
    etag: str | None
    last_modified: str | None
    content_hash: str
    last_seen: datetime
    alternates: tuple[Alternate, ...]
    text_from: str | None = None
    source_archive: str | None = None
    """None if its latest text was fetched from the outlet itself."""

    @property
    def is_from_feed(self) -> bool:
        """True if its page was never fetched: it is still retried."""
        return self.text_from == FEED


@dataclass(frozen=True, slots=True)
class Holder:
    """An article with everything that decides if a page belongs to it."""

    article_id: str
    outlet: str
    url: str
    """Where its latest text was fetched; its first text while the article is not committed."""
    first_seen: int
    """Microseconds."""
    names: frozenset[bytes]
    """Key of the canonical address of its page, if that differs from its address."""
    hashes: frozenset[str]
    """Of its latest texts."""
    content_hash: str
    """Of the latest."""

    def with_(self, later: Holder) -> Holder:
        """Return the article updated by a later record: all its names and hashes, the later text."""
        names, hashes = self.names | later.names, self.hashes | later.hashes
        return replace(self, names=names, hashes=hashes, content_hash=later.content_hash)


@dataclass(frozen=True, slots=True)
class LastObservation:
    """The latest observation of an address that brought no article text."""

    outcome: str
    reason: str | None
    at: datetime


def id_key(identity: str) -> bytes:
    """Convert an id of an article or story into 16 bytes: its own bytes if it is a hash."""
    if _HASH.fullmatch(identity):
        return bytes.fromhex(identity)
    return blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def canonical_key(url: str, canonical: str | None) -> bytes | None:
    """Key of the canonical address; None if it is the address of the page."""
    if not canonical or canonical == url:
        return None
    key = address_key(canonical)
    return None if key == address_key(url) else key


def micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(value: int) -> datetime:
    """Convert microseconds since 1970. Raises ArchiveDamaged for a year that Python cannot represent."""
    try:
        return _EPOCH + timedelta(microseconds=value)
    except OverflowError:
        raise gate.refuse("a time in the years 1 to 9999", f"{value} µs since 1970") from None


def _maybe_moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def current_version(row: sqlite3.Row, recent: list[tuple[int, str]]) -> CurrentVersion:
    """`recent`: versions of the article, the newest first. sqlite3.DatabaseError where there is none."""
    if not recent:
        raise sqlite3.DatabaseError(f"the article {row['article_id']} has no version")
    return view(CurrentVersion, row, recent=tuple(recent[:REVERTS]))


def holder(row: Sequence[Any]) -> Holder:
    """`row`: the columns of HOLDER_COLUMNS, and the hashes of its versions with spaces between."""
    article_id, outlet, url, canonical, first_seen, content_hash, reread_hash, hashes = row
    claimed_key = canonical_key(url, canonical)
    return Holder(
        article_id,
        outlet,
        url,
        first_seen,
        frozenset(() if claimed_key is None else (claimed_key,)),
        frozenset(hashes.split() if reread_hash is None else (*hashes.split(), reread_hash)),
        content_hash,
    )


def _alternates(text: str) -> tuple[Alternate, ...]:
    return tuple(Alternate(*item) for item in json.loads(text))


_READERS: dict[str, Callable[[Any], object]] = {
    "datetime": moment,
    "datetime | None": _maybe_moment,
    "tuple[Alternate, ...]": _alternates,
}
"""By the type of a field; the others need no conversion."""


def view(kind: type[_View], row: sqlite3.Row, **more: object) -> _View:
    """Build an object from the columns of a row. sqlite3.DatabaseError for a row that we did not write."""
    try:
        values: dict[str, Any] = {
            name: row[name] if read is None else read(row[name]) for name, read in _PLANS[kind]
        }
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise sqlite3.DatabaseError(f"a row of an article cannot be read: {error}") from error
    return kind(**values | more)


@dataclass(frozen=True, slots=True)
class CurrentVersion:
    """The current version of an article, with everything that judging the next observation needs."""

    article_id: str
    story_id: str
    version: int
    """Of the latest text."""
    valid_from: datetime
    content_hash: str
    raw_sha256: str
    text_from: str | None
    source_archive: str | None
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
    """404 and 410 in a row, MISSES_APART at least."""
    missed_at: datetime | None
    """The last of those that counted."""


@dataclass(frozen=True, slots=True)
class StoryMember:
    article_id: str
    story_id: str
    outlet: str
    language: str | None
    url: str
    headline: str
    published_at: datetime | None
    published_source: str | None
    version: int
    """Of its latest text."""
    translated_from: str | None = None
    """Language that its text says it was translated from; `und` if the text does not name it."""

    @property
    def has_hour(self) -> bool:
        """False where the page tells no more than the day, whose midnight `published_at` is then."""
        return not (self.published_source or "").endswith("day")


@dataclass(frozen=True, slots=True)
class Joint:
    article_id_a: str
    article_id_b: str
    evidence: str
    score: float | None


def _plan(kind: type) -> tuple[tuple[str, Callable[[Any], object] | None], ...]:
    """The fields of a class that are columns, with their readers."""
    columns = {column.name for column in CACHED_COLUMNS} | CACHE_ONLY_COLUMNS
    return tuple((x.name, _READERS.get(str(x.type))) for x in fields(kind) if x.name in columns)


_PLANS = {kind: _plan(kind) for kind in (KnownArticle, CurrentVersion, LinkFacts, StoryMember)}
