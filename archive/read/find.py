"""Search for an article or a story by an id, the start of one, or an address."""

import functools
import operator
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from contextlib import closing
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.addresses import address_key, bare_url, plain_url
from archive.exceptions import ArticleNotFound
from archive.format.conflicts import is_conflict
from archive.read import locations
from archive.read.archive import Archive
from archive.read.scan import one_of
from archive.state import replay
from archive.state.model import ID, REQUESTED, URL

_COLUMNS = [
    *("article_id", "story_id", "version", "outlet", "language", "headline", "url", "requested_url"),
    *("canonical_url", "syndicated_from", "published_at", "authors", "body", "first_seen", "last_seen"),
]
_FETCHED = ("url", "requested_url")
_CLAIMED = ("canonical_url", "syndicated_from")
Row = dict[str, object]


def find(archive: Archive, query: str, more: Sequence[str] = ()) -> list[Row]:
    """Find the articles of the story that an article id, story id, their start, or a URL leads to.

    `more`: columns in addition to the usual ones.

    An address leads to the article that was fetched there; if there is none, to one whose page claims it as
    canonical address, or as its original.
    """
    for search in (_story_by_cache, _story_in_files):
        story_id = search(archive, query)
        if story_id is None:
            continue
        rows = archive.articles(columns=[*_COLUMNS, *more]).seek(ds.field("story_id") == story_id)
        story = locations.narrowed(archive.storage, archive.snapshot, rows, "articles", story_id)
        articles: list[Row] = story.to_arrow().sort_by("language").to_pylist()
        if articles:
            return articles
    raise ArticleNotFound(f"Nothing in {archive.root} has the id or address {query!r}.")


def _story_in_files(archive: Archive, query: str) -> str | None:
    stories = _stories(archive, query, _FETCHED) or _stories(archive, query, _CLAIMED) if query else []
    if len(stories) > 1 and "://" in query:
        raise ArticleNotFound(f"{query!r} leads to articles of {len(stories)} stories; give an id.")
    if len(stories) > 1:
        raise ArticleNotFound(f"{query!r} is the start of {len(stories)} stories' ids; give more of it.")
    return stories[0] if stories else None


def _stories(archive: Archive, query: str, addresses: Sequence[str]) -> list[str]:
    if "://" in query:
        hit = _any(ds.field(name) == query for name in addresses)
    else:
        hit = pc.starts_with(ds.field("article_id"), query) | pc.starts_with(ds.field("story_id"), query)
    rows = archive.articles(columns=["story_id"]).where(hit).to_arrow()
    stories: list[str] = rows["story_id"].unique().to_pylist()
    return stories


def _any(conditions: Iterable[ds.Expression]) -> ds.Expression:
    return functools.reduce(operator.or_, conditions)


_SHORT = 8
"""Digits of an id; for a shorter start all ids are read, to report how many match."""


def _story_by_cache(archive: Archive, query: str) -> str | None:
    """The story by this machine's cache; None without one, or if it does not lead to one story."""
    cache = replay.cache_at(archive.storage.layout, archive.snapshot)
    if cache is None:
        return None
    with closing(cache):
        try:
            return _story_in_cache(cache, query)
        except sqlite3.Error:
            return None


_AT_ADDRESS = (
    "SELECT DISTINCT a.story_id FROM place p JOIN article a ON a.number = p.article WHERE p.key = ?"
    f" AND p.role IN ({URL}, {REQUESTED}) AND ? IN (a.url, a.requested_url) LIMIT 2"
)
_WITH_ID = (
    "SELECT a.story_id FROM place p JOIN article a ON a.number = p.article"
    f" WHERE p.key BETWEEN :first AND :last AND p.role = {ID}"
    " UNION SELECT a.story_id FROM story s JOIN article a ON a.number = s.article"
    " WHERE s.key BETWEEN :first AND :last LIMIT 2"
)


def _story_in_cache(cache: sqlite3.Connection, query: str) -> str | None:
    """The only story that an address or an id leads to; None if there is none, or more than one."""
    if "://" in query:
        rows = cache.execute(_AT_ADDRESS, (address_key(query), query)).fetchall()
    elif _SHORT <= len(query) <= 32 and not query.strip("0123456789abcdef"):
        bounds = {"first": bytes.fromhex(query.ljust(32, "0")), "last": bytes.fromhex(query.ljust(32, "f"))}
        rows = cache.execute(_WITH_ID, bounds).fetchall()
    else:
        return None
    return str(rows[0][0]) if len(rows) == 1 else None


def find_article(archive: Archive, query: str) -> tuple[str, int]:
    """Find the only article that an id, its start or a URL leads to, and the number of its latest version."""
    rows = find(archive, query)
    hits = []
    for row in rows:
        if str(row["article_id"]).startswith(query) or query in {row[name] for name in _FETCHED}:
            hits.append(row)
    if not hits:
        hits = [row for row in rows if query == row["canonical_url"] and not row["syndicated_from"]]
    if len(hits) != 1:
        ids = ", ".join(f"{row['article_id']} ({row['language']})" for row in rows)
        raise ArticleNotFound(f"{query!r} is a story of {len(rows)} articles; give one of {ids}.")
    versions = archive.versions(str(hits[0]["article_id"]), columns=["version", "valid_to"]).to_arrow()
    (latest,) = versions.filter(pc.is_null(versions["valid_to"]))["version"].to_pylist()
    return str(hits[0]["article_id"]), latest


