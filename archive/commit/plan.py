"""The plan of a commit, derived from its records, the cache and the decisions of pairing; writes no file."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from archive.addresses import address_key
from archive.commit import alignments, stories
from archive.commit.alignments import Alignments
from archive.commit.observations import AppliedObservations, apply
from archive.commit.related import Decide, Parts, check_decisions, fresh_facts, related_facts
from archive.commit.rows import Row
from archive.commit.stories import Story
from archive.commit.versions import GONE_AFTER, MISSES_APART
from archive.exceptions import ArchiveError
from archive.format.codec import Record
from archive.format.records import (
    NO_PAIR,
    ArticleRecord,
    Decisions,
    ObservationRecord,
    PairRecord,
    RefusalRecord,
)
from archive.state.article_identity import FreshPlaces, Place, Text, identify
from archive.state.database import State
from archive.state.model import CurrentVersion, Holder, Joint, StoryMember
from archive.storage.interface import Storage
from archive.tables.article_rows import latest_rows

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rereadings:
    """New columns of stored versions that today's extractor reads differently, see operations/reread.py."""

    rows: Mapping[tuple[str, int], Row] = field(default_factory=dict)
    """(article_id, version) -> the columns that change."""
    files: frozenset[str] = frozenset()
    """Paths of the files that contain these versions."""


@dataclass(frozen=True, slots=True)
class CommitPlan:
    applied: AppliedObservations
    new_story_of: Mapping[str, str]
    """article_id -> story_id, where the article is new or its story changes."""
    touched: Mapping[str, CurrentVersion]
    """Stored articles whose latest row stays while its derived columns change."""
    pairs: tuple[PairRecord, ...]
    """New or decided differently than before."""
    stories: tuple[Story, ...]
    emptied: frozenset[str]
    """Stories that have lost their last article."""
    refused: Mapping[str, int]
    refusals: tuple[RefusalRecord, ...]
    """New or with another reason than last time."""
    alignments: Alignments
    rereadings: Rereadings = field(default_factory=Rereadings)

    def story_of(self, article_id: str) -> str:
        return self.new_story_of.get(article_id) or self.applied.current[article_id].story_id

    def rewritten_stories(self) -> set[str]:
        """Stories whose stored rows are replaced or removed."""
        return {story.story_id for story in self.stories} | self.emptied

    def counters(self) -> Counter[str]:
        """Counters that a commit adds to the caller's, under `archive/`."""
        applied = self.applied
        aligned = {(x.article_id_a, x.article_id_b) for _, x in self.alignments.new}
        counters = Counter(f"archive/{observation.outcome}" for observation in applied.observations)
        counters["archive/articles_new"] = len(applied.drafts.keys() - applied.stored.keys())
        counters["archive/versions_new"] = sum(map(len, applied.drafts.values()))
        missed = {x.article_id for x in applied.observations if x.missing == GONE_AFTER}
        if newly_gone := missed - {n for n, x in applied.stored.items() if x.missing >= GONE_AFTER}:
            counters["archive/articles_gone"] = len(newly_gone)
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
    *,
    misses_apart: timedelta = MISSES_APART,
) -> CommitPlan:
    records, contradictions = identified(records, state, storage)
    applied = _applied(records, contradictions, state, misses_apart)
    decisions = _decisions(applied, state, decide, about)
    new_story_of = _new_stories(applied, decisions)
    pairs = _new_pairs(decisions, state)
    unaligned = alignments.unaligned_stories(state, about, decisions.outdated) if decisions.align else set()
    built, emptied = _stories(applied, state, new_story_of, pairs, unaligned)
    covered, realigned = alignments.realign(
        built, applied, state, storage, decisions.align, outdated=decisions.outdated
    )
    return CommitPlan(
        applied=applied,
        new_story_of=new_story_of,
        touched=_touched(applied, new_story_of),
        pairs=pairs,
        stories=covered,
        emptied=emptied,
        refused=dict(decisions.refused),
        refusals=_new_refusals(decisions, state),
        alignments=realigned,
    )


