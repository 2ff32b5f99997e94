"""The CSV of uncertain pairs, for a person's labels, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as ds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from archive.read.archive import Archive
    from pipelines.pairing.content.match import Match

COLUMNS = ("verdict", "probability", "tier", "runner_up", "evidence", "headline_a", "headline_b", "a", "b")
_OBEYED = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def write_review(path: Path, read: Archive, uncertain: Sequence[Match]) -> int:
    """Write the pairs, those nearest to a probability of one half first, and return the number of lines.

    `--labels` reads the file when the verdicts are filled in. Raises OSError.
    """
    named = {x for match in uncertain for x in (match.a_id, match.b_id)}
    articles = addresses_and_headlines(read, named)
    chosen = [match for match in uncertain if {match.a_id, match.b_id} <= articles.keys()]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for match in sorted(chosen, key=lambda each: (abs(each.probability - 0.5), each.a_id, each.b_id)):
            (url_a, headline_a), (url_b, headline_b) = articles[match.a_id], articles[match.b_id]
            row = (
                "",
                match.probability,
                match.tier,
                match.runner_up,
                match.in_words,
                headline_a,
                headline_b,
                url_a,
                url_b,
            )
            lines.writerow([harmless(each) if isinstance(each, str) else each for each in row])
    return len(chosen)


def harmless(text: str) -> str:
    """Put a quote before text of a page that a spreadsheet would take for a formula."""
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(_OBEYED) or text[:1] in _OBEYED else flat


def addresses_and_headlines(read: Archive, article_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return address and headline of articles."""
    ids = pa.array(sorted(article_ids), pa.string())
    named = read.articles(columns=["article_id", "url", "headline"])
    rows = named.where(ds.field("article_id").isin(ids)).to_arrow()
    return {row["article_id"]: (row["url"], row["headline"]) for row in rows.to_pylist()}


def article_ids(read: Archive, names: Iterable[str]) -> dict[str, str]:
    """Return the article ids of ids and addresses; the article fetched from an address comes first."""
    wanted = pa.array(sorted(set(names)), pa.string())
    columns = ["article_id", "canonical_url", "requested_url", "url"]
    where, copied = None, "syndicated_from"
    for column in columns:
        hit = ds.field(column).isin(wanted)
        where = hit if where is None else where | hit
    found = read.articles(columns=[*columns, copied])
    rows = (found if where is None else found.where(where)).to_arrow().to_pylist()
    held = set(wanted.to_pylist())
    # the better kind of address last, so that it wins
    return {
        row[column]: row["article_id"]
        for column in ("canonical_url", "requested_url", "url", "article_id")
        for row in rows
        # a copy calls itself by the address of somebody else's article
        if row[column] in held and not (column == "canonical_url" and row[copied])
    }


def languages(read: Archive, ids: Iterable[str]) -> dict[str, str | None]:
    """Return the languages of articles, by their ids."""
    wanted = ds.field("article_id").isin(pa.array(sorted(set(ids)), pa.string()))
    rows = read.articles(columns=["article_id", "language"]).where(wanted).to_arrow()
    return {row["article_id"]: row["language"] for row in rows.to_pylist()}
