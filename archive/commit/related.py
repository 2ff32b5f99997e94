"""Facts that pairing decides on: of the articles of a commit, and of the stored ones related to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from archive.exceptions import DecisionError
from archive.format.records import SEPARATED, Decisions, LinkFacts, PairRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from archive.commit.observations import AppliedObservations
    from archive.format.records import ArticleRecord
    from archive.state.database import State
    from archive.state.model import CurrentVersion

    Decide = Callable[[Sequence[LinkFacts], Sequence[LinkFacts]], Decisions]
    StoriesOf = Callable[[Collection[str]], Mapping[str, str]]
    """The story of each of these articles, as it is when the commit is made."""
    Parts = Callable[[StoriesOf], Iterable[tuple[Decide, Collection[str]]]]
    """Parts of a commit, made from the present stories: a decision, and the ids of its articles."""


def fresh_facts(state: State, applied: AppliedObservations) -> list[LinkFacts]:
    """Facts of each article observed in this commit, unchanged ones too: their alternates may be new."""
    facts = (_facts(applied.current[x], record) for x, record in sorted(applied.newest.items()))
    return with_labels(state, facts)


def _facts(current: CurrentVersion, record: ArticleRecord) -> LinkFacts:
    return LinkFacts(
        article_id=record.article_id,
        story_id=current.story_id,
        outlet=record.outlet,
        language=record.language,
        url=record.url,
        requested_url=record.requested_url,
        canonical_url=record.canonical_url,
        alternates=record.alternates,
        story_key=record.story_key,
        first_seen=current.first_seen,
    )


def related_facts(state: State, fresh: Sequence[LinkFacts], about: Collection[str] = ()) -> list[LinkFacts]:
    """Facts of stored articles that the fresh ones name, that name them, or that share their key.

    Also of those with the ids `about`, and of all articles of the stories of any of these.
    """
    targets = {alternate.url for facts in fresh for alternate in facts.alternates}
    addresses = {url for x in fresh for url in (x.url, x.requested_url, x.canonical_url) if url}
    found = state.at_addresses(targets) | state.pointing_at(addresses) | set(about)
    keys: dict[str, set[str]] = {}
    for facts in fresh:
        if facts.story_key:
            keys.setdefault(facts.outlet, set()).add(facts.story_key)
    for outlet, story_keys in keys.items():
        found |= state.sharing_key(outlet, story_keys)
    stories = {facts.story_id for facts in fresh} | {facts.story_id for facts in state.facts(found)}
    own = {facts.article_id for facts in fresh}
    shown = state.facts((found | state.in_stories(stories)) - own)
    return with_labels(state, sorted(shown, key=lambda facts: facts.article_id))


def check_decisions(decisions: Decisions, known: set[str]) -> Decisions:
    """Put each pair's smaller id first; DecisionError where a decision names an unknown article."""
    named = {x.article_id for x in decisions.memberships}
    named |= {article_id for pair in decisions.pairs for article_id in (pair.article_id_a, pair.article_id_b)}
    named |= {
        article_id for each in decisions.refusals for article_id in (each.article_id_a, each.article_id_b)
    }
    if strange := sorted(named - known):
        raise DecisionError(f"Pairing named an article it was not shown: {', '.join(strange[:3])}.")
    if same := [pair.article_id_a for pair in decisions.pairs if pair.article_id_a == pair.article_id_b]:
        raise DecisionError(f"Pairing paired an article with itself: {same[0]}.")
    pairs = tuple(
        {(pair.article_id_a, pair.article_id_b): pair for pair in map(_ordered, decisions.pairs)}.values()
    )
    return replace(decisions, pairs=pairs)


def _ordered(pair: PairRecord) -> PairRecord:
    if pair.article_id_a < pair.article_id_b:
        return pair
    return PairRecord(
        pair.article_id_b,
        pair.article_id_a,
        pair.evidence,
        pair.reciprocal,
        pair.score,
        pair.details,
        pair.decided_at,
    )


# Labels: a person has said that two articles are a pair, or none. They outrank all other evidence for ever.


def with_labels(state: State, facts: Iterable[LinkFacts]) -> list[LinkFacts]:
    """Add to the facts of each article the labels that name it."""
    same: dict[str, set[str]] = {}
    other: dict[str, set[str]] = {}
    for a, b, evidence in state.labels():
        named = other if evidence == SEPARATED else same
        named.setdefault(a, set()).add(b)
        named.setdefault(b, set()).add(a)
    if not same and not other:
        return list(facts)
    return [
        replace(
            each,
            same_as=frozenset(same.get(each.article_id, ())),
            not_same_as=frozenset(other.get(each.article_id, ())),
        )
        for each in facts
    ]