def _applied(
    records: Sequence[Record],
    contradictions: Mapping[tuple[str, datetime], str],
    state: State,
    misses_apart: timedelta,
) -> AppliedObservations:
    resolve = _resolver(records, state)
    article_ids = set()
    for record in records:
        article_id = record.article_id
        if isinstance(record, ObservationRecord):
            article_id = article_id or resolve(record.url) or resolve(record.requested_url)
        if article_id:
            article_ids.add(article_id)
    return apply(records, state.current_versions(article_ids), resolve, contradictions, misses_apart)


def _decisions(
    applied: AppliedObservations, state: State, decide: Decide | None, about: Collection[str]
) -> Decisions:
    """Let pairing decide; adds the current versions of the articles that it may name to `applied`."""
    fresh = fresh_facts(state, applied)
    if decide is None or not (fresh or about):
        return Decisions()
    related = related_facts(state, fresh, about)
    related_ids = {facts.article_id for facts in related}
    applied.current |= state.current_versions(related_ids - applied.current.keys())
    return check_decisions(decide(fresh, related), related_ids | {facts.article_id for facts in fresh})


def _new_stories(applied: AppliedObservations, decisions: Decisions) -> dict[str, str]:
    """Stories of the articles that are new or move to another story."""
    current = applied.current
    new_story_of = {x: current[x].story_id for x in applied.newest.keys() - applied.stored.keys()}
    for membership in decisions.memberships:
        if (
            membership.story_id != current[membership.article_id].story_id
            or membership.article_id in new_story_of
        ):
            new_story_of[membership.article_id] = membership.story_id
    return new_story_of


def _new_pairs(decisions: Decisions, state: State) -> tuple[PairRecord, ...]:
    """Pairs that are decided otherwise than before; a crawl knows links only, and keeps their score."""
    decided = state.pair_decisions({pair.article_id_a for pair in decisions.pairs})
    pairs = []
    for decision in decisions.pairs:
        pair, before = decision, decided.get((decision.article_id_a, decision.article_id_b))
        if before is not None and before[2] is not None and pair.score is None:
            details = json.loads(before[3] or "{}") | json.loads(pair.details or "{}")
            pair = replace(pair, score=before[2], details=json.dumps(details, ensure_ascii=False))
        if before != (pair.evidence, pair.reciprocal, pair.score, pair.details):
            pairs.append(pair)
    return tuple(pairs)


def _new_refusals(decisions: Decisions, state: State) -> tuple[RefusalRecord, ...]:
    before = state.refusals({refusal.article_id_a for refusal in decisions.refusals})
    refusals = []
    for refusal in decisions.refusals:
        latest = before.get((refusal.article_id_a, refusal.article_id_b))
        if latest != (refusal.reason, refusal.evidence, refusal.kept):
            refusals.append(refusal)
    return tuple(refusals)


def identified(
    records: Sequence[Record], state: State, storage: Storage
) -> tuple[list[Record], dict[tuple[str, datetime], str]]:
    """Give each record the article that it belongs to in the present archive.

    Also, by article id and time of a fetch, what contradicts the page: see `Identity`.
    """
    fresh = FreshPlaces()
    keys_of_pages = set()
    for record in records:
        if isinstance(record, ArticleRecord):
            keys_of_pages |= {address_key(record.url), address_key(record.canonical_url or record.url)}
    stored: dict[bytes, list[Place]] = {}
    for place in state.places(keys_of_pages):
        stored.setdefault(place[0], []).append(place)

    def places(keys: Collection[bytes]) -> list[Place]:
        matches = fresh.at(keys)
        for key in keys:
            matches += stored.get(key, ())
        if unread := set(keys) - keys_of_pages:
            matches += state.places(unread)
        return matches

    def texts(holder: Holder) -> Text | None:
        return fresh.text(holder.article_id) or stored_text(holder.article_id, state, storage)

    with_articles: list[Record] = []
    contradictions = {}
    for record in records:
        if isinstance(record, ArticleRecord):
            identity = identify(record, places, texts)
            if identity.article_id != record.article_id:
                record = replace(record, article_id=identity.article_id)  # noqa: PLW2901
            fresh.add(record)
            if identity.contradiction is not None:
                contradictions[identity.article_id, record.fetched_at] = identity.contradiction
        with_articles.append(record)
    return with_articles, contradictions


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
    """Derive one plan after the other: the plans of a large archive do not fit into memory together."""
    for decide, about in parts(lambda ids: {x: story_id for x, _, story_id in state.homes(ids)}):
        yield derive((), state, storage, decide, about)


