"""The CSV of pairs for a person's labels, safe to open in a spreadsheet, and what the labels prove."""

from __future__ import annotations

import csv
import random
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.format.times import minute
from pipelines.pairing.edges import BY_CONTENT
from pipelines.pairing.evidence import stored_match
from pipelines.pairing.labels import AUDIT, UNCERTAIN
from pipelines.similarity.lexicon import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from archive.read.archive import Archive
    from pipelines.pairing.content.match import Match

_SHOWN = ("language", "published_at", "outlet", "headline")
COLUMNS = (
    *("verdict", "why", "now", "probability", "tier", "runner_up", "evidence"),
    *(f"{name}_{side}" for side in "ab" for name in _SHOWN),
    *("a", "b"),
)
_OBEYED = ("=", "+", "-", "@", "\t", "\r", "|", "%")


class ShownArticle(NamedTuple):
    """Columns of an article that let a person tell it from others."""

    url: str
    headline: str
    language: str | None
    outlet: str
    published_at: datetime | None
    story_id: str


def write_review(path: Path, read: Archive, uncertain: Sequence[Match], audit: Sequence[Match] = ()) -> int:
    """Write the uncertain pairs, those nearest to a probability of one half first, then those of the audit.

    Last of the uncertain ones are those that a third article joins anyway: a `yes` there changes nothing.
    The article whose language stands first in LANGUAGES is a, as in the evidence. `--labels` reads the file
    when the verdicts are filled in. Returns the number of uncertain pairs. Raises OSError.
    """
    reviewed_ids = {x for match in (*uncertain, *audit) for x in (match.a_id, match.b_id)}
    articles = shown_articles(read, reviewed_ids)
    chosen = [match for match in uncertain if {match.a_id, match.b_id} <= articles.keys()]
    is_one_story = {id(x): articles[x.a_id].story_id == articles[x.b_id].story_id for x in chosen}
    chosen.sort(
        key=lambda x: (is_one_story[id(x)] and not x.likely, abs(x.probability - 0.5), x.a_id, x.b_id)
    )
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for why, matches in ((UNCERTAIN, chosen), (AUDIT, audit)):
            for match in matches:
                a, b = sorted((articles[match.a_id], articles[match.b_id]), key=_by_language)
                sides = [[x.language, _day(x), x.outlet, x.headline] for x in (a, b)]
                row = [
                    "",
                    why,
                    "one story" if a.story_id == b.story_id else "two stories",
                    match.probability,
                    match.tier,
                    match.runner_up,
                    match.in_words,
                    *sides[0],
                    *sides[1],
                ]
                lines.writerow([harmless(x) if isinstance(x, str) else x for x in (*row, a.url, b.url)])
    return len(chosen)


def _by_language(article: ShownArticle) -> tuple[int, str, str]:
    is_compared = article.language in LANGUAGES
    return (
        LANGUAGES.index(article.language or "") if is_compared else len(LANGUAGES),
        article.language or "",
        article.url,
    )


def _day(article: ShownArticle) -> str:
    return minute(article.published_at) if article.published_at else ""


def audit_sample(read: Archive, size: int, seed: int) -> tuple[list[Match], int]:
    """Draw pairs of the tier `auto` that nothing but content joins, and return how many there are.

    Without those that a person has judged. The same seed draws the same pairs of the same snapshot.
    """
    table = read.pairs(columns=["article_id_a", "article_id_b", "evidence", "score", "details"]).to_arrow()
    table = table.filter(pc.is_in(table["evidence"], value_set=pa.array(sorted(BY_CONTENT))))
    judged, sample = read.judged(), []
    for batch in table.to_batches(max_chunksize=4_096):
        for row in batch.to_pylist():
            match = stored_match(row, was_joined=True)
            if match is not None and match.tier == "auto" and (match.a_id, match.b_id) not in judged:
                sample.append(match)
    sample.sort(key=lambda match: (match.a_id, match.b_id))
    # not cryptography
    return random.Random(seed).sample(sample, min(size, len(sample))), len(sample)  # noqa: S311


def harmless(text: str) -> str:
    """Put a quote before text of a page that a spreadsheet would take for a formula."""
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(_OBEYED) or text[:1] in _OBEYED else flat


def shown_articles(read: Archive, article_ids: Iterable[str]) -> dict[str, ShownArticle]:
    """Return what a person needs to see of articles, by their ids."""
    ids = pa.array(sorted(article_ids), pa.string())
    articles = read.articles(columns=["article_id", *ShownArticle._fields])
    rows = articles.where(ds.field("article_id").isin(ids)).to_arrow().to_pylist()
    return {row.pop("article_id"): ShownArticle(**row) for row in rows}


def article_ids(read: Archive, names: Iterable[str]) -> dict[str, str]:
    """Return the article ids of ids and addresses; the article fetched from an address comes first."""
    addresses = pa.array(sorted(set(names)), pa.string())
    columns = ["article_id", "canonical_url", "requested_url", "url"]
    where, copied = None, "syndicated_from"
    for column in columns:
        hit = ds.field(column).isin(addresses)
        where = hit if where is None else where | hit
    articles = read.articles(columns=[*columns, copied])
    rows = (articles if where is None else articles.where(where)).to_arrow().to_pylist()
    remaining = set(addresses.to_pylist())
    ids: dict[str, str] = {}
    # the better kind of address last, so that it wins
    for column in ("canonical_url", "requested_url", "url", "article_id"):
        for row in rows:
            # a copy calls itself by the address of somebody else's article
            if row[column] in remaining and not (column == "canonical_url" and row[copied]):
                ids[row[column]] = row["article_id"]
    return ids


def languages(read: Archive, ids: Iterable[str]) -> dict[str, str | None]:
    """Return the languages of articles, by their ids."""
    chosen = ds.field("article_id").isin(pa.array(sorted(set(ids)), pa.string()))
    rows = read.articles(columns=["article_id", "language"]).where(chosen).to_arrow()
    return {row["article_id"]: row["language"] for row in rows.to_pylist()}
