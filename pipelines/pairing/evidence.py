"""Stored evidence: pairs and refused pairs of earlier runs, and the articles that hang together by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from archive.format.conflicts import details_of
from archive.format.records import NO_PAIR, WITHDRAWN
from pipelines.pairing.content.match import Match
from pipelines.pairing.edges import BY_CONTENT, KINDS, Link

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from archive.read.archive import Archive

LINKS = frozenset(KINDS) - {"label", *BY_CONTENT}
"""Kinds of evidence that a page or an outlet states."""
_SIDES = ("article_id_a", "article_id_b")
_EDGE = [*_SIDES, "evidence", "score", "details"]


@dataclass(frozen=True, slots=True)
class StoredEdge:
    """All that the archive keeps of a pair, or of a refused one that may still become a pair."""

    a_id: str
    b_id: str
    match: Match | None
    """Result of its last comparison; None if it was not compared."""
    links: tuple[Link, ...]
    """Links that speak for it; those of pages that have lost them since, too."""
    evidence: str | None
    """Strongest evidence of the pair; None if it is refused."""
    scored: bool
    """True if it has been compared."""


def stored_refusals(read: Archive) -> pa.Table:
    """Return the last refusal of each pair, if another article, the texts or a person is the reason."""
    table = read.refusals(columns=[*_EDGE, "reason", "commit_seq"]).to_arrow()
    last: dict[tuple[str, str], int] = {}
    keys = zip(*(table[name].to_pylist() for name in (*_SIDES, "commit_seq")), strict=True)
    numbers = {n: seq for n, (_, _, seq) in enumerate(keys)}
    for n, ids in enumerate(zip(*(table[name].to_pylist() for name in _SIDES), strict=True)):
        if ids not in last or numbers[last[ids]] <= numbers[n]:
            last[ids] = n
    table = table.take(pa.array(sorted(last.values()), pa.int64()))
    again = pc.is_in(table["reason"], value_set=pa.array(["conflict", "label-no"]))
    return table.filter(pc.or_(again, pc.starts_with(table["reason"], "second-"))).select(_EDGE)


def last_refusal(read: Archive, ids: tuple[str, str]) -> tuple[str | None, str | None]:
    """Return reason and kept article of the last refusal of a pair; None twice if it was never refused."""
    table = read.refusals(columns=[*_SIDES, "reason", "kept", "commit_seq"]).to_arrow()
    refusals = table.filter(pc.and_(*(pc.equal(table[side], x) for side, x in zip(_SIDES, ids, strict=True))))
    rows = sorted(refusals.to_pylist(), key=lambda row: row["commit_seq"])
    return (
        (rows[-1]["reason"], rows[-1]["kept"]) if rows and rows[-1]["reason"] != WITHDRAWN else (None, None)
    )


def hanging_together(read: Archive, articles_named: Collection[str], since: int) -> set[str]:
    """Return these articles, those newer than the snapshot `since`, and all that are joined to any of them.

    Pairs, refused pairs and stories join: no article outside has a say in the stories of these.
    """
    articles = read.articles(columns=["article_id", "story_id", "commit_seq"]).to_arrow()
    edges = [read.pairs(columns=_SIDES).to_arrow(), stored_refusals(read)]
    table = pa.concat_tables(
        pa.table({"one": x[from_side], "other": x[to_side]})
        for x in edges
        for from_side, to_side in (_SIDES, _SIDES[::-1])
    )
    reached = {
        *articles_named,
        *articles.filter(pc.greater(articles["commit_seq"], since))["article_id"].to_pylist(),
    }
    new = reached
    while new:
        ids = pa.array(sorted(new), pa.string())
        neighbours = table.filter(pc.is_in(table["one"], value_set=ids))["other"].to_pylist()
        story_ids = articles.filter(pc.is_in(articles["article_id"], value_set=ids))["story_id"]
        members = articles.filter(pc.is_in(articles["story_id"], value_set=story_ids.combine_chunks()))
        new = {*neighbours, *members["article_id"].to_pylist()} - reached
        reached |= new
    return reached


def stored_edges(read: Archive, ids: Collection[str] | None) -> Iterator[StoredEdge]:
    """Yield the pairs of these articles, and the refused ones that are no pairs; None means all articles."""
    pairs = read.pairs(columns=_EDGE).to_arrow()
    if ids is not None:
        among = pa.array(sorted(ids), pa.string())
    ids_seen = set()
    for table, are_pairs in ((pairs, True), (stored_refusals(read), False)):
        if ids is not None:
            table = table.filter(pc.is_in(table["article_id_a"], value_set=among))  # noqa: PLW2901
        for batch in table.to_batches(max_chunksize=4_096):
            for row in batch.to_pylist():
                key = hash((row["article_id_a"], row["article_id_b"]))
                if key not in ids_seen and row["evidence"] not in NO_PAIR:
                    ids_seen.add(key)
                    yield _edge(row, is_joined=are_pairs)


def _edge(row: Mapping[str, Any], *, is_joined: bool) -> StoredEdge:
    """Read an edge; what its details are otherwise than we write them counts as not said."""
    ids = row["article_id_a"], row["article_id_b"]
    evidence = details_of(row["details"]).get("evidence")
    links = tuple(
        link for entry in (evidence if isinstance(evidence, list) else ()) for link in _link(entry, ids)
    )
    match = stored_match(row, was_joined=is_joined and row["evidence"] in BY_CONTENT)
    return StoredEdge(*ids, match, links, row["evidence"] if is_joined else None, scored=match is not None)


def _link(entry: object, ids: tuple[str, str]) -> Iterator[Link]:
    """Yield the link that a piece of evidence states of these two articles, if it states one."""
    if not isinstance(entry, dict):
        return
    kind, ends, claimed_language = (
        entry.get("kind"),
        (entry.get("from"), entry.get("to")),
        entry.get("claimed"),
    )
    if isinstance(kind, str) and kind in LINKS and ends in {ids, ids[::-1]}:
        yield Link(kind, *ends, claimed_language if isinstance(claimed_language, str) else None)


def stored_match(row: Mapping[str, Any], *, was_joined: bool) -> Match | None:
    """Read the match of a row; None if it was not compared, or its details are not as we write them."""
    try:
        content: Any = details_of(row["details"])["content"]
        return Match.of_details(
            row["article_id_a"], row["article_id_b"], float(row["score"]), content, was_joined=was_joined
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError):
        return None