def _resolver(records: Sequence[Record], state: State) -> Callable[[str], str | None]:
    """Find an article by its address: in this commit first, then in the archive."""
    fresh = {address_key(x.url): x.article_id for x in records if isinstance(x, ArticleRecord)}
    return lambda url: fresh.get(address_key(url)) or state.find_article(url)


def _touched(applied: AppliedObservations, new_story_of: Mapping[str, str]) -> dict[str, CurrentVersion]:
    """Stored articles with a new story, or observed again, whose latest row this commit does not write."""
    touched = {}
    for article_id, current in applied.current.items():
        before = applied.stored.get(article_id)
        is_new = before is None and article_id in applied.drafts
        if article_id in new_story_of and not is_new:
            touched[article_id] = replace(current, story_id=new_story_of[article_id])
        elif (
            before is not None
            and applied.latest_draft(article_id) is None
            and (before.first_seen, before.last_seen) != (current.first_seen, current.last_seen)
        ):
            touched[article_id] = current
    return touched


def _stories(
    applied: AppliedObservations,
    state: State,
    new_story_of: Mapping[str, str],
    pairs: Sequence[PairRecord],
    unaligned: Collection[str],
) -> tuple[tuple[Story, ...], frozenset[str]]:
    """Stories that change, and ids of those left empty; of the `unaligned` only the alignments change."""
    edited = {article_id for article_id in applied.drafts if applied.latest_draft(article_id)}
    changed = new_story_of.keys() | edited
    for pair in pairs:
        changed |= {pair.article_id_a, pair.article_id_b}
    affected = {*unaligned, *new_story_of.values()}
    affected.update(applied.current[article_id].story_id for article_id in changed)
    members = state.members((state.in_stories(affected) | changed) - edited)
    members += [_edited_member(applied, article_id) for article_id in edited]
    of_affected = []
    for member in members:
        story_id = new_story_of.get(member.article_id, member.story_id)
        if story_id in affected:
            of_affected.append(replace(member, story_id=story_id))
    built = stories.build(of_affected, _joints(state, of_affected, pairs))
    existing = set(state.story_files(affected))
    return tuple(built), frozenset(existing - {story.story_id for story in built})


def _edited_member(applied: AppliedObservations, article_id: str) -> StoryMember:
    draft = applied.latest_draft(article_id)
    assert draft is not None
    record = draft.record
    return StoryMember(
        article_id=article_id,
        story_id=applied.current[article_id].story_id,
        outlet=record.outlet,
        language=record.language,
        url=record.url,
        headline=record.headline,
        published_at=record.published_at,
        published_source=record.published_source,
        version=applied.current[article_id].version,
        translated_from=record.translated_from,
    )


def _joints(state: State, members: Sequence[StoryMember], pairs: Sequence[PairRecord]) -> list[Joint]:
    stored = state.joints([member.article_id for member in members])
    joints = {(x.article_id_a, x.article_id_b): x for x in stored}
    for pair in pairs:
        key = (pair.article_id_a, pair.article_id_b)
        joints[key] = Joint(*key, pair.evidence, pair.score)
        if pair.evidence in NO_PAIR:
            del joints[key]
    return list(joints.values())
