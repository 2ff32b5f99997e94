"""Which articles are one story in several languages: explicit evidence first, then what the texts say.

`decide` is pure and runs inside the archive's commit, so a pair and its articles are published together.
The same articles in any order give the same decisions. Stories only grow and merge here: what an earlier
commit has joined is not taken apart, unless a person says so, or a link has joined what the texts tell apart
and another article is clearly the translation, or the texts alone have joined it and no longer do.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from archive.format.records import Decisions, LinkFacts, Membership
from pipelines.pairing.clustering import Stories
from pipelines.pairing.content.match import CONFLICT
from pipelines.pairing.edges import find_edges
from pipelines.pairing.labels import Verdict, judged
from pipelines.pairing.records import pair_record, refusal_record, separated, withdrawn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from archive.format.records import Align, PairRecord
    from pipelines.pairing.content.match import Match
    from pipelines.pairing.edges import Edge

__all__ = ["CONFLICT", "decide"]


def decide(
    fresh: Sequence[LinkFacts],
    related: Sequence[LinkFacts],
    *,
    now: datetime,
    matches: Sequence[Match] = (),
    verdicts: Sequence[Verdict] = (),
    align: Align | None = None,
) -> Decisions:
    """Pairs of this commit's articles with each other and with the archived ones linked to them.

    `related` has the archived articles that name a fresh one or are named by it, and all members of their
    stories. An article in both counts as fresh. Edges between two related ones were decided before, except
    those that `matches` have scored or `verdicts` are about. `align` lays the variants beside each other.
    """
    by_id = {article.article_id: article for article in (*_ordered(related), *_ordered(fresh))}
    articles = judged((by_id[article_id] for article_id in sorted(by_id)), verdicts)
    found = {(match.a_id, match.b_id): match for match in matches}
    named = {x for each in matches for x in (each.a_id, each.b_id)}
    named |= {x for each in verdicts for x in (each.a_id, each.b_id)}
    stories = Stories(articles)
    anew = {*stories.at_odds(), *_stories_of(articles, verdicts), *_in_doubt(stories, found)}
    named |= {article.article_id for article in articles if article.story_id in anew}
    for story_id in anew:
        stories.take_apart(story_id)
    edges, barred, unknown = find_edges(articles, {article.article_id for article in fresh} | named, found)
    pairs, refused_edges = _joined(edges, stories, found, now)
    refusals = [refusal_record(edge, *why, found.get(edge.ids), now) for edge, why in refused_edges]
    refusals += [refusal_record(edge, why, None, found.get(edge.ids), now) for edge, why in barred]
    pairs += [separated(x, now) for x in verdicts if not x.same and {x.a_id, x.b_id} <= by_id.keys()]
    gone = _gone(found, refused_edges, pairs)
    pairs += [withdrawn(ids, found.get(ids), now) for ids in sorted(gone) if set(ids) <= by_id.keys()]
    count = unknown + Counter(each.reason for each in refusals)
    return Decisions(
        pairs=tuple(sorted(pairs, key=lambda pair: (pair.article_id_a, pair.article_id_b))),
        memberships=tuple(
            Membership(article.article_id, stories.story_of(article))
            for article in articles
            if stories.story_of(article) != article.story_id
        ),
        refused=tuple(sorted((reason, n) for reason, n in count.items() if n)),
        refusals=tuple(sorted(refusals, key=lambda each: (each.article_id_a, each.article_id_b))),
        align=align,
    )


def _joined(
    edges: Sequence[Edge], stories: Stories, found: Mapping[tuple[str, str], Match], now: datetime
) -> tuple[list[PairRecord], list[tuple[Edge, tuple[str, str | None]]]]:
    """The strongest first: those with a place in the stories; those without, why, and who has it."""
    pairs, refused = [], list[tuple["Edge", tuple[str, str | None]]]()
    for edge in edges:
        refusal = stories.join(edge)
        if refusal is None or edge.contradicted:  # what a link says is kept and flagged, of two stories too
            pairs.append(pair_record(edge, found.get(edge.ids), now))
        if refusal is not None:
            why, kept = refusal
            refused.append((edge, ("conflict" if edge.contradicted else why, kept)))
    return pairs, refused


def _gone(
    found: Mapping[tuple[str, str], Match],
    refused: Sequence[tuple[Edge, tuple[str, str | None]]],
    pairs: Sequence[PairRecord],
) -> set[tuple[str, str]]:
    """What the texts no longer bear out, and what is refused of a story that was taken apart."""
    gone = {ids for ids, match in found.items() if match.withdrawn}
    gone |= {edge.ids for edge, _ in refused if edge.a.story_id == edge.b.story_id}
    return gone - {(each.article_id_a, each.article_id_b) for each in pairs}


def _in_doubt(stories: Stories, found: Mapping[tuple[str, str], Match]) -> set[str]:
    """Stories with a link between two that the texts tell apart, one of them surely another's translation.

    And those that the texts alone hold together, and no longer do.
    """
    sure = [ids for ids, match in found.items() if match.likely and match.tier == "auto"]
    apart = {x for ids in sure if len({stories.of(x) for x in ids}) > 1 for x in ids}
    told_apart = [
        ids
        for ids, match in found.items()
        if match.withdrawn or (match.probability < CONFLICT and apart & set(ids))
    ]
    own = ({stories.of(x) for x in ids} for ids in told_apart)
    return {story_id for pair in own if len(pair) == 1 for story_id in pair if story_id is not None}


def _ordered(articles: Sequence[LinkFacts]) -> list[LinkFacts]:
    """So that of two looks at one article in one commit the same one counts, whatever their order."""
    return sorted(articles, key=lambda article: (article.article_id, repr(article)))


def _stories_of(articles: Sequence[LinkFacts], verdicts: Sequence[Verdict]) -> set[str]:
    named = {article_id for each in verdicts for article_id in (each.a_id, each.b_id)}
    return {article.story_id for article in articles if article.article_id in named}
