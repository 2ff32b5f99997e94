"""Erasure of one article on request: all of its versions, pages and observations, for good.

What other pages print about it (a link among their alternates, a quotation) is theirs and stays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pyarrow.dataset as ds

from archive.addresses import address_key
from archive.commit.committer import Committer
from archive.exceptions import ArticleNotFound
from archive.opening import storage_at, utc_now
from archive.pages import cdxj_index, overwrite
from archive.pages.warc_files import Pointer
from archive.read.archive import Archive
from archive.state.tombstones import Range, Tombstone, Tombstones, article_hash
from archive.wal import quarantine
from archive.writer import ArchiveWriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from archive.opening import Place
    from archive.state.database import State
    from archive.storage.interface import Storage

_RUN = "purge"
_ADDRESSES = ("url", "requested_url", "canonical_url")


@dataclass(frozen=True, slots=True)
class Erasable:
    """All that the archive has of an address."""

    article_id: str | None
    """None where there are only observations without an article, or records in quarantine."""
    headline: str | None
    versions: int
    observations: int
    addresses: frozenset[str]
    ranges: tuple[Range, ...]
    """Places of pages and of lines of quarantine."""
    siblings: tuple[str, ...]
    """Addresses of the same story in other languages, which stay."""


def find(root: Place, url: str) -> Erasable:
    """Find all that `purge` would erase; raises ArticleNotFound where there is nothing."""
    storage = storage_at(root)
    with ArchiveWriter.open(storage, run_id=_RUN) as writer:
        writer.commit()  # what dead writers left is found in the tables then
        known = writer.known(url)
    if stone := Tombstones(storage.layout).of_address(url):
        raise ArticleNotFound(f"{url} was purged on {stone.at:%Y-%m-%d}: {stone.reason}")
    found = _find(storage, url, known.article_id if known else None)
    if not (found.versions or found.observations or found.ranges):
        raise ArticleNotFound(
            f"Nothing in {storage.name} has the address {url}; is it spelled as the outlet does?"
        )
    return found


def purge(root: Place, url: str, reason: str) -> Tombstone:
    """Erase an article; when this returns nothing of it is left but its tombstone.

    After a kill the next writer finishes it. Records that a living crawl has acknowledged
    and not committed are dropped by its next commit.
    """
    storage = storage_at(root)
    find(storage, url)
    with Committer.open(storage, _RUN) as committer:
        return committer.purge(partial(_order, storage, url, reason))


def _order(storage: Storage, url: str, reason: str, state: State) -> Tombstone:
    found = _find(storage, url, state.find_article(url))
    # an address that leads to another article too (a front page that redirects) is not the article's own
    own = {x for x in found.addresses if state.find_article(x) in {None, found.article_id}} | {url}
    return Tombstone(
        id=uuid4().hex,
        at=utc_now(),
        reason=reason,
        articles=(article_hash(found.article_id),) if found.article_id else (),
        addresses=tuple(sorted({address_key(x).hex() for x in own})),
        ranges=found.ranges,
    )


def _find(storage: Storage, url: str, article_id: str | None) -> Erasable:
    archive = Archive(storage)
    addresses, pointers = {url}, set[Pointer]()
    headline, versions = None, 0
    siblings: tuple[str, ...] = ()
    if article_id is not None:
        for row in archive.versions(article_id).to_pylist():
            versions += 1
            headline = row["headline"] if row["valid_to"] is None else headline
            addresses.update(row[name] for name in _ADDRESSES if row[name])
            if row["raw_file"] is not None:
                pointers.add(Pointer(row["raw_file"], row["raw_offset"], row["raw_length"]))
            if row["valid_to"] is None:
                siblings = _siblings(archive, row["story_id"], article_id)
    columns = ["article_id", "url", "requested_url"]
    observed = 0
    for batch in archive.observations(columns=columns).batches(8192):
        for row in batch.to_pylist():
            named = {row["url"], row["requested_url"]}
            if (article_id and row["article_id"] == article_id) or (
                row["article_id"] is None and address_key(row["url"]) == address_key(url)
            ):
                observed += 1
                addresses |= named
    pointers |= _pages(storage, addresses)
    ranges = [found for x in pointers if (found := overwrite.page_range(storage, x)) is not None]
    ranges += _quarantined(storage, addresses, article_id)
    ordered = sorted(ranges, key=lambda x: (x.path, x.offset))
    return Erasable(article_id, headline, versions, observed, frozenset(addresses), tuple(ordered), siblings)


def _siblings(archive: Archive, story_id: str, article_id: str) -> tuple[str, ...]:
    rows = archive.articles(columns=["article_id", "url"])
    story = rows.where(ds.field("story_id") == story_id).to_pylist()
    return tuple(row["url"] for row in story if row["article_id"] != article_id)


def _pages(storage: Storage, addresses: Iterable[str]) -> set[Pointer]:
    """Find every page kept under these addresses, named by a row or not."""
    keys = {address_key(x) for x in addresses}
    listed = {found for x in addresses for found in cdxj_index.find(storage, x)}
    return {x for x in listed if address_key(overwrite.address(storage, x) or "") in keys}


def _quarantined(storage: Storage, addresses: Iterable[str], article_id: str | None) -> list[Range]:
    """Find lines of quarantine that name the article; `verify` counts those too damaged to be searched."""
    named = [*addresses, *([article_id] if article_id else [])]
    # with its quotes, so that no longer address is meant
    wanted = {
        json.dumps(x, ensure_ascii=plain).encode(errors="replace") for x in named for plain in (True, False)
    }
    return [
        Range(path, offset, length)
        for path, offset, length, content in quarantine.lines(storage)
        if any(x in content for x in wanted)
    ]
