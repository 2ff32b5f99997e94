"""Search for an article or a story by an id, the start of one, or an address."""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.addresses import bare_url, plain_url
from archive.exceptions import ArticleNotFound

if TYPE_CHECKING:
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
    "published_at",
    "authors",
    "body",
    "first_seen",
    "last_seen",
]
_ADDRESSES = ("url", "requested_url", "canonical_url")
Row = dict[str, object]


def find(archive: Archive, wanted: str) -> list[Row]:
    """Find the articles of the story that an article id, story id, their start, or a URL leads to."""
    if "://" in wanted:
        hit = functools.reduce(operator.or_, (ds.field(name) == wanted for name in _ADDRESSES))
    else:
        hit = pc.starts_with(ds.field("article_id"), wanted) | pc.starts_with(ds.field("story_id"), wanted)
    # texts of no other story are read: those of a large archive are gigabytes
    stories = archive.articles(columns=["story_id"]).where(hit).to_arrow()["story_id"].unique()
    if not wanted or len(stories) == 0:
        raise ArticleNotFound(f"Nothing in {archive.root} has the id or address {wanted!r}.")
    if len(stories) > 1:
        raise ArticleNotFound(f"{wanted!r} is the start of {len(stories)} stories' ids; give more of it.")
    story = archive.articles(columns=_COLUMNS).where(ds.field("story_id") == stories[0])
    rows: list[Row] = story.to_arrow().sort_by("language").to_pylist()
    return rows


def find_article(archive: Archive, wanted: str) -> tuple[str, int]:
    """Find the one article that an id, its start or a URL leads to, and the number of its latest version."""
    rows = find(archive, wanted)
    hits = [
        row
        for row in rows
        if str(row["article_id"]).startswith(wanted) or wanted in {row[name] for name in _ADDRESSES}
    ]
    if len(hits) != 1:
        ids = ", ".join(f"{row['article_id']} ({row['language']})" for row in rows)
        raise ArticleNotFound(f"{wanted!r} is a story of {len(rows)} articles; give one of {ids}.")
    numbers = archive.versions(str(hits[0]["article_id"]), columns=["version"]).to_arrow()["version"]
    return str(hits[0]["article_id"]), pc.max(numbers).as_py()


def spelled_otherwise(archive: Archive, url: str) -> list[str]:
    """Find other spellings of an address that crawls have asked for."""
    wanted = plain_url(bare_url(url))
    step = wanted.partition("?")[0].rpartition("/")[2]
    rows = archive.observations(columns=["requested_url"])
    near = rows.where(pc.match_substring(ds.field("requested_url"), step)).to_arrow() if step else None
    found = near["requested_url"].unique().to_pylist() if near is not None else []
    return sorted(address for address in found if plain_url(bare_url(address)) == wanted)
