"""The looks of one commit in the order of time: which became versions, which observations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from archive.addresses import story_of_one
from archive.commit.versions import GONE_AFTER, Verdict, judge
from archive.format.records import ArticleRecord, ObservationRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from archive.format.codec import Record
    from archive.format.records import Alternate
    from archive.state.model import Current

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


@dataclass(frozen=True, slots=True)
class Look:
    """A row of `observations`, all but the commit."""

    article_id: str | None
    version: int | None
    outlet: str
    url: str
    requested_url: str
    outcome: str
    reason: str | None
    detail: str | None
    http_status: int | None
    observed_at: datetime
    missing: int | None
    gone: bool
    content_hash: str | None
    extractor: str | None
    etag: str | None
    last_modified: str | None
    alternates: tuple[Alternate, ...] | None
    run_id: str


@dataclass(slots=True)
class Reading:
    """What the looks come to; filled by `read_looks`, read by the commit."""

    stored: Mapping[str, Current]
    current: dict[str, Current] = field(default_factory=dict)
    drafts: dict[str, list[Draft]] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    newest: dict[str, ArticleRecord] = field(default_factory=dict)
    """The newest look at each article that brought text."""


def read_looks(
    records: Iterable[Record], stored: Mapping[str, Current], resolve: Callable[[str], str | None]
) -> Reading:
    """`stored` holds what is known of every article named; `resolve` finds an article by its address."""
    reading = Reading(stored, dict(stored))
    for record in sorted(records, key=_moment):
        if isinstance(record, ArticleRecord):
            _article(reading, record)
        else:
            _observation(reading, record, resolve)
    return reading


def _moment(record: Record) -> datetime:
    return record.fetched_at if isinstance(record, ArticleRecord) else record.observed_at


def _article(reading: Reading, record: ArticleRecord) -> None:
    article_id = record.article_id
    before = reading.current.get(article_id)
    verdict, after = judge(before, record, story_of_one(article_id))
    reading.current[article_id] = after
    reading.newest[article_id] = record
    if verdict.outcome == "archived":
        drafts = reading.drafts.setdefault(article_id, [])
        if before is not None and verdict.late:
            drafts.append(Draft(record, verdict.version, before.valid_from, record.fetched_at))
        else:
            if before is not None:
                _supersede(reading, before, record.fetched_at)
            drafts.append(Draft(record, verdict.version, None, record.fetched_at))
    reading.looks.append(_look_at(record, verdict))


def _supersede(reading: Reading, before: Current, valid_to: datetime) -> None:
    drafts = reading.drafts[before.article_id]
    for position, draft in enumerate(drafts):
        if draft.valid_to is None:
            drafts[position] = replace(draft, valid_to=valid_to, last_seen=before.last_seen)
            return
    reading.moves[before.article_id] = Move(valid_to, before.last_seen)


def _look_at(record: ArticleRecord, verdict: Verdict) -> Look:
    archived = verdict.outcome == "archived"
    reread = verdict.reason == "new-extractor"
    return Look(
        article_id=record.article_id,
        version=verdict.version,
        outlet=record.outlet,
        url=record.url,
        requested_url=record.requested_url,
        outcome=verdict.outcome,
        reason=verdict.reason,
        detail=None,
        http_status=record.http_status,
        observed_at=record.fetched_at,
        missing=None,
        gone=False,
        content_hash=record.content_hash if reread else None,
        extractor=record.extractor if reread else None,
        etag=record.etag,
        last_modified=record.last_modified,
        alternates=None if archived and not verdict.late else record.alternates,
        run_id=record.run_id,
    )


def _observation(reading: Reading, record: ObservationRecord, resolve: Callable[[str], str | None]) -> None:
    article_id = record.article_id or resolve(record.url) or resolve(record.requested_url)
    before = reading.current.get(article_id) if article_id else None
    missing = None
    if before is not None and record.http_status in _MISSING:
        missing = before.missing + 1
        reading.current[before.article_id] = replace(before, missing=missing)
    elif before is not None and record.outcome == "unchanged":
        seen = max(before.last_seen, record.observed_at)
        reading.current[before.article_id] = replace(before, last_seen=seen, missing=0)
    reading.looks.append(
        Look(
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
            content_hash=None,
            extractor=None,
            etag=None,
            last_modified=None,
            alternates=None,
            run_id=record.run_id,
        )
    )
