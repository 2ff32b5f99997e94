"""Plan of a commit, derived from its records, the cache and pairing's decisions; writes no file."""

from __future__ import annotations

import json
import logging
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archive.addresses import address_key
from archive.commit import alignments, stories
from archive.commit.observations import AppliedObservations, apply
from archive.commit.related import check_decisions, fresh_facts, related_facts
from archive.commit.versions import GONE_AFTER
from archive.exceptions import ArchiveError
from archive.format.records import (
    NO_PAIR,
    ArticleRecord,
    Decisions,
    ObservationRecord,
    PairRecord,
    RefusalRecord,
)
from archive.state.article_identity import FreshPlaces, Text, identify
from archive.state.model import Joint, StoryMember
from archive.tables.article_rows import latest_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from archive.commit.alignments import Alignments
    from archive.commit.related import Decide, Parts
    from archive.commit.rows import Row
    from archive.commit.stories import Story
    from archive.format.codec import Record
    from archive.state.article_identity import Place
    from archive.state.database import State
    from archive.state.model import CurrentVersion, Holder
    from archive.storage.interface import Storage

    Decided = Mapping[tuple[str, str], tuple[str, bool, float | None, str | None]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rereadings:
    """New columns of stored versions that today's extractor reads otherwise, see operations/reread.py."""

    rows: Mapping[tuple[str, int], Row] = field(default_factory=dict)
    """(article_id, version) -> the columns that change."""
    files: frozenset[str] = frozenset()
    """Paths of the files that these versions lie in."""


@dataclass(frozen=True, slots=True)
class CommitPlan:
    applied: AppliedObservations
    joined: Mapping[str, str]
    """article_id -> story_id, where it is new or another than before."""
    touched: Mapping[str, CurrentVersion]
    """Stored articles whose latest row stays but whose derived columns do not."""
    pairs: tuple[PairRecord, ...]
    """New or decided otherwise than before."""
    stories: tuple[Story, ...]
    emptied: frozenset[str]
    """Stories that have lost their last article."""
    refused: Mapping[str, int]
    refusals: tuple[RefusalRecord, ...]
    """New or for another reason than the last time."""
    alignments: Alignments
    rereadings: Rereadings = field(default_factory=Rereadings)

    def story_of(self, article_id: str) -> str:
        return self.joined.get(article_id) or self.applied.current[article_id].story_id

    def counters(self) -> Counter[str]:
        """Counters that a commit adds to the caller's, under `archive/`."""
        aligned = {(x.article_id_a, x.article_id_b) for _, x in self.alignments.new}
        counters = Counter(f"archive/{observation.outcome}" for observation in self.applied.observations)
        counters["archive/articles_new"] = sum(1 for x in self.applied.drafts if x not in self.applied.stored)
        counters["archive/versions_new"] = sum(len(drafts) for drafts in self.applied.drafts.values())
        if newly := sum(1 for x in self.applied.observations if x.missing == GONE_AFTER):
            counters["archive/articles_gone"] = newly
        counters["archive/pairs_decided"] = len(self.pairs)
        counters["archive/stories_written"] = len(self.stories)
        counters["archive/versions_reread"] = len(self.rereadings.rows)
        counters["archive/refusals_recorded"] = len(self.refusals)
        counters["archive/alignments_made"] = len(aligned)
        for reason, number in self.refused.items():
            counters[f"archive/pairs_refused/{reason}"] = number
        return counters


def derive(
    records: Sequence[Record],
    state: State,
    storage: Storage,
    decide: Decide | None,
    about: Collection[str] = (),
) -> CommitPlan:
    records, contradictions = identified(records, state, storage)
    named = {x.article_id for x in records if isinstance(x, ArticleRecord)}
    resolve = _resolver(records, state)
    for record in records:
        if isinstance(record, ObservationRecord):
            found = record.article_id or resolve(record.url) or resolve(record.requested_url)
            named |= {found} if found else set()
    applied = apply(records, state.current_versions(named), resolve, contradictions)
    fresh = fresh_facts(state, applied)
    decisions, related = Decisions(), set[str]()
    if decide is not None and (fresh or about):
        shown = related_facts(state, fresh, about)
        related = {facts.article_id for facts in shown}
        decisions = check_decisions(decide(fresh, shown), related | {facts.article_id for facts in fresh})
    current = applied.current
    current |= state.current_versions(related - current.keys())
    joined = {x: current[x].story_id for x in applied.newest.keys() - applied.stored.keys()}
    for membership in decisions.memberships:
        if membership.story_id != current[membership.article_id].story_id or membership.article_id in joined:
            joined[membership.article_id] = membership.story_id
    before = state.pair_decisions({pair.article_id_a for pair in decisions.pairs})
    pairs = tuple(
        pair for pair in (_with_score(before, x) for x in decisions.pairs) if _is_news(before, pair)
    )
    refused = state.refusals({refusal.article_id_a for refusal in decisions.refusals})
    lacking = alignments.lacking(state, about, decisions.outdated) if decisions.align else set()
    built, emptied = _stories(applied, state, joined, pairs, lacking)
    covered, laid = alignments.realign(
        built, applied, state, storage, decisions.align, outdated=decisions.outdated
    )
    return CommitPlan(
        applied=applied,
        joined=joined,
        touched=_touched(applied, joined),
        pairs=pairs,
        stories=covered,
        emptied=emptied,
        refused=dict(decisions.refused),
        refusals=tuple(x for x in decisions.refusals if _is_new_refusal(refused, x)),
        alignments=laid,
    )


def identified(
    records: Sequence[Record], state: State, storage: Storage
) -> tuple[list[Record], dict[tuple[str, datetime], str]]:
    """Give each record the article that it belongs to as the archive is now.

    Also, by the id and the time of a fetch, what contradicts the page: see `Identity`.
    """
    fresh = FreshPlaces()
    articles = [x for x in records if isinstance(x, ArticleRecord)]
    asked = {address_key(url) for x in articles for url in {x.url, x.canonical_url or x.url}}
    stored: dict[bytes, list[Place]] = {}
    for place in state.places(asked):
        stored.setdefault(place[0], []).append(place)

    def places(keys: Collection[bytes]) -> list[Place]:
        found = [place for key in keys for place in stored.get(key, ())]
        if others := [key for key in keys if key not in asked]:
            found += state.places(others)
        return found + fresh.at(keys)

    def texts(holder: Holder) -> Text | None:
        return fresh.text(holder.article_id) or stored_text(holder.article_id, state, storage)

    found: list[Record] = []
    contradictions = {}
    for record in records:
        if isinstance(record, ArticleRecord):
            own = identify(record, places, texts)
            if own.article_id != record.article_id:
                record = replace(record, article_id=own.article_id)  # noqa: PLW2901
            fresh.add(record)
            if own.contradiction is not None:
                contradictions[own.article_id, record.fetched_at] = own.contradiction
        found.append(record)
    return found, contradictions


def stored_text(article_id: str, state: State, storage: Storage) -> Text | None:
    """Read the latest committed text of an article; None if no text is stored or readable."""
    files = state.version_files([article_id])
    try:
        for row in latest_rows(files, storage.present_path, Text._fields):
            return Text(row["headline"], row["body"], row["canonical_url"])
    except (ArchiveError, OSError) as error:
        _log.warning("the text of article %s cannot be compared: %s", article_id, error)
    return None


def in_parts(state: State, storage: Storage, parts: Parts) -> Iterator[CommitPlan]:
    """Derive one plan after the other: all plans of a large archive do not fit into memory."""
    for decide, about in parts(lambda ids: {x: story_id for x, _, story_id in state.homes(ids)}):
        yield derive((), state, storage, decide, about)


def _resolver(records: Sequence[Record], state: State) -> Callable[[str], str | None]:
    """Find an article by its address: in this commit first, then in the archive."""
    own = {address_key(x.url): x.article_id for x in records if isinstance(x, ArticleRecord)}
    return lambda url: own.get(address_key(url)) or state.find_article(url)


def _with_score(decided: Decided, pair: PairRecord) -> PairRecord:
    """Keep the content score of a pair that is decided without one: a crawl knows links only."""
    before = decided.get((pair.article_id_a, pair.article_id_b))
    if pair.score is not None or before is None or before[2] is None:
        return pair
    details = json.loads(before[3] or "{}") | json.loads(pair.details or "{}")
    return replace(pair, score=before[2], details=json.dumps(details, ensure_ascii=False))


def _is_news(decided: Decided, pair: PairRecord) -> bool:
    before = decided.get((pair.article_id_a, pair.article_id_b))
    return before != (pair.evidence, pair.reciprocal, pair.score, pair.details)


def _is_new_refusal(refused: Mapping[tuple[str, str], object], refusal: RefusalRecord) -> bool:
    before = refused.get((refusal.article_id_a, refusal.article_id_b))
    return before != (refusal.reason, refusal.evidence, refusal.kept)


def _touched(applied: AppliedObservations, joined: Mapping[str, str]) -> dict[str, CurrentVersion]:
    """Stored articles with a new story, or seen again, whose latest row this commit does not write."""
    touched = {}
    for article_id, current in applied.current.items():
        before = applied.stored.get(article_id)
        written = any(draft.valid_to is None for draft in applied.drafts.get(article_id, ()))
        if article_id in joined and not _is_new(applied, article_id):
            touched[article_id] = replace(current, story_id=joined[article_id])
        elif before is not None and not written and _seen(before) != _seen(current):
            touched[article_id] = current
    return touched


def _seen(current: CurrentVersion) -> tuple[datetime, datetime]:
    return current.first_seen, current.last_seen


def _is_new(applied: AppliedObservations, article_id: str) -> bool:
    return article_id in applied.drafts and article_id not in applied.stored


def _stories(
    applied: AppliedObservations,
    state: State,
    joined: Mapping[str, str],
    pairs: Sequence[PairRecord],
    lacking: Collection[str],
) -> tuple[tuple[Story, ...], frozenset[str]]:
    """Stories that change, and ids of those left empty; `lacking` change in their alignments alone."""
    edited = {x for x, drafts in applied.drafts.items() if any(draft.valid_to is None for draft in drafts)}
    paired = {article_id for pair in pairs for article_id in (pair.article_id_a, pair.article_id_b)}
    moved = joined.keys() | edited | paired
    affected = {*lacking, *joined.values()} | {applied.current[article_id].story_id for article_id in moved}
    affected |= {joined[article_id] for article_id in paired & joined.keys()}
    stored = {x.article_id: x for x in state.members(state.in_stories(affected) | (moved - edited))}
    members = []
    for article_id in stored.keys() | edited:
        member = _newest(applied, article_id) if article_id in edited else stored[article_id]
        story_id = joined.get(article_id, member.story_id)
        if story_id in affected:
            members.append(replace(member, story_id=story_id))
    built = stories.build(members, _joints(state, members, pairs))
    existing = set(state.story_files(affected))
    return tuple(built), frozenset(existing - {story.story_id for story in built})


def _newest(applied: AppliedObservations, article_id: str) -> StoryMember:
    record = next(draft.record for draft in applied.drafts[article_id] if draft.valid_to is None)
    return StoryMember(
        article_id=article_id,
        story_id=applied.current[article_id].story_id,
        outlet=record.outlet,
        language=record.language,
        url=record.url,
        headline=record.headline,
        published_at=record.published_at,
        version=applied.current[article_id].version,
        translated_from=record.translated_from,
    )


def _joints(state: State, members: Sequence[StoryMember], pairs: Sequence[PairRecord]) -> list[Joint]:
    joints = {(x.article_id_a, x.article_id_b): x for x in state.joints([m.article_id for m in members])}
    for pair in pairs:
        key = (pair.article_id_a, pair.article_id_b)
        joints[key] = Joint(*key, pair.evidence, pair.score)
        if pair.evidence in NO_PAIR:
            del joints[key]
    return list(joints.values())