def at_address(archive: Archive, url: str) -> tuple[list[Row], list[Row]]:
    """Find the articles that were fetched at an address, in any spelling, and those that only name it.

    An article is fetched where a visit led; it has the addresses of all its visits.
    """
    segments = _last_segments(url)
    if not segments:
        return [], []
    fetched = fetched_at(archive, url)
    columns = ["article_id", "outlet", "url", *_CLAIMED, "version"]
    condition = _have_segment(_CLAIMED, segments)
    if fetched:
        condition |= one_of("article_id", sorted(fetched))
    rows = archive.articles(columns=columns).seek(condition).to_arrow()
    is_fetched = pc.is_in(rows["article_id"], pa.array(sorted(fetched), pa.string()))
    articles: list[Row] = rows.filter(is_fetched).to_pylist()
    naming = []
    for row in _maybe_of_host(rows, _CLAIMED, url).to_pylist():
        if row["article_id"] not in fetched and _has_address(row, _CLAIMED, url):
            naming.append(row)
    return articles, naming


def fetched_at(archive: Archive, url: str) -> set[str]:
    """Find the ids of the articles that were fetched at an address, in any spelling."""
    segments = _last_segments(url)
    if not segments:
        return set()
    condition = _have_segment(_FETCHED, segments)
    visits = archive.observations(columns=["article_id", *_FETCHED]).seek(condition).to_arrow()
    fetched = set()
    for row in _maybe_of_host(visits, _FETCHED, url).to_pylist():
        if row["article_id"] is not None and _has_address(row, _FETCHED, url):
            fetched.add(row["article_id"])
    return fetched


def _last_segments(url: str) -> set[str]:
    """List what any spelling of an address has: Arrow finds these few, and Python compares them."""
    return {x.partition("?")[0].rstrip("/").rpartition("/")[2] for x in (url, plain_url(url))} - {""}


def _have_segment(names: Sequence[str], segments: Collection[str]) -> ds.Expression:
    return _any(pc.match_substring(ds.field(name), x) for name in names for x in segments)


def _has_address(row: Row, names: Sequence[str], url: str) -> bool:
    return any(row[name] and address_key(str(row[name])) == address_key(url) for name in names)


def _maybe_of_host(rows: pa.Table, names: Sequence[str], url: str) -> pa.Table:
    """Leave out rows whose addresses are of another host: all hosts have a segment such as `news`.

    Characters that are not ASCII, or are removed from an address, may stand for the name of the host.
    """
    host = urlsplit(plain_url(url)).hostname or ""
    if not host.isascii():
        return rows
    conditions = []
    for name in names:
        conditions.append(pc.match_substring(ds.field(name), host, ignore_case=True))
        conditions.append(pc.match_substring_regex(ds.field(name), "[^ -~]"))
    return rows.filter(_any(conditions))


def spelled_otherwise(archive: Archive, url: str) -> list[str]:
    """Find other spellings of an address that crawls have requested."""
    plain = plain_url(bare_url(url))
    segment = plain.partition("?")[0].rpartition("/")[2]
    if not segment:
        return []
    rows = archive.observations(columns=["requested_url"])
    near = rows.where(pc.match_substring(ds.field("requested_url"), segment)).to_arrow()
    addresses = _maybe_of_host(near, ["requested_url"], plain)["requested_url"].unique().to_pylist()
    return sorted(address for address in addresses if plain_url(bare_url(address)) == plain)


def conflicts(archive: Archive, story_id: str, ids: Sequence[str]) -> list[tuple[Row, list[Row]]]:
    """Find the pairs of a story's articles whose texts contradict their link, each with its two articles."""
    sides = ("article_id_a", "article_id_b")
    have_article = one_of(sides[0], ids) | one_of(sides[1], ids)
    rows = archive.pairs(columns=[*sides, "evidence", "score", "details"]).seek(have_article)
    pairs = locations.narrowed(archive.storage, archive.snapshot, rows, "pairs", story_id).to_pylist()
    contradicted = [row for row in pairs if is_conflict(row["details"])]
    if not contradicted:
        return []
    article_ids: set[str] = set()
    for row in contradicted:
        article_ids |= {row[side] for side in sides}
    articles = archive.articles(columns=["article_id", "language", "url"])
    rows_of_pairs = articles.seek(one_of("article_id", sorted(article_ids))).to_pylist()
    by_id = {row["article_id"]: row for row in rows_of_pairs}
    found = []
    for row in contradicted:
        of_pair = (by_id.get(row[side]) for side in sides)
        found.append((row, [article for article in of_pair if article is not None]))
    return found
