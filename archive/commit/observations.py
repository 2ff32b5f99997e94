"""Observations of one commit, applied in the order of time to the versions that the archive has."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from archive.addresses import story_of_one
from archive.commit.versions import GONE_AFTER, MISSES_APART, VersionVerdict, judge
from archive.format.codec import Record
from archive.format.reasons import Reason
from archive.format.records import FEED, ArticleRecord, ObservationRecord, ObservationRow
from archive.state.model import CurrentVersion

_MISSING = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Draft:
    """A version to be written; `valid_to` is None on the latest."""

    record: ArticleRecord
    version: int
    valid_to: datetime | None
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """A stored latest row that a version of this commit supersedes."""

    valid_to: datetime
    last_seen: datetime


@dataclass(slots=True)
class AppliedObservations:
    """Outcome of `apply`: the rows of observations, and the changes to versions."""

    stored: Mapping[str, CurrentVersion]
    current: dict[str, CurrentVersion] = field(default_factory=dict)
    drafts: dict[str, list[Draft]] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    observations: list[ObservationRow] = field(default_factory=list)
    newest: dict[str, ArticleRecord] = field(default_factory=dict)
    """The newest record of each article whose text was fetched."""
    misses_apart: timedelta = MISSES_APART
    """Least time between visits that count for GONE_AFTER."""
    missing_before: dict[str, tuple[int, datetime | None]] = field(default_factory=dict)
    """Visits that found an article missing before the last that found it, captures of the past: their count
    as in CurrentVersion, and the last that counted."""

    def missed(self, missing: int, last: datetime | None, at: datetime) -> tuple[int, datetime]:
        """Return how many visits count with one at this time, and the last that does."""
        if last is not None and at - last < self.misses_apart:
            return missing, last
        return missing + 1, at

    def latest_draft(self, article_id: str) -> Draft | None:
        """The draft of the latest text of an article; None where this commit does not write one."""
        for draft in self.drafts.get(article_id, ()):
            if draft.valid_to is None:
                return draft
        return None


def apply(
    records: Iterable[Record],
    stored: Mapping[str, CurrentVersion],
    resolve: Callable[[str], str | None],
    contradictions: Mapping[tuple[str, datetime], str],
    misses_apart: timedelta,
) -> AppliedObservations:
    """Apply records in the order of time.

    `stored`: the current version of every article in `records`. `resolve` finds an article by its address.
    `contradictions`: what contradicts a page, by article id and time of the fetch.
    """
    applied = AppliedObservations(stored, dict(stored), misses_apart=misses_apart)
    for record in sorted(records, key=_moment):
        if isinstance(record, ArticleRecord):
            _article(applied, record, contradictions.get((record.article_id, record.fetched_at)))
        else:
            _observation(applied, record, resolve)
    return applied


def _moment(record: Record) -> datetime:
    return record.fetched_at if isinstance(record, ArticleRecord) else record.observed_at


def _article(applied: AppliedObservations, record: ArticleRecord, contradiction: str | None) -> None:
    article_id = record.article_id
    before = applied.current.get(article_id)
    verdict, after = judge(before, record, story_of_one(article_id))
    applied.current[article_id] = after
    applied.missing_before.pop(article_id, None)
    # the entry of a feed has less than the page, once the page's own text is archived
    is_lesser = record.text_from == FEED and before is not None and before.text_from != FEED
    if not is_lesser:
        applied.newest[article_id] = record
    if before is not None and record.fetched_at < before.valid_from:
        _end_earlier(applied, before, record.fetched_at, verdict)
    if verdict.outcome == "archived":
        drafts = applied.drafts.setdefault(article_id, [])
        if before is not None and verdict.late:
            drafts.append(Draft(record, verdict.version, before.valid_from, record.fetched_at))
        else:
            if before is not None:
                _supersede(applied, before, record.fetched_at)
            drafts.append(Draft(record, verdict.version, None, record.fetched_at))
    observation = _of_article(record, verdict, contradiction)
    applied.observations.append(replace(observation, alternates=None) if is_lesser else observation)


def _end_earlier(
    applied: AppliedObservations, before: CurrentVersion, seen: datetime, verdict: VersionVerdict
) -> None:
    """End texts of the past where another one was seen, in place of where the latest was first fetched."""
    if verdict.reason in {Reason.NEW_EXTRACTOR, Reason.FROM_FEED}:
        return  # which text that was is not known
    drafts = applied.drafts.get(before.article_id, [])
    for position, draft in enumerate(drafts):
        if draft.valid_to != before.valid_from:
            continue
        if draft.version == verdict.version:
            drafts[position] = replace(draft, last_seen=seen)
        else:
            drafts[position] = replace(draft, valid_to=seen)


def _supersede(applied: AppliedObservations, before: CurrentVersion, valid_to: datetime) -> None:
    drafts = applied.drafts[before.article_id]
    for position, draft in enumerate(drafts):
        if draft.valid_to is None:
            drafts[position] = replace(draft, valid_to=valid_to, last_seen=before.last_seen)
            return
    applied.moves[before.article_id] = Move(valid_to, before.last_seen)


def _of_article(record: ArticleRecord, verdict: VersionVerdict, contradiction: str | None) -> ObservationRow:
    archived = verdict.outcome == "archived"
    reread = verdict.reason == "new-extractor"
    is_contradicted = archived and contradiction is not None
    return ObservationRow(
        article_id=record.article_id,
        version=verdict.version,
        outlet=record.outlet,
        url=record.url,
        requested_url=record.requested_url,
        outcome=verdict.outcome,
        reason=Reason.CANONICAL_CONTRADICTION.value if is_contradicted else verdict.reason,
        detail=contradiction if is_contradicted else None,
        http_status=record.http_status,
        observed_at=record.fetched_at,
        content_hash=record.content_hash if reread else None,
        extractor=record.extractor if reread else None,
        etag=record.etag,
        last_modified=record.last_modified,
        alternates=None if archived and not verdict.late else record.alternates,
        run_id=record.run_id,
    )


def _observation(
    applied: AppliedObservations, record: ObservationRecord, resolve: Callable[[str], str | None]
) -> None:
    article_id = record.article_id or resolve(record.url) or resolve(record.requested_url)
    before = applied.current.get(article_id) if article_id else None
    missing = None
    if before is not None and record.http_status in _MISSING and record.observed_at < before.last_seen:
        count, last = applied.missing_before.get(before.article_id, (0, None))
        missing, last = applied.missed(count, last, record.observed_at)
        applied.missing_before[before.article_id] = missing, last
    elif before is not None and record.http_status in _MISSING:
        missing, missed_at = applied.missed(before.missing, before.missed_at, record.observed_at)
        applied.current[before.article_id] = replace(before, missing=missing, missed_at=missed_at)
    elif before is not None and record.outcome == "unchanged":
        last_seen = max(before.last_seen, record.observed_at)
        applied.current[before.article_id] = replace(before, last_seen=last_seen, missing=0, missed_at=None)
    applied.observations.append(
        ObservationRow(
            article_id=article_id,
            version=before.version if before is not None and record.outcome == "unchanged" else None,
            outlet=record.outlet,
            url=record.url,
            requested_url=record.requested_url,
            outcome=record.outcome,
            reason=record.reason,
            detail=record.detail,
            http_status=record.http_status,
            observed_at=record.observed_at,
            missing=missing,
            gone=missing is not None and missing >= GONE_AFTER,
            run_id=record.run_id,
        )
    )
