"""Which articles are one story in several languages: explicit evidence first.

`decide` is pure and runs inside the archive's commit, so a pair and its articles are published together.
The same articles in any order give the same decisions. Stories only grow and merge here: what an earlier
commit has joined is not taken apart.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archive.records import Decisions, LinkFacts, Membership, PairRecord
from pipelines.pairing.evidence import Edge, find_edges
from pipelines.pairing.groups import Stories

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["decide"]


def decide(fresh: Sequence[LinkFacts], related: Sequence[LinkFacts], *, now: datetime) -> Decisions:
    """Pairs of this commit's articles with each other and with the archived ones linked to them.

    `related` has the archived articles that name a fresh one or are named by it, and all members of their
    stories. An article in both counts as fresh. Edges between two related ones were decided before.
    """
    by_id = {article.article_id: article for article in (*_ordered(related), *_ordered(fresh))}
    articles = [by_id[article_id] for article_id in sorted(by_id)]
    edges, refused = find_edges(articles, {article.article_id for article in fresh})
    stories = Stories(articles)
    pairs = [_record(edge, now) for edge in edges if stories.join(edge)]
    return Decisions(
        pairs=tuple(sorted(pairs, key=lambda pair: (pair.article_id_a, pair.article_id_b))),
        memberships=tuple(
            Membership(article.article_id, stories.story_of(article))
            for article in articles
            if stories.story_of(article) != article.story_id
        ),
        refused=tuple(sorted((reason, n) for reason, n in (refused + stories.refused).items() if n)),
    )


def _ordered(articles: Sequence[LinkFacts]) -> list[LinkFacts]:
    """So that of two looks at one article in one commit the same one counts, whatever their order."""
    return sorted(articles, key=lambda article: (article.article_id, repr(article)))


def _record(edge: Edge, now: datetime) -> PairRecord:
    language = {edge.a.article_id: edge.a.language, edge.b.article_id: edge.b.language}
    evidence: list[dict[str, str | bool]] = []
    for link in edge.links:
        said: dict[str, str | bool] = {"kind": link.kind, "from": link.from_id, "to": link.to_id}
        if link.claimed:
            said["claimed"] = link.claimed
            # RBC-Ukraine's /ukr/ is Russian: the claim is wrong about the language and right about the story.
            if link.claimed.partition("-")[0] != language[link.to_id]:
                said["contradicted"] = True
        evidence.append(said)
    return PairRecord(
        article_id_a=edge.a.article_id,
        article_id_b=edge.b.article_id,
        evidence=edge.kind,
        reciprocal=edge.reciprocal,
        score=None,
        details=json.dumps({"evidence": evidence}, ensure_ascii=False),
        decided_at=now,
    )
