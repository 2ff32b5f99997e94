"""Erasure of one article on request: all of its versions, pages and observations, for good.

What other pages print about it (a link among their alternates, a quotation) is theirs and stays.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pyarrow as pa
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
    from collections.abc import Callable, Iterable

    from archive.opening import Place
    from archive.state.database import State
    from archive.state.model import KnownArticle
    from archive.storage.interface import Storage

    Known = Callable[[str], KnownArticle | None]
    """The article that was fetched at an address."""

_RUN = "purge"
_CLAIMS = re.compile(rb'"(?:canonical_url|syndicated_from)":\s*"[^"\\]*"')
"""Of a record: another article's page that names an address is no trace of the article there."""
MOST_NAMED = 5
"""Addresses in a sentence."""
_ADDRESSES = ("url", "requested_url")
"""Addresses at which the article was fetched. What its page calls canonical is a claim, and may be the
address of somebody else's article."""


@dataclass(frozen=True, slots=True)
class Erasable:
    """All that the archive has of an address."""

    article_id: str | None
    """None where there are only observations without an article, or records in quarantine."""
    headline: str | None
    versions: int
    observations: int
    addresses: frozenset[str]
    """Those that go with it and are not fetched again: each at which it was fetched, and no other article."""
    ranges: tuple[Range, ...]
    """Places of pages and of lines of quarantine."""
    siblings: tuple[str, ...]
    """Addresses of the same story in other languages, which stay."""
    claimed: tuple[str, ...]
    """Addresses that its page calls canonical and that are not its own: they stay, and may be fetched."""


def find(root: Place, url: str) -> Erasable:
    """Find all that `purge` would erase; raises ArticleNotFound where there is nothing."""
    storage = storage_at(root)
    with ArchiveWriter.open(storage, run_id=_RUN) as writer:
        writer.commit()  # what dead writers left is found in the tables then
        known = writer.known(url)
        found = _find(storage, url, known.article_id if known else None, writer.known)
    if stone := Tombstones(storage.layout).of_address(url):
        raise ArticleNotFound(f"{url} was purged on {stone.at:%Y-%m-%d}: {stone.reason}")
    if not (found.versions or found.observations or found.ranges):
        raise ArticleNotFound(_nothing_at(storage, url))
    return found


def _nothing_at(storage: Storage, url: str) -> str:
    """A sentence on an address at which nothing was fetched, and on the articles that name it."""
    named = [
        row["url"]
        for batch in Archive(storage).articles(columns=["url", "canonical_url", "syndicated_from"]).batches()
        for row in batch.to_pylist()
        if any(
            row[x] and address_key(row[x]) == address_key(url) for x in ("canonical_url", "syndicated_from")
        )
    ]
    if not named:
        return f"Nothing in {storage.name} has the address {url}; is it spelled as the outlet does?"
    listed = ", ".join(sorted(named)[:MOST_NAMED]) + (", …" if len(named) > MOST_NAMED else "")
    pages = (
        f"{len(named)} articles name it as theirs or as their original"
        if len(named) > 1
        else ("an article names it as its own or as its original")
    )
    return (
        f"Nothing in {storage.name} was fetched at {url}, so nothing is purged; {pages}, and has an address "
        f"of its own: {listed}."
    )


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
    found = _find(storage, url, state.find_article(url), state.known)
    return Tombstone(
        id=uuid4().hex,
        at=utc_now(),
        reason=reason,
        articles=(article_hash(found.article_id),) if found.article_id else (),
        addresses=tuple(sorted({address_key(x).hex() for x in found.addresses})),
        ranges=found.ranges,
    )


def _find(storage: Storage, url: str, article_id: str | None, known: Known) -> Erasable:
    archive = Archive(storage)
    addresses, pointers, claimed = {url}, set[Pointer](), set[str]()
    headline, versions = None, 0
    siblings: tuple[str, ...] = ()
    if article_id is not None:
        for row in archive.versions(article_id).to_pylist():
            versions += 1
            headline = row["headline"] if row["valid_to"] is None else headline
            addresses.update(row[name] for name in _ADDRESSES)
            claimed |= {row["canonical_url"]} - {None}
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
    # an address that leads to another article too (a front page that redirects) is not the article's own
    addresses = {x for x in addresses if (one := known(x)) is None or one.article_id == article_id} | {url}
    # an older version made the id of the canonical address, so what is fetched there would be refused by it
    addresses |= {x for x in claimed if article_id == address_key(x).hex() and known(x) is None}
    own = {address_key(x) for x in addresses}
    claimed = {x for x in claimed if address_key(x) not in own}
    pages = _pages(storage, addresses)
    pointers |= pages - _of_others(archive, article_id, pages)
    ranges = [found for x in pointers if (found := overwrite.page_range(storage, x)) is not None]
    ranges += _quarantined(storage, addresses, article_id)
    ordered = sorted(ranges, key=lambda x: (x.path, x.offset))
    return Erasable(
        article_id,
        headline,
        versions,
        observed,
        frozenset(addresses),
        tuple(ordered),
        siblings,
        tuple(sorted(claimed)),
    )


def _of_others(archive: Archive, article_id: str | None, pages: set[Pointer]) -> set[Pointer]:
    """Those of these pages that the rows of other articles name."""
    files = pa.array(sorted({page.file for page in pages}), pa.string())
    offsets = pa.array(sorted({page.offset for page in pages}), pa.int64())
    columns = ["article_id", "raw_file", "raw_offset", "raw_length"]
    rows = archive.versions(columns=columns).where(
        ds.field("raw_file").isin(files), ds.field("raw_offset").isin(offsets)
    )
    return {
        Pointer(row["raw_file"], row["raw_offset"], row["raw_length"])
        for row in rows.to_arrow().to_pylist()
        if row["article_id"] != article_id
    }


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
        if any(x in _CLAIMS.sub(b"", content) for x in wanted)
    ]
