"""What the command line finds under an id, or the start of one: an article, a story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.addresses import bare_url, plain_url
from archive.exceptions import ArticleNotFound

if TYPE_CHECKING:
    from archive.reader import Archive

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
Row = dict[str, object]


def find(archive: Archive, wanted: str) -> list[Row]:
    """The articles of the story that an article id, story id, their start, or a URL leads to."""
    table = archive.articles(columns=_COLUMNS).to_arrow()
    if "://" in wanted:
        hit = pc.equal(table["url"], wanted)
        for name in ("requested_url", "canonical_url"):
            hit = pc.or_(hit, pc.fill_null(pc.equal(table[name], wanted), False))
    else:
        hit = pc.or_(pc.starts_with(table["article_id"], wanted), pc.starts_with(table["story_id"], wanted))
    stories = table.filter(hit)["story_id"].unique()
    if not wanted or len(stories) == 0:
        raise ArticleNotFound(f"Nothing in {archive.root} has the id or address {wanted!r}.")
    if len(stories) > 1:
        raise ArticleNotFound(f"{wanted!r} is the start of {len(stories)} stories' ids; give more of it.")
    rows: list[Row] = table.filter(pc.equal(table["story_id"], stories[0])).sort_by("language").to_pylist()
    return rows


def find_article(archive: Archive, wanted: str) -> tuple[str, int]:
    """The one article that an id, its start or a URL leads to, and the number of its latest version."""
    rows = find(archive, wanted)
    addresses = ("url", "requested_url", "canonical_url")
    hits = [
        row
        for row in rows
        if str(row["article_id"]).startswith(wanted) or wanted in {row[name] for name in addresses}
    ]
    if len(hits) != 1:
        ids = ", ".join(f"{row['article_id']} ({row['language']})" for row in rows)
        raise ArticleNotFound(f"{wanted!r} is a story of {len(rows)} articles; give one of {ids}.")
    numbers = archive.versions(str(hits[0]["article_id"]), columns=["version"]).to_arrow()["version"]
    return str(hits[0]["article_id"]), pc.max(numbers).as_py()


def spelled_otherwise(archive: Archive, url: str) -> list[str]:
    """The same page's addresses that crawls have asked for."""
    wanted = plain_url(bare_url(url))
    step = wanted.partition("?")[0].rpartition("/")[2]
    rows = archive.observations(columns=["requested_url"])
    near = rows.where(pc.match_substring(ds.field("requested_url"), step)).to_arrow() if step else None
    found = near["requested_url"].unique().to_pylist() if near is not None else []
    return sorted(address for address in found if plain_url(bare_url(address)) == wanted)
