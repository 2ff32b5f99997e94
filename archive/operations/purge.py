"""Erasure of one article on request: all of its versions, pages and observations, for good.

Mentions on other pages (a link among their alternates, a quotation) belong to those pages and stay.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from uuid import uuid4

import pyarrow as pa
import pyarrow.dataset as ds

from archive.addresses import address_key
from archive.commit.committer import Committer
from archive.exceptions import ArticleNotFound
from archive.opening import Place, open_existing, storage_at, utc_now
from archive.pages import cdxj_index, overwrite
from archive.pages.warc_files import Pointer
from archive.read.archive import Archive
from archive.state.database import State
from archive.state.model import KnownArticle
from archive.state.tombstones import Range, Tombstone, Tombstones, article_hash
from archive.storage.interface import Storage
from archive.wal import quarantine
from archive.writer import ArchiveWriter

ArticleAt = Callable[[str], KnownArticle | None]
"""The article that was fetched at an address."""

_RUN = "purge"
_CLAIMS = re.compile(rb'"(?:canonical_url|syndicated_from)":\s*"[^"\\]*"')
"""Of a record: the page of another article that names this address is no trace of the purged article."""
MOST_LISTED = 5
"""Addresses in a message."""
_ADDRESSES = ("url", "requested_url")
"""Addresses at which the article was fetched. The canonical address of its page is a claim, and may belong
to another article."""


@dataclass(frozen=True, slots=True)
class Erasable:
    """Everything that the archive has of an address."""

    article_id: str | None
    """None where there are only observations without an article, or records in quarantine."""
    headline: str | None
    versions: int
    observations: int
    addresses: frozenset[str]
    """The purged addresses, never fetched again: at each only this article was fetched."""
    ranges: tuple[Range, ...]
    """Places of pages and of lines of quarantine."""
    siblings: tuple[str, ...]
    """Addresses of the same story in other languages, which stay."""
    canonical_elsewhere: tuple[str, ...]
    """Canonical addresses of its page that do not belong to it: they stay, and may be fetched."""


def find(root: Place, url: str) -> Erasable:
    """Find everything that `purge` would erase; raises ArticleNotFound where there is nothing."""
    storage, _, _ = open_existing(root)  # a writer would make the archive whose name is mistyped
    with ArchiveWriter.open(storage, run_id=_RUN) as writer:
        writer.commit()  # so that the records of dead writers are in the tables
        article = writer.known(url)
        article_id = (article.article_id or None) if article else None  # empty: it is purged
        erasable = _find(storage, url, article_id, writer.known)
    if stone := Tombstones(storage.layout).of_address(url):
        raise ArticleNotFound(f"{url} was purged on {stone.at:%Y-%m-%d}: {stone.reason}")
    if not (erasable.versions or erasable.observations or erasable.ranges):
        raise ArticleNotFound(_nothing_at(storage, url))
    return erasable


def _nothing_at(storage: Storage, url: str) -> str:
    """A message about an address at which nothing was fetched, and the articles that refer to it."""
    key = address_key(url)
    references = []
    columns = ["url", "canonical_url", "syndicated_from"]
    for batch in Archive(storage).articles(columns=columns).batches():
        for row in batch.to_pylist():
            if key in {address_key(row[x]) for x in columns[1:] if row[x]}:
                references.append(row["url"])
    if not references:
        hint = "is it spelled as the outlet does?" if "://" in url else "`triptych show` prints an id's."
        return f"Nothing in {storage.name} has the address {url}; {hint}"
    addresses = ", ".join(sorted(references)[:MOST_LISTED])
    if len(references) > MOST_LISTED:
        addresses += ", …"
    pages = "an article names it as its own or as its original"
    if len(references) > 1:
        pages = f"{len(references)} articles name it as theirs or as their original"
    return (
        f"Nothing in {storage.name} was fetched at {url}, so nothing is purged; {pages}, and has an address "
        f"of its own: {addresses}."
    )


def purge(root: Place, url: str, reason: str) -> Tombstone:
    """Erase an article; when this returns only its tombstone remains.

    After a kill the next writer finishes it. Records that a running crawl has acknowledged and not committed
    are dropped by its next commit.
    """
    storage = storage_at(root)
    find(storage, url)
    with Committer.open(storage, _RUN) as committer:
        return committer.purge(partial(_order, storage, url, reason))


def _order(storage: Storage, url: str, reason: str, state: State) -> Tombstone:
    erasable = _find(storage, url, state.find_article(url), state.known)
    return Tombstone(
        id=uuid4().hex,
        at=utc_now(),
        reason=reason,
        articles=(article_hash(erasable.article_id),) if erasable.article_id else (),
        addresses=tuple(sorted({address_key(x).hex() for x in erasable.addresses})),
        ranges=erasable.ranges,
    )


def _find(storage: Storage, url: str, article_id: str | None, article_at: ArticleAt) -> Erasable:
    archive = Archive(storage)
    article = _Traces({url})
    if article_id is not None:
        article.add_versions(archive, article_id)
    columns = ["article_id", "url", "requested_url"]
    observations = 0
    for batch in archive.observations(columns=columns).batches(8192):
        for row in batch.to_pylist():
            is_unassigned = row["article_id"] is None and address_key(row["url"]) == address_key(url)
            if is_unassigned or (article_id and row["article_id"] == article_id):
                observations += 1
                article.addresses |= {row["url"], row["requested_url"]}
    addresses, canonical_elsewhere = article.owned(url, article_id, article_at)
    pages = _pages(storage, addresses)
    pointers = article.pointers | (pages - _of_other_articles(archive, article_id, pages))
    ranges = [overwrite.page_range(storage, pointer) for pointer in pointers]
    ranges += _quarantined(storage, addresses, article_id)
    return Erasable(
        article_id,
        article.headline,
        article.versions,
        observations,
        frozenset(addresses),
        tuple(sorted(filter(None, ranges), key=lambda x: (x.path, x.offset))),
        article.siblings,
        tuple(sorted(canonical_elsewhere)),
    )


@dataclass(slots=True)
class _Traces:
    addresses: set[str]
    canonical: set[str] = field(default_factory=set)
    pointers: set[Pointer] = field(default_factory=set)
    headline: str | None = None
    versions: int = 0
    siblings: tuple[str, ...] = ()

    def add_versions(self, archive: Archive, article_id: str) -> None:
        for row in archive.versions(article_id).to_pylist():
            self.versions += 1
            self.addresses.update(row[name] for name in _ADDRESSES)
            if row["canonical_url"] is not None:
                self.canonical.add(row["canonical_url"])
            if row["raw_file"] is not None:
                self.pointers.add(Pointer(row["raw_file"], row["raw_offset"], row["raw_length"]))
            if row["valid_to"] is None:
                self.headline = row["headline"]
                self.siblings = _siblings(archive, row["story_id"], article_id)

    def owned(self, url: str, article_id: str | None, article_at: ArticleAt) -> tuple[set[str], set[str]]:
        """The addresses that belong to the article alone, and the canonical addresses that do not."""
        addresses = {url}
        for address in self.addresses:
            # an address that leads to another article too (a front page that redirects) is not its own
            if (holder := article_at(address)) is None or holder.article_id == article_id:
                addresses.add(address)
        for address in self.canonical:
            # an older version of Triptych derived the id from the canonical address, and would refuse it
            if article_id == address_key(address).hex() and article_at(address) is None:
                addresses.add(address)
        keys = set(map(address_key, addresses))
        return addresses, {x for x in self.canonical if address_key(x) not in keys}


def _of_other_articles(archive: Archive, article_id: str | None, pages: set[Pointer]) -> set[Pointer]:
    """The pages among these that rows of other articles point to."""
    files = pa.array(sorted({page.file for page in pages}), pa.string())
    offsets = pa.array(sorted({page.offset for page in pages}), pa.int64())
    columns = ["article_id", "raw_file", "raw_offset", "raw_length"]
    rows = archive.versions(columns=columns).where(
        ds.field("raw_file").isin(files), ds.field("raw_offset").isin(offsets)
    )
    pointers = set()
    for row in rows.to_pylist():
        if row["article_id"] != article_id:
            pointers.add(Pointer(row["raw_file"], row["raw_offset"], row["raw_length"]))
    return pointers


def _siblings(archive: Archive, story_id: str, article_id: str) -> tuple[str, ...]:
    rows = archive.articles(columns=["article_id", "url"])
    story = rows.where(ds.field("story_id") == story_id).to_pylist()
    return tuple(row["url"] for row in story if row["article_id"] != article_id)


def _pages(storage: Storage, addresses: Iterable[str]) -> set[Pointer]:
    """Find every page stored under these addresses, whether or not a row points to it."""
    keys = set(map(address_key, addresses))
    pages = set()
    for url in addresses:
        for pointer in cdxj_index.find(storage, url):
            if address_key(overwrite.address(storage, pointer) or "") in keys:
                pages.add(pointer)
    return pages


def _quarantined(storage: Storage, addresses: Iterable[str], article_id: str | None) -> list[Range | None]:
    """Find lines of quarantine about the article; `verify` counts those too damaged to be searched."""
    texts = set()
    for name in filter(None, (*addresses, article_id)):
        # with its quotes, so that no longer address matches
        for is_ascii in (True, False):
            texts.add(json.dumps(name, ensure_ascii=is_ascii).encode(errors="replace"))
    ranges: list[Range | None] = []
    for path, offset, length, content in quarantine.lines(storage):
        searched = _CLAIMS.sub(b"", content)
        if any(text in searched for text in texts):
            ranges.append(Range(path, offset, length))
    return ranges
