"""Search for an article or a story by an id, the start of one, or an address."""

from __future__ import annotations

import functools
import operator
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.addresses import address_key, bare_url, plain_url
from archive.exceptions import ArticleNotFound
from archive.format.conflicts import is_conflict
from archive.state import replay
from archive.state.model import ID, REQUESTED, URL, id_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from archive.read.archive import Archive

_COLUMNS = [
    "article_id",
    "story_id",
    "version",
    "outlet",
    "language",
    "headline",
    "url",
    "requested_url",
    "canonical_url",
    "syndicated_from",
    "published_at",
    "authors",
    "body",
    "first_seen",
    "last_seen",
]
_FETCHED = ("url", "requested_url")
_CLAIMED = ("canonical_url", "syndicated_from")
Row = dict[str, object]


def find(archive: Archive, wanted: str, more: Sequence[str] = ()) -> list[Row]:
    """Find the articles of the story that an article id, story id, their start, or a URL leads to.

    `more`: columns beside the usual ones.

    An address leads to the article that was fetched there; where nothing was, to one whose page calls itself
    so, or calls that its original.
    """
    # texts of no other story are read: those of a large archive are gigabytes
    if (known := _known(archive, wanted, more)) is not None:
        return known
    stories = _stories(archive, wanted, _FETCHED) or _stories(archive, wanted, _CLAIMED)
    if not wanted or not stories:
        raise ArticleNotFound(f"Nothing in {archive.root} has the id or address {wanted!r}.")
    if len(stories) > 1 and "://" in wanted:
        raise ArticleNotFound(f"{wanted!r} leads to articles of {len(stories)} stories; give an id.")
    if len(stories) > 1:
        raise ArticleNotFound(f"{wanted!r} is the start of {len(stories)} stories' ids; give more of it.")
    story = archive.articles(columns=[*_COLUMNS, *more]).seek(ds.field("story_id") == stories[0])
    rows: list[Row] = story.to_arrow().sort_by("language").to_pylist()
    return rows


def _stories(archive: Archive, wanted: str, addresses: Sequence[str]) -> list[str]:
    if "://" in wanted:
        hit = functools.reduce(operator.or_, (ds.field(name) == wanted for name in addresses))
    else:
        hit = pc.starts_with(ds.field("article_id"), wanted) | pc.starts_with(ds.field("story_id"), wanted)
    found = archive.articles(columns=["story_id"]).where(hit).to_arrow()["story_id"].unique()
    stories: list[str] = found.to_pylist()
    return stories


_SHORT = 8
"""Digits of an id: for the start of many all ids are read, which tells how many there are."""


def _known(archive: Archive, wanted: str, more: Sequence[str]) -> list[Row] | None:
    """Find the rows by this machine's cache, which says in which files they lie.

    None where there is no cache of this snapshot, or it does not lead to one story and all its articles: then
    all files are asked.
    """
    cache = replay.cache_at(archive.storage.layout, archive.snapshot)
    if cache is None:
        return None
    with closing(cache):
        try:
            found = _story_in_cache(cache, wanted)
            lies = [] if found is None else cache.execute(_LIES_IN, (id_key(found),)).fetchall()
        except sqlite3.Error:
            return None
    if found is None or not lies:
        return None
    paths = {path for _, path in lies}
    numbers = [x for x, file in enumerate(archive.snapshot.stored("articles")) if file.path in paths]
    articles = archive.articles(columns=[*_COLUMNS, *more]).of_files(numbers)
    rows = articles.where(ds.field("story_id") == found).to_arrow()
    if sorted(rows["article_id"].to_pylist()) != sorted(article_id for article_id, _ in lies):
        return None
    ordered: list[Row] = rows.sort_by("language").to_pylist()
    return ordered


_LIES_IN = (
    "SELECT a.article_id, f.path FROM story s JOIN article a ON a.number = s.article"
    " JOIN version v ON v.article = s.article AND v.latest JOIN file f ON f.id = v.file WHERE s.key = ?"
)
_AT_ADDRESS = (
    "SELECT DISTINCT a.story_id FROM place p JOIN article a ON a.number = p.article WHERE p.key = ?"
    f" AND p.role IN ({URL}, {REQUESTED}) AND ? IN (a.url, a.requested_url) LIMIT 2"
)
_WITH_ID = (
    "SELECT a.story_id FROM place p JOIN article a ON a.number = p.article"
    f" WHERE p.key BETWEEN ?1 AND ?2 AND p.role = {ID}"
    " UNION SELECT a.story_id FROM story s JOIN article a ON a.number = s.article"
    " WHERE s.key BETWEEN ?1 AND ?2 LIMIT 2"
)


def _story_in_cache(cache: sqlite3.Connection, wanted: str) -> str | None:
    """The one story that an address or an id leads to; None where there is none, or more than one."""
    if "://" in wanted:
        rows = cache.execute(_AT_ADDRESS, (address_key(wanted), wanted)).fetchall()
    elif _SHORT <= len(wanted) <= 32 and not wanted.strip("0123456789abcdef"):
        bounds = (bytes.fromhex(wanted.ljust(32, digit)) for digit in "0f")
        rows = cache.execute(_WITH_ID, tuple(bounds)).fetchall()
    else:
        return None
    return str(rows[0][0]) if len(rows) == 1 else None


