"""Facts that pairing decides on: about the articles of a commit, and the stored articles related to them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from archive.commit.observations import AppliedObservations
from archive.exceptions import DecisionError
from archive.format.records import SEPARATED, ArticleRecord, Decisions, LinkFacts, PairRecord
from archive.state.database import State
from archive.state.model import CurrentVersion

Decide = Callable[[Sequence[LinkFacts], Sequence[LinkFacts]], Decisions]
StoriesOf = Callable[[Collection[str]], Mapping[str, str]]
"""The story of each of these articles, as it is when the commit is made."""
Parts = Callable[[StoriesOf], Iterable[tuple[Decide, Collection[str]]]]
"""Parts of a commit, made from the present stories: a decision, and the ids of its articles."""


def fresh_facts(state: State, applied: AppliedObservations) -> list[LinkFacts]:
    """Facts about each article observed in this commit, even unchanged: its alternates may be new."""
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
    """Facts about stored articles that a fresh one names, that name a fresh one, or that have its story key.

    Also about the articles `about`. With each article come all others of its story.
    """
    targets: set[str] = set()
    addresses: set[str] = set()
    keys: dict[str, set[str]] = {}
    for facts in fresh:
        targets.update(alternate.url for alternate in facts.alternates)
        addresses.update(filter(None, (facts.url, facts.requested_url, facts.canonical_url)))
        if facts.story_key:
            keys.setdefault(facts.outlet, set()).add(facts.story_key)
    related = state.at_addresses(targets) | state.pointing_at(addresses) | set(about)
    for outlet, story_keys in keys.items():
        related |= state.sharing_key(outlet, story_keys)
    story_ids = {facts.story_id for facts in (*fresh, *state.facts(related))}
    fresh_ids = {facts.article_id for facts in fresh}
    related_articles = state.facts((related | state.in_stories(story_ids)) - fresh_ids)
    return with_labels(state, sorted(related_articles, key=lambda facts: facts.article_id))


def check_decisions(decisions: Decisions, allowed: set[str]) -> Decisions:
    """Put each pair's smaller id first; DecisionError where a decision names an article not `allowed`."""
    decided = {x.article_id for x in decisions.memberships}
    for pair in decisions.pairs:
        decided |= {pair.article_id_a, pair.article_id_b}
    for refusal in decisions.refusals:
        decided |= {refusal.article_id_a, refusal.article_id_b}
    if unknown := sorted(decided - allowed):
        raise DecisionError(f"Pairing named an article it was not shown: {', '.join(unknown[:3])}.")
    pairs = {}
    for pair in map(_ordered, decisions.pairs):
        if pair.article_id_a == pair.article_id_b:
            raise DecisionError(f"Pairing paired an article with itself: {pair.article_id_a}.")
        pairs[pair.article_id_a, pair.article_id_b] = pair
    return replace(decisions, pairs=tuple(pairs.values()))


def _ordered(pair: PairRecord) -> PairRecord:
    a, b = sorted((pair.article_id_a, pair.article_id_b))
    return replace(pair, article_id_a=a, article_id_b=b)


# Labels: a person has judged whether two articles are a pair. They always outrank all other evidence.


def with_labels(state: State, facts: Iterable[LinkFacts]) -> list[LinkFacts]:
    """Add to the facts about each article the labels that name it."""
    same: dict[str, set[str]] = {}
    separate: dict[str, set[str]] = {}
    for a, b, evidence in state.labels():
        partners = separate if evidence == SEPARATED else same
        partners.setdefault(a, set()).add(b)
        partners.setdefault(b, set()).add(a)
    if not same and not separate:
        return list(facts)
    labelled = []
    for article in facts:
        same_as = frozenset(same.get(article.article_id, ()))
        not_same_as = frozenset(separate.get(article.article_id, ()))
        labelled.append(replace(article, same_as=same_as, not_same_as=not_same_as))
    return labelled
