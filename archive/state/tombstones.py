"""Tombstones of purged articles, which must not come back: `_purged/<id>.json`, one a request, never deleted.

A tombstone holds hashes, the reason and the time, and no word of the article: if you know its address you can
check whether it was purged, but no address can be read from it. It is written before anything is deleted, and
has a time `done` when everything is; until then the next writer continues the purge
(archive/commit/erase.py).
"""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from archive.addresses import address_key, bare_url, names_an_article, plain_url
from archive.exceptions import ArchiveDamaged, ArticlePurged
from archive.format import gate
from archive.format.codec import Record
from archive.format.layout import Layout
from archive.format.records import ArticleRecord
from archive.format.snapshot import read_sealed, seal
from archive.state.model import KnownArticle
from archive.storage import path_guard
from archive.storage.interface import Storage


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes to overwrite in a file: a page in a WARC file, a line of quarantine."""

    path: str
    """Relative to the archive."""
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Tombstone:
    id: str
    at: datetime
    """Aware, UTC."""
    reason: str
    articles: tuple[str, ...]
    """Hashes of article ids, see `article_hash`."""
    addresses: tuple[str, ...]
    """address_key of every address of these articles, in hex."""
    ranges: tuple[Range, ...] = ()
    """Bytes to be overwritten; empty once they are."""
    done: datetime | None = None


@dataclass(frozen=True, slots=True)
class PurgedAddress(KnownArticle):
    """An address that was purged; only known so that it is not fetched."""


def article_hash(article_id: str) -> str:
    return hashlib.blake2b(
        b"purged\0" + article_id.encode("utf-8", "surrogatepass"), digest_size=16
    ).hexdigest()


class Tombstones:
    """All tombstones; read again when the folder has changed, which costs one stat(2) a query."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._folder = str(layout.purged)  # used with every record: a Path costs ten times the stat
        self._folder_time = -1
        self.all: tuple[Tombstone, ...] = ()
        self._articles: dict[str, Tombstone] = {}
        self._addresses: dict[str, Tombstone] = {}
        self.refresh()

    def refresh(self) -> None:
        """Raises ArchiveDamaged where they cannot be read: purged articles could be archived again."""
        try:
            changed = os.stat(self._folder).st_mtime_ns  # noqa: PTH116
            if changed != self._folder_time:
                self._read_all(changed)
        except FileNotFoundError:
            return
        except OSError as error:
            raise ArchiveDamaged(
                f"The tombstones in {self._folder} cannot be read: {error.strerror or error}."
            ) from error

    def _read_all(self, changed: int) -> None:
        paths = path_guard.files(self._layout.purged, ".json")
        self.all = tuple(_read(path_guard.read(path, gate.LARGEST_JSON), path) for path in paths)
        articles, addresses = dict[str, Tombstone](), dict[str, Tombstone]()
        for stone in self.all:
            articles |= dict.fromkeys(stone.articles, stone)
            addresses |= dict.fromkeys(stone.addresses, stone)
        self._articles, self._addresses, self._folder_time = articles, addresses, changed

    def pending(self) -> list[Tombstone]:
        self.refresh()
        return [stone for stone in self.all if stone.done is None]

    def of_id(self, article_id: str) -> Tombstone | None:
        return self._articles.get(article_hash(article_id)) if self._articles else None

    def of_address(self, *urls: str | None) -> Tombstone | None:
        if self._addresses:
            for url in urls:
                stone = self._addresses.get(address_key(url).hex()) if url else None
                if stone is not None:
                    return stone
        return None

    def of(self, record: Record) -> Tombstone | None:
        """Find the tombstone of a record: of an article by its id, its address, or its canonical address."""
        if not self.all:
            return None
        if isinstance(record, ArticleRecord):
            canonical_url = record.canonical_url if names_itself(record) else None
            return self.of_id(record.article_id) or self.of_address(record.url, canonical_url)
        by_id = self.of_id(record.article_id) if record.article_id else None
        return by_id or self.of_address(record.url, record.requested_url)

    def admit(self, record: Record) -> Record:
        """Return the record as it may be stored: an observation of a purged address without the address.

        Raises ArticlePurged for an article.
        """
        self.refresh()
        stone = self.of(record)
        if stone is None:
            return record
        if isinstance(record, ArticleRecord):
            raise ArticlePurged(f"this article was purged on {stone.at:%Y-%m-%d}, it is not taken in again")
        return replace(record, **blank_observation(record.url, record.requested_url))  # type: ignore[arg-type]

    def known(self, url: str) -> PurgedAddress | None:
        self.refresh()
        stone = self.of_address(url)
        return None if stone is None else PurgedAddress("", "", None, None, "", stone.at, ())


