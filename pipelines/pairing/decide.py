"""The decision which articles are one story: declared links first, then the texts.

`decide` is a pure function and runs inside the archive's commit, so a pair and its articles are published
together. The same articles in any order give the same decisions. In the commit of a crawl, which knows links
only, stories grow and merge; one is taken apart only where a person says so. A run of pairing makes the
stories that it is shown anew from all evidence, so that they do not depend on what came first.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from archive.format.records import WITHDRAWN, Decisions, LinkFacts, Membership
from pipelines.pairing.clustering import Stories
from pipelines.pairing.edges import find_edges
from pipelines.pairing.labels import Label, with_labels
from pipelines.pairing.records import lapsed, pair_record, refusal_record, separated, withdrawn

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from archive.format.records import Align, PairRecord
    from pipelines.pairing.content.match import Match
    from pipelines.pairing.edges import Edge, Link


def decide(
    fresh: Sequence[LinkFacts],
    related: Sequence[LinkFacts],
    *,
    now: datetime,
    matches: Sequence[Match] = (),
    labels: Sequence[Label] = (),
    align: Align | None = None,
    known: Mapping[tuple[str, str], Collection[Link]] | None = None,
    anew: bool = False,
    outdated: frozenset[tuple[str, str]] = frozenset(),
) -> Decisions:
    """Pair the articles of this commit with each other and with the archived ones linked to them.

    `related` has the archived articles that name a fresh one or are named by it, and all members of their
    stories. An article in both counts as fresh. Edges between two related articles were decided before,
    except those that `matches` have scored or `labels` are about. `align` aligns the paragraphs of the
    variants. With `anew` all stories are taken apart and made again from all edges, `known` links of earlier
    versions among them: then the stories are a function of the articles, whatever was decided before.
    `outdated` variants are aligned anew.
    """
    by_id = {article.article_id: article for article in (*_ordered(related), *_ordered(fresh))}
    articles = with_labels((by_id[article_id] for article_id in sorted(by_id)), labels)
    found = {(match.a_id, match.b_id): match for match in matches}
    named = {x for each in matches for x in (each.a_id, each.b_id)}
    named |= {x for each in labels for x in (each.a_id, each.b_id)}
    stories = Stories(articles)
    apart = {*stories.at_odds(), *_stories_of(articles, labels)}
    apart |= {article.story_id for article in articles if anew}
    named |= {article.article_id for article in articles if article.story_id in apart}
    for story_id in apart:
        stories.take_apart(story_id)
    named |= {article.article_id for article in fresh}
    edges, barred, unknown = find_edges(articles, named, found, known)
    pairs, refused_edges = _joined(edges, stories, found, now)
    refusals = [refusal_record(edge, *why, found.get(edge.ids), now) for edge, why in refused_edges]
    refusals += [refusal_record(edge, why, None, found.get(edge.ids), now) for edge, why in barred]
    told = {edge.ids for edge in edges} | {edge.ids for edge, _ in barred}
    refusals += [lapsed(x, now) for ids, x in found.items() if x.lapsed and not x.held and ids not in told]
    pairs += [separated(x, now) for x in labels if not x.same and {x.a_id, x.b_id} <= by_id.keys()]
    gone = _gone(found, refused_edges, pairs)
    pairs += [withdrawn(ids, found.get(ids), now) for ids in sorted(gone) if set(ids) <= by_id.keys()]
    count = unknown + Counter(each.reason for each in refusals if each.reason != WITHDRAWN)
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
        outdated=outdated,
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


def _ordered(articles: Sequence[LinkFacts]) -> list[LinkFacts]:
    """Sort articles, so that of two observations in one commit the same one counts, whatever their order."""
    return sorted(articles, key=lambda article: (article.article_id, repr(article)))


def _stories_of(articles: Sequence[LinkFacts], labels: Sequence[Label]) -> set[str]:
    named = {article_id for each in labels for article_id in (each.a_id, each.b_id)}
    return {article.story_id for article in articles if article.article_id in named}
