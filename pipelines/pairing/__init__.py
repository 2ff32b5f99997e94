"""Which articles are one story in several languages: explicit evidence first, then what the texts say.

`decide` is pure and runs inside the archive's commit, so a pair and its articles are published together.
The same articles in any order give the same decisions. Stories only grow and merge here: what an earlier
commit has joined is not taken apart, unless a person says so.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archive.records import SEPARATED, Decisions, LinkFacts, Membership, PairRecord
from pipelines.pairing.evidence import Edge, find_edges
from pipelines.pairing.groups import Stories
from pipelines.pairing.verdicts import Verdict, judged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from pipelines.pairing.content import Match

__all__ = ["CONFLICT", "decide"]

CONFLICT = 0.1
"""Probability by content below which a pair is flagged, and kept."""


def decide(
    fresh: Sequence[LinkFacts],
    related: Sequence[LinkFacts],
    *,
    now: datetime,
    matches: Sequence[Match] = (),
    verdicts: Sequence[Verdict] = (),
) -> Decisions:
    """Pairs of this commit's articles with each other and with the archived ones linked to them.

    `related` has the archived articles that name a fresh one or are named by it, and all members of their
    stories. An article in both counts as fresh. Edges between two related ones were decided before, except
    those that `matches` have scored or `verdicts` are about.
    """
    by_id = {article.article_id: article for article in (*_ordered(related), *_ordered(fresh))}
    articles = judged((by_id[article_id] for article_id in sorted(by_id)), verdicts)
    found = {(match.a_id, match.b_id): match for match in matches}
    named = {x for match in matches for x in (match.a_id, match.b_id)}
    named |= {x for verdict in verdicts for x in (verdict.a_id, verdict.b_id)}
    stories = Stories(articles)
    anew = {*stories.at_odds(), *_stories_of(articles, verdicts)}
    named |= {article.article_id for article in articles if article.story_id in anew}
    for story_id in anew:
        stories.take_apart(story_id)
    edges, refused = find_edges(
        articles,
        {article.article_id for article in fresh} | named,
        {ids: match.probability for ids, match in found.items()},
        {ids: match.probability for ids, match in found.items() if match.joins},
    )
    pairs = [_record(edge, found.get(edge.ids), now) for edge in edges if stories.join(edge)]
    pairs += [
        _separated(each, now) for each in verdicts if not each.same and {each.a_id, each.b_id} <= set(by_id)
    ]
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


def _stories_of(articles: Sequence[LinkFacts], verdicts: Sequence[Verdict]) -> set[str]:
    named = {article_id for each in verdicts for article_id in (each.a_id, each.b_id)}
    return {article.story_id for article in articles if article.article_id in named}


def _separated(verdict: Verdict, now: datetime) -> PairRecord:
    details = json.dumps({"evidence": [{"kind": SEPARATED}]})
    return PairRecord(
        verdict.a_id, verdict.b_id, SEPARATED, reciprocal=False, score=None, details=details, decided_at=now
    )


def _record(edge: Edge, match: Match | None, now: datetime) -> PairRecord:
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
    details: dict[str, object] = {"evidence": evidence}
    if match is not None:
        details["content"] = match.told()
        details["conflict"] = edge.kind != "label" and match.probability < CONFLICT
    return PairRecord(
        article_id_a=edge.a.article_id,
        article_id_b=edge.b.article_id,
        evidence=edge.kind,
        reciprocal=edge.reciprocal,
        score=match.probability if match is not None else None,
        details=json.dumps(details, ensure_ascii=False),
        decided_at=now,
    )
