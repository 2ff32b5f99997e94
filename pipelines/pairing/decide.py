"""The decision which articles are one story: declared links first, then the texts.

`decide` is a pure function and runs inside the archive's commit, so a pair and its articles are published
together. The same articles in any order give the same decisions. Stories only grow and merge here. A story of
an earlier commit is taken apart in three cases only: a person says so; the texts contradict a link and
another article is clearly the translation; or the texts alone had joined it and no longer do.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from archive.format.records import Decisions, LinkFacts, Membership
from pipelines.pairing.clustering import Stories
from pipelines.pairing.content.match import CONFLICT
from pipelines.pairing.edges import find_edges
from pipelines.pairing.labels import Label, with_labels
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
    labels: Sequence[Label] = (),
    align: Align | None = None,
) -> Decisions:
    """Pair the articles of this commit with each other and with the archived ones linked to them.

    `related` has the archived articles that name a fresh one or are named by it, and all members of their
    stories. An article in both counts as fresh. Edges between two related articles were decided before,
    except those that `matches` have scored or `labels` are about. `align` aligns the paragraphs of the
    variants.
    """
    by_id = {article.article_id: article for article in (*_ordered(related), *_ordered(fresh))}
    articles = with_labels((by_id[article_id] for article_id in sorted(by_id)), labels)
    found = {(match.a_id, match.b_id): match for match in matches}
    named = {x for each in matches for x in (each.a_id, each.b_id)}
    named |= {x for each in labels for x in (each.a_id, each.b_id)}
    stories = Stories(articles)
    anew = {*stories.at_odds(), *_stories_of(articles, labels), *_in_doubt(stories, found)}
    named |= {article.article_id for article in articles if article.story_id in anew}
    for story_id in anew:
        stories.take_apart(story_id)
    edges, barred, unknown = find_edges(articles, {article.article_id for article in fresh} | named, found)
    pairs, refused_edges = _joined(edges, stories, found, now)
    refusals = [refusal_record(edge, *why, found.get(edge.ids), now) for edge, why in refused_edges]
    refusals += [refusal_record(edge, why, None, found.get(edge.ids), now) for edge, why in barred]
    pairs += [separated(x, now) for x in labels if not x.same and {x.a_id, x.b_id} <= by_id.keys()]
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
    """Join edges, the strongest first; return pairs, and refused edges with reason and kept article."""
    pairs, refused = [], list[tuple["Edge", tuple[str, str | None]]]()
    for edge in edges:
        refusal = stories.join(edge)
        if refusal is None or edge.contradicted:  # kept and flagged, even between two stories
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
    """Return pairs that the texts no longer support, and refused ones of a story that was taken apart."""
    gone = {ids for ids, match in found.items() if match.withdrawn}
    gone |= {edge.ids for edge, _ in refused if edge.a.story_id == edge.b.story_id}
    return gone - {(each.article_id_a, each.article_id_b) for each in pairs}


def _in_doubt(stories: Stories, found: Mapping[tuple[str, str], Match]) -> set[str]:
    """Return the stories to take apart because of the texts.

    Either the texts contradict a link in the story, and one of the two is surely a translation of another
    article; or the texts alone hold the story together, and no longer do.
    """
    sure = [ids for ids, match in found.items() if match.likely and match.tier == "auto"]
    apart = {x for ids in sure if len({stories.of(x) for x in ids}) > 1 for x in ids}
    contradicted = [
        ids
        for ids, match in found.items()
        if match.withdrawn or (match.probability < CONFLICT and apart & set(ids))
    ]
    own = ({stories.of(x) for x in ids} for ids in contradicted)
    return {story_id for pair in own if len(pair) == 1 for story_id in pair if story_id is not None}


def _ordered(articles: Sequence[LinkFacts]) -> list[LinkFacts]:
    """Sort articles, so that of two observations in one commit the same one counts, whatever their order."""
    return sorted(articles, key=lambda article: (article.article_id, repr(article)))


def _stories_of(articles: Sequence[LinkFacts], labels: Sequence[Label]) -> set[str]:
    named = {article_id for each in labels for article_id in (each.a_id, each.b_id)}
    return {article.story_id for article in articles if article.article_id in named}
