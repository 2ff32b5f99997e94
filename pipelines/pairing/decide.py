"""The decision which articles are one story: declared links first, then the texts.

`decide` is a pure function and runs inside the archive's commit, so a pair and its articles are published
together. The same articles in any order give the same decisions. In the commit of a crawl, which knows links
only, stories grow and merge; one is taken apart only where a person says so. A run of pairing makes the
stories that it is shown anew from all evidence, so that they do not depend on what came first.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from archive.format.records import (
    WITHDRAWN,
    Align,
    Decisions,
    LinkFacts,
    Membership,
    PairRecord,
    RefusalRecord,
)
from pipelines.pairing.clustering import Stories
from pipelines.pairing.content.match import Match
from pipelines.pairing.edges import Edge, Link, find_edges
from pipelines.pairing.labels import Label, with_labels
from pipelines.pairing.records import lapsed, pair_record, refusal_record, separated, withdrawn

Ids = tuple[str, str]
Refused = tuple[Edge, tuple[str, str | None]]
"""An edge, the reason against it, and the article that has the place in the story."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionBasis:
    """All that decides which articles are one story, beside the articles themselves."""

    now: datetime
    """Time of the decision, for the rows."""
    matches: Sequence[Match] = ()
    """Pairs that were scored by their texts."""
    labels: Sequence[Label] = ()
    align: Align | None = None
    """Aligns the paragraphs of the variants."""
    earlier_links: Mapping[Ids, Collection[Link]] = field(default_factory=dict)
    """Links of earlier versions of the pages."""
    anew: bool = False
    """Take all stories apart and make them again from all edges: then the stories are a function of the
    articles, whatever was decided before."""
    outdated: frozenset[Ids] = frozenset()
    """Variants that are aligned anew."""


def decide(fresh: Sequence[LinkFacts], related: Sequence[LinkFacts], basis: DecisionBasis) -> Decisions:
    """Pair the articles of this commit with each other and with the archived ones linked to them.

    `related` has the archived articles that name a fresh one or are named by it, and all members of their
    stories. An article in both counts as fresh. Edges between two related articles were decided before,
    except those that `matches` have scored or `labels` are about.
    """
    by_id = {article.article_id: article for article in (*_ordered(related), *_ordered(fresh))}
    articles = with_labels((by_id[article_id] for article_id in sorted(by_id)), basis.labels)
    match_of = {(match.a_id, match.b_id): match for match in basis.matches}
    stories = Stories(articles)
    undecided = _undecided(articles, fresh, _take_apart(stories, articles, basis), basis)
    edges, barred, ignored = find_edges(articles, undecided, match_of, basis.earlier_links)
    pairs, refused_edges = _joined(edges, stories, match_of, basis.now)
    refusals = _refusals(edges, barred, refused_edges, match_of, basis.now)
    pairs += _separations(basis, by_id)
    for ids in sorted(_gone(match_of, refused_edges, pairs)):
        if ids[0] in by_id and ids[1] in by_id:
            pairs.append(withdrawn(ids, match_of.get(ids), basis.now))
    count = ignored + Counter(refusal.reason for refusal in refusals if refusal.reason != WITHDRAWN)
    return Decisions(
        pairs=tuple(sorted(pairs, key=lambda pair: (pair.article_id_a, pair.article_id_b))),
        memberships=_memberships(articles, stories),
        refused=tuple(sorted((reason, n) for reason, n in count.items() if n)),
        refusals=tuple(sorted(refusals, key=lambda refusal: (refusal.article_id_a, refusal.article_id_b))),
        align=basis.align,
        outdated=basis.outdated,
    )


def _undecided(
    articles: Sequence[LinkFacts], fresh: Sequence[LinkFacts], apart: set[str], basis: DecisionBasis
) -> set[str]:
    """Return the ids of the articles whose edges are decided now; `apart` are the stories made anew."""
    undecided = {article.article_id for article in articles if article.story_id in apart}
    undecided |= {article.article_id for article in fresh}
    undecided |= {article_id for match in basis.matches for article_id in (match.a_id, match.b_id)}
    return undecided | _labelled(basis)


def _separations(basis: DecisionBasis, by_id: Mapping[str, LinkFacts]) -> list[PairRecord]:
    """Return what a person has labelled as different."""
    separations = []
    for label in basis.labels:
        if not label.same and label.a_id in by_id and label.b_id in by_id:
            separations.append(separated(label, basis.now))
    return separations


def _labelled(basis: DecisionBasis) -> set[str]:
    return {article_id for label in basis.labels for article_id in (label.a_id, label.b_id)}


def _take_apart(stories: Stories, articles: Sequence[LinkFacts], basis: DecisionBasis) -> set[str]:
    """Take apart the stories that are made anew, and return their ids."""
    labelled = _labelled(basis)
    apart = set(stories.at_odds())
    for article in articles:
        if basis.anew or article.article_id in labelled:
            apart.add(article.story_id)
    for story_id in apart:
        stories.take_apart(story_id)
    return apart


def _refusals(
    edges: Sequence[Edge],
    barred: Sequence[tuple[Edge, str]],
    refused_edges: Sequence[Refused],
    match_of: Mapping[Ids, Match],
    now: datetime,
) -> list[RefusalRecord]:
    refusals = [refusal_record(edge, *why, match_of.get(edge.ids), now) for edge, why in refused_edges]
    refusals += [refusal_record(edge, why, None, match_of.get(edge.ids), now) for edge, why in barred]
    decided = {edge.ids for edge in edges} | {edge.ids for edge, _ in barred}
    for ids, match in match_of.items():
        if match.lapsed and not match.was_joined and ids not in decided:
            refusals.append(lapsed(match, now))
    return refusals


def _memberships(articles: Sequence[LinkFacts], stories: Stories) -> tuple[Membership, ...]:
    """Return the articles that move to another story."""
    moves = []
    for article in articles:
        story_id = stories.story_of(article)
        if story_id != article.story_id:
            moves.append(Membership(article.article_id, story_id))
    return tuple(moves)


def _joined(
    edges: Sequence[Edge], stories: Stories, match_of: Mapping[Ids, Match], now: datetime
) -> tuple[list[PairRecord], list[Refused]]:
    """Join edges, the strongest first; return pairs, and refused edges with reason and kept article."""
    pairs: list[PairRecord] = []
    refused_edges: list[Refused] = []
    for edge in edges:
        refusal = stories.join(edge)
        if refusal is None or edge.contradicted:  # kept and flagged, even between two stories
            pairs.append(pair_record(edge, match_of.get(edge.ids), now))
        if refusal is not None:
            why, holder = refusal
            refused_edges.append((edge, ("conflict" if edge.contradicted else why, holder)))
    return pairs, refused_edges


def _gone(
    match_of: Mapping[Ids, Match], refused_edges: Sequence[Refused], pairs: Sequence[PairRecord]
) -> set[Ids]:
    """Return pairs that the texts no longer support, and refused ones of a story that was taken apart."""
    lost = {ids for ids, match in match_of.items() if match.withdrawn}
    lost |= {edge.ids for edge, _ in refused_edges if edge.a.story_id == edge.b.story_id}
    return lost - {(pair.article_id_a, pair.article_id_b) for pair in pairs}


def _ordered(articles: Sequence[LinkFacts]) -> list[LinkFacts]:
    """Sort articles, so that of two observations in one commit the same one counts, whatever their order."""
    return sorted(articles, key=lambda article: (article.article_id, repr(article)))