def names_itself(record: ArticleRecord) -> bool:
    """Tell if, by its form, the canonical address may be another spelling of this page's address.

    Then a page with a purged canonical address is the purged article, back under another address. The two
    must not differ in the host, nor be pages of different languages (a missing translation often declares
    the original), nor differ in the part of the query that identifies the article.
    """
    if not record.canonical_url:
        return False
    declared_url, url = plain_url(record.canonical_url), plain_url(record.url)
    declared, page = urlsplit(declared_url), urlsplit(url)
    if declared_url == url or declared.netloc != page.netloc:
        return declared_url == url
    for alternate in record.alternates:
        is_other_language = alternate.language and alternate.language != record.language
        if is_other_language and plain_url(alternate.url) == declared_url:
            return False
    loses_query = declared.path == page.path and bool(page.query) and not declared.query
    if loses_query and names_an_article(page.path):
        # such a query belongs to a session or a reader, unless it is a page number or a language
        return bare_url(url) == declared_url
    return not (loses_query and any(map(str.isdigit, page.query)))


def blank_address(url: str) -> str:
    """Replace a purged address, always by the same text, so that observations can still be counted."""
    return url if url.startswith("purged:") else f"purged:{address_key(url).hex()}"


def blank_observation(url: str, requested_url: str) -> dict[str, str | None]:
    """Blank values for the columns of an observation that could identify the article."""
    return {
        "url": blank_address(url),
        "requested_url": blank_address(requested_url),
        "article_id": None,
        "detail": None,
    }


def write(storage: Storage, stone: Tombstone) -> None:
    """Write a tombstone atomically; durable when it returns."""
    data = seal(json.dumps(asdict(stone), default=datetime.isoformat, indent=1))
    storage.put(f"_purged/{stone.id}.json", data)


def _read(data: bytes, where: Path) -> Tombstone:
    try:
        document: dict[str, Any] = read_sealed(data, required=lambda _: False)
        if strange := document.keys() - {field.name for field in fields(Tombstone)}:
            raise ValueError(f"nothing is called {min(strange)!r}")
        done = document["done"]
        if gate.hex_id(document["id"]) != where.stem:
            raise gate.refuse(f"the tombstone {where.stem}", document["id"])
        for name in (*document["articles"], *document["addresses"]):
            gate.hex_id(name)
        return Tombstone(
            id=document["id"],
            at=datetime.fromisoformat(document["at"]).astimezone(UTC),
            reason=gate.text(document["reason"], "a reason", 100_000),
            articles=tuple(document["articles"]),
            addresses=tuple(document["addresses"]),
            ranges=tuple(_range(Range(**item)) for item in document["ranges"]),
            done=datetime.fromisoformat(done).astimezone(UTC) if done else None,
        )
    except ArchiveDamaged as error:
        raise ArchiveDamaged(f"The tombstone {where}: {error}") from error
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise ArchiveDamaged(
            f"The tombstone {where} is not readable: {error!r}; restore it from a backup, or the purged "
            "articles may be archived again."
        ) from error


def _range(place: Range) -> Range:
    gate.blanked_name(place.path)
    gate.number(place.offset, gate.LARGEST_FILE, "a place in a file")
    gate.number(place.length, gate.LARGEST_PAGE, "the length of a page")
    return place


def admitted(stones: Tombstones, records: Iterable[Record]) -> tuple[list[Record], list[ArticleRecord]]:
    """Separate records that may be committed from purged articles."""
    permitted: list[Record] = []
    refused: list[ArticleRecord] = []
    for record in records:
        try:
            permitted.append(stones.admit(record))
        except ArticlePurged:
            assert isinstance(record, ArticleRecord)
            refused.append(record)
    return permitted, refused
