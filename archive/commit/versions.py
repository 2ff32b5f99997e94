"""The rule by which an observation makes a new version; without files.

* The text (content_hash) of the latest version again: unchanged.
* The text of one of the last five versions: unchanged, `reverted`; a page that alternates between two texts
  would otherwise make a version a day.
* Another text read by the same extractor: a new version.
* Another text read by another extractor: our change cannot be told from theirs, so it is unchanged,
  `new-extractor`, and the next observation is compared with its text. It is a new version only if the page
  itself changed: other bytes, and a later modified_at than the latest version has.
* The text of a feed, once the page's own text is archived: unchanged, `from-feed`. The first text of the page
  replaces the feed's as a new version, whatever it contains, and is no edit: `replaces-feed`.
* A new text fetched before the latest version (by a writer that committed late): a version that is superseded
  from the start.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from archive.format.reasons import Reason
from archive.format.records import FEED, ArticleRecord
from archive.state.model import REVERTS, CurrentVersion

GONE_AFTER = 3
MISSES_APART = timedelta(hours=1)
"""Least time between visits that count for GONE_AFTER: in a minute an outlet may just be out of order."""


@dataclass(frozen=True, slots=True)
class VersionVerdict:
    outcome: Literal["archived", "unchanged"]
    version: int
    """The version whose text was observed."""
    reason: str | None = None
    late: bool = False


def judge(
    current: CurrentVersion | None, record: ArticleRecord, story_id: str
) -> tuple[VersionVerdict, CurrentVersion]:
    """Judge an observation; return the verdict, and the current version after it.

    `story_id` is for an article without a version.
    """
    of_feed = Reason.FROM_FEED.value if record.text_from == FEED else None
    if current is None:
        return VersionVerdict("archived", 1, of_feed), _first(record, story_id)
    if of_feed and current.text_from != FEED:
        return VersionVerdict("unchanged", current.version, of_feed), current
    replaces = current.text_from == FEED and not of_feed
    # a page of long ago says nothing of today
    is_past = record.fetched_at < current.last_seen
    observed = replace(
        current,
        first_seen=min(current.first_seen, record.fetched_at),
        last_seen=max(current.last_seen, record.fetched_at),
        missing=current.missing if is_past else 0,
        missed_at=current.missed_at if is_past else None,
    )
    if not replaces and (same := _same(current, record, observed)) is not None:
        verdict, after = same
        return replace(verdict, reason=verdict.reason or of_feed), after
    version = current.recent[0][0] + 1
    recent = ((version, record.content_hash), *current.recent)[:REVERTS]
    reason = Reason.REPLACES_FEED.value if replaces else of_feed
    if record.fetched_at < current.valid_from:
        return VersionVerdict("archived", version, reason, late=True), replace(observed, recent=recent)
    latest = replace(
        _first(record, current.story_id),
        version=version,
        recent=recent,
        first_seen=observed.first_seen,
        last_seen=observed.last_seen,
        missing=observed.missing,
        missed_at=observed.missed_at,
    )
    return VersionVerdict("archived", version, reason), latest


def _same(
    current: CurrentVersion, record: ArticleRecord, observed: CurrentVersion
) -> tuple[VersionVerdict, CurrentVersion] | None:
    """Judge a text that makes no version; None where it makes one."""
    if record.content_hash == current.content_hash:
        return VersionVerdict("unchanged", current.version), observed
    if (record.content_hash, record.extractor) == (current.reread_hash, current.reread_extractor):
        return VersionVerdict("unchanged", current.version, "new-extractor"), observed
    for version, content_hash in current.recent:
        if content_hash == record.content_hash:
            return VersionVerdict("unchanged", version, "reverted"), observed
    if record.extractor not in {current.extractor, current.reread_extractor} and not _says_so(
        current, record
    ):
        reread = replace(observed, reread_hash=record.content_hash, reread_extractor=record.extractor)
        return VersionVerdict("unchanged", current.version, "new-extractor"), reread
    return None


def _says_so(current: CurrentVersion, record: ArticleRecord) -> bool:
    if record.raw_sha256 == current.raw_sha256:
        return False
    before, after = current.modified_at, record.modified_at
    return before is not None and after is not None and after > before


def _first(record: ArticleRecord, story_id: str) -> CurrentVersion:
    """The current version of an article that had no other."""
    return CurrentVersion(
        article_id=record.article_id,
        story_id=story_id,
        version=1,
        valid_from=record.fetched_at,
        content_hash=record.content_hash,
        raw_sha256=record.raw_sha256,
        text_from=record.text_from,
        source_archive=record.source_archive,
        extractor=record.extractor,
        modified_at=record.modified_at,
        reread_hash=None,
        reread_extractor=None,
        recent=((1, record.content_hash),),
        first_seen=record.fetched_at,
        last_seen=record.fetched_at,
        missing=0,
        missed_at=None,
    )