def find_article(archive: Archive, wanted: str) -> tuple[str, int]:
    """Find the one article that an id, its start or a URL leads to, and the number of its latest version."""
    rows = find(archive, wanted)
    hits = [
        row
        for row in rows
        if str(row["article_id"]).startswith(wanted) or wanted in {row[name] for name in _FETCHED}
    ] or [row for row in rows if wanted == row["canonical_url"] and not row["syndicated_from"]]
    if len(hits) != 1:
        ids = ", ".join(f"{row['article_id']} ({row['language']})" for row in rows)
        raise ArticleNotFound(f"{wanted!r} is a story of {len(rows)} articles; give one of {ids}.")
    numbers = archive.versions(str(hits[0]["article_id"]), columns=["version"]).to_arrow()["version"]
    return str(hits[0]["article_id"]), pc.max(numbers).as_py()


def at_address(archive: Archive, url: str) -> tuple[list[Row], list[Row]]:
    """Find the articles that were fetched at an address, in any spelling, and those that only name it.

    An article is fetched where a look at it led; its own addresses are those of all its looks.
    """
    key = address_key(url)
    # Python compares addresses, and Arrow finds the few worth it: with the same last step
    steps = {x.partition("?")[0].rstrip("/").rpartition("/")[2] for x in (url, plain_url(url))} - {""}

    def are_near(names: Sequence[str]) -> ds.Expression:
        each = (pc.match_substring(ds.field(name), step) for name in names for step in steps)
        return functools.reduce(operator.or_, each)

    def names_it(row: Row, names: Sequence[str]) -> bool:
        return any(row[name] and address_key(str(row[name])) == key for name in names)

    if not steps:
        return [], []
    looks = archive.observations(columns=["article_id", *_FETCHED]).seek(are_near(_FETCHED)).to_arrow()
    perhaps = _perhaps_of_host(looks, _FETCHED, url)
    fetched = {row["article_id"] for row in perhaps.to_pylist() if names_it(row, _FETCHED)} - {None}
    columns = ["article_id", "outlet", "url", *_CLAIMED, "version"]
    wanted = are_near(_CLAIMED)
    if fetched:
        wanted |= ds.field("article_id").isin(pa.array(sorted(fetched), pa.string()))
    rows = archive.articles(columns=columns).seek(wanted).to_arrow()
    is_here = pc.is_in(rows["article_id"], pa.array(sorted(fetched), pa.string()))
    here: list[Row] = rows.filter(is_here).to_pylist()
    claiming = _perhaps_of_host(rows, _CLAIMED, url).to_pylist()
    naming = [row for row in claiming if row["article_id"] not in fetched and names_it(row, _CLAIMED)]
    return here, naming


def _perhaps_of_host(rows: pa.Table, names: Sequence[str], url: str) -> pa.Table:
    """Leave out rows whose addresses are of another host: a last step such as `news` is in all of an archive.

    Characters that are not ASCII, or are removed from an address, may stand for the name of the host.
    """
    host = urlsplit(plain_url(url)).hostname or ""
    if not host.isascii():
        return rows
    each = (
        pc.match_substring(ds.field(name), host, ignore_case=True)
        | pc.match_substring_regex(ds.field(name), "[^ -~]")
        for name in names
    )
    return rows.filter(functools.reduce(operator.or_, each))


def spelled_otherwise(archive: Archive, url: str) -> list[str]:
    """Find other spellings of an address that crawls have asked for."""
    wanted = plain_url(bare_url(url))
    step = wanted.partition("?")[0].rpartition("/")[2]
    rows = archive.observations(columns=["requested_url"])
    near = rows.where(pc.match_substring(ds.field("requested_url"), step)).to_arrow() if step else None
    perhaps = None if near is None else _perhaps_of_host(near, ["requested_url"], wanted)
    found = perhaps["requested_url"].unique().to_pylist() if perhaps is not None else []
    return sorted(address for address in found if plain_url(bare_url(address)) == wanted)


def conflicts(archive: Archive, ids: Sequence[str]) -> list[tuple[Row, list[Row]]]:
    """Find the pairs of these articles whose link the texts contradict, each with its two articles."""
    among = pa.array(ids, pa.string())
    sides = ("article_id_a", "article_id_b")
    named = functools.reduce(operator.or_, (ds.field(side).isin(among) for side in sides))
    pairs = archive.pairs(columns=[*sides, "evidence", "score", "details"]).seek(named).to_pylist()
    found = [row for row in pairs if is_conflict(row["details"])]
    both = pa.array(sorted({row[side] for row in found for side in sides}), pa.string())
    articles = archive.articles(columns=["article_id", "language", "url"])
    rows = articles.seek(ds.field("article_id").isin(both)).to_pylist() if found else []
    by_id = {row["article_id"]: row for row in rows}
    return [(row, [by_id[row[side]] for side in sides if row[side] in by_id]) for row in found]
