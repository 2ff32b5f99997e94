"""Answers of the cache, made of its rows; times there are microseconds since 1970, UTC."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar

from archive.addresses import address_key
from archive.format import gate
from archive.format.records import FEED, KEPT_COLUMNS, Alternate, LinkFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

URL, REQUESTED, CANONICAL, ID, TARGET = range(5)
"""Roles of an article at an address, in the table `place`: its address; what was asked for; what its page
calls canonical, which is a claim; its id; or it names that address as an alternate."""
_HASH = re.compile(r"[0-9a-f]{32}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REVERTS = 5
HOLDER_COLUMNS = (
    *("article_id", "outlet", "url", "canonical_url", "first_seen"),
    *("content_hash", "reread_hash"),
)
OWN_COLUMNS = frozenset({"reread_hash", "reread_extractor", "missing"})
"""Columns of the table `article` that are none of `articles`."""
_View = TypeVar("_View", "KnownArticle", "CurrentVersion", "LinkFacts", "StoryMember")


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article by one of its addresses, with all that decides if and how it is fetched again."""

    article_id: str
    story_id: str
    etag: str | None
    last_modified: str | None
    content_hash: str
    last_seen: datetime
    alternates: tuple[Alternate, ...]
    text_from: str | None = None

    @property
    def is_from_feed(self) -> bool:
        """True if its page has never come: the page is owed all the same."""
        return self.text_from == FEED


@dataclass(frozen=True, slots=True)
class Holder:
    """An article with all that decides if a page belongs to it."""

    article_id: str
    outlet: str
    url: str
    """Where its latest text was fetched; of articles that are not committed, its first."""
    first_seen: int
    """Microseconds."""
    names: frozenset[bytes]
    """Key of the address that its page calls canonical, where that is another."""
    hashes: frozenset[str]
    """Of its latest texts."""
    content_hash: str
    """Of the latest."""

    def with_(self, later: Holder) -> Holder:
        """Return the same article with what a later record says of it."""
        names, hashes = self.names | later.names, self.hashes | later.hashes
        return replace(self, names=names, hashes=hashes, content_hash=later.content_hash)


@dataclass(frozen=True, slots=True)
class LastObservation:
    """The latest observation of an address that brought no article text."""

    outcome: str
    reason: str | None
    at: datetime


def id_key(identity: str) -> bytes:
    """Make 16 bytes that stand for an id of an article or story: its own, if it is a hash."""
    if _HASH.fullmatch(identity):
        return bytes.fromhex(identity)
    return blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(value: int) -> datetime:
    """Convert microseconds since 1970. Raises ArchiveDamaged for a year that Python has not."""
    try:
        return _EPOCH + timedelta(microseconds=value)
    except OverflowError:
        raise gate.refuse("a time in the years 1 to 9999", f"{value} µs since 1970") from None


def _maybe_moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def known_article(row: sqlite3.Row) -> KnownArticle:
    return _view(KnownArticle, row)


def current_version(row: sqlite3.Row, recent: list[tuple[int, str]]) -> CurrentVersion:
    """`recent`: versions of the article, the newest first. sqlite3.DatabaseError where there is none."""
    if not recent:
        raise sqlite3.DatabaseError(f"the article {row['article_id']} has no version")
    return _view(CurrentVersion, row, recent=tuple(recent[:REVERTS]))


def holder(row: Sequence[Any]) -> Holder:
    """`row`: the columns of HOLDER_COLUMNS, and the hashes of its versions with spaces between."""
    article_id, outlet, url, canonical, first_seen, content_hash, reread_hash, hashes = row
    named = None if canonical is None or canonical == url else address_key(canonical)
    return Holder(
        article_id,
        outlet,
        url,
        first_seen,
        frozenset() if named is None or named == address_key(url) else frozenset((named,)),
        frozenset(hashes.split() if reread_hash is None else (*hashes.split(), reread_hash)),
        content_hash,
    )


def link_facts(row: sqlite3.Row) -> LinkFacts:
    return _view(LinkFacts, row)


def story_member(row: sqlite3.Row) -> StoryMember:
    return _view(StoryMember, row)


def _alternates(text: str) -> tuple[Alternate, ...]:
    return tuple(Alternate(*item) for item in json.loads(text))


_READERS: dict[str, Callable[[Any], object]] = {
    "datetime": moment,
    "datetime | None": _maybe_moment,
    "tuple[Alternate, ...]": _alternates,
}
"""By the form of a field; the others are in the row as they are."""


def _view(kind: type[_View], row: sqlite3.Row, **beside: object) -> _View:
    """The fields of a class that are columns of the row. sqlite3.DatabaseError for a row that is not ours."""
    try:
        values: dict[str, Any] = {
            name: row[name] if read is None else read(row[name]) for name, read in _PLANS[kind]
        }
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise sqlite3.DatabaseError(f"a row of an article cannot be read: {error}") from error
    return kind(**values | beside)


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
    text_from: str | None
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
    translated_from: str | None = None
    """Language that it says to be a translation from; `und` for one that it does not name."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A pair of articles as its story counts it."""

    article_id_a: str
    article_id_b: str
    evidence: str
    score: float | None


_PLANS = {
    kind: tuple(
        (field.name, _READERS.get(str(field.type)))
        for field in fields(kind)
        if field.name in {column.name for column in KEPT_COLUMNS} | OWN_COLUMNS
    )
    for kind in (KnownArticle, CurrentVersion, LinkFacts, StoryMember)
}
"""Of each class the fields that are columns, and what reads them."""
