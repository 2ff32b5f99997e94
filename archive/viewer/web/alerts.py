"""Alerts of a search, each with an id for ever: new stories, edits, takedowns, late and missing translations.

Nothing here asks the clock: what is late or missing is so by the moment of the snapshot, so that the same
snapshot gives the same feed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds

from archive.read.diff import Work, compare, is_edit
from archive.viewer.load import read_versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from archive.read.archive import Archive
    from archive.read.diff import Change
    from archive.viewer.catalogue import Interface
    from archive.viewer.search.answers import ArticleLine, Question, StoryLine
    from archive.viewer.search.lookup import Lookup

MOST = 100
LATE = timedelta(hours=24)
_SHOWN = 280
"""Characters of what an edit took out, and of what it put in."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Alert:
    id: str
    kind: str
    """story, edit, gone, late, missing"""
    at: datetime
    updated: datetime
    """Later than `at` for a story whose other languages came in time: they are no alerts of their own."""
    title: str
    text: str
    language: str
    story_id: str
    article_id: str
    """Empty where it is about a story."""
    url: str
    """Of the outlet's page."""


def alerts(
    archive: Archive,
    lookup: Lookup,
    question: Question,
    t: Interface,
    *,
    late: timedelta = LATE,
    most: int = MOST,
) -> list[Alert]:
    """Find the latest alerts of the stories that a question finds, the latest first; told in words of `t`."""
    stories = lookup.with_former(question)
    edits = _edits(archive, list(stories))
    last: dict[str, float] = {}
    for article_id, changes in edits.items():
        at = max(x.at for x in changes).timestamp()
        last[stories[article_id]] = max(at, last.get(stories[article_id], at))
    for story_id, gone_at in lookup.with_gone(question).values():
        last[story_id] = max(gone_at.timestamp(), last.get(story_id, 0))
    now = archive.snapshot.committed_at
    lines = lookup.latest(question, last, late, now, most)
    first_seen = lookup.rows.first_seen([x.article_id for line in lines for x in line.articles])
    events: list[Alert] = []
    for line in lines:
        events += _of_story(t, line, first_seen, late)
        events += _missing(t, line, lookup.expected_languages(line), late, now)
        for article in line.articles:
            for edit in edits.get(article.article_id, ()):
                events.append(_edited(t, line, article, edit))
            if article.gone:
                events.append(_gone(t, line, article, article.gone))
    events.sort(key=lambda x: (x.at, x.id), reverse=True)
    return _with_changes(archive, lookup, events[:most])


def _of_story(
    t: Interface, line: StoryLine, first_seen: Mapping[str, datetime], late: timedelta
) -> Iterator[Alert]:
    """Make the alert of a story, and those of articles that were published late after its first."""
    first = line.first_published
    after = {x: x.published - first for x in line.articles if first and x.published}
    in_time = [_time(x, first_seen) for x in line.articles if after.get(x, late) <= late]
    text, title = _told(line), line.title_in(t.language)
    yield Alert(
        f"urn:triptych:story:{line.story_id}",
        *("story", first or min(in_time), max(in_time), title.headline, text, title.language, line.story_id),
        *("", title.url),
    )
    for x, lag in after.items():
        if lag > late and x.published:
            heading = _title(t, "alert_late", x.language, x.headline, lag)
            yield Alert(
                f"urn:triptych:late:{x.article_id}",
                *("late", x.published, x.published, heading, text, x.language, line.story_id, x.article_id),
                x.url,
            )


def _missing(
    t: Interface, line: StoryLine, expected: Sequence[str], late: timedelta, now: datetime
) -> Iterator[Alert]:
    first = line.first_published
    if first is None or first > now - late:  # a time that is damaged may have nothing after it
        return
    for language in expected:
        if line.in_language(language) is None:
            title = line.title_in(t.language)
            heading = _title(t, "alert_missing", language, title.headline, late)
            yield Alert(
                f"urn:triptych:missing:{line.story_id}:{language}",
                *("missing", first + late, first + late, heading, _told(line), title.language),
                *(line.story_id, "", title.url),
            )


def _told(line: StoryLine) -> str:
    return "\n".join(f"{x.language}: {x.headline} ({x.outlet})" for x in line.articles)


@dataclass(frozen=True, slots=True)
class _Edit:
    version: int
    before: int
    at: datetime


def _edits(archive: Archive, article_ids: Sequence[str]) -> dict[str, list[_Edit]]:
    columns = ["article_id", "version", "valid_from", "text_from"]
    of_articles = ds.field("article_id").isin(pa.array(article_ids, pa.string()))
    rows = archive.versions(columns=columns).where(of_articles).to_pylist() if article_ids else []
    rows.sort(key=lambda row: (row["article_id"], row["version"]))
    by_article: dict[str, list[_Edit]] = {}
    for before, after in pairwise(rows):
        if before["article_id"] == after["article_id"] and is_edit(before, after):
            edit = _Edit(after["version"], before["version"], after["valid_from"])
            by_article.setdefault(after["article_id"], []).append(edit)
    return by_article


def _edited(t: Interface, line: StoryLine, article: ArticleLine, edit: _Edit) -> Alert:
    return Alert(
        f"urn:triptych:edit:{article.article_id}:{edit.version}",
        *("edit", edit.at, edit.at, _title(t, "alert_edited", article.language, article.headline)),
        # which versions to compare, until they are
        *(f"{edit.before} {edit.version}", article.language, line.story_id, article.article_id, article.url),
    )


def _gone(t: Interface, line: StoryLine, article: ArticleLine, at: datetime) -> Alert:
    title = _title(t, "alert_gone", article.language, article.headline)
    return Alert(
        f"urn:triptych:gone:{article.article_id}:{at:%Y%m%dT%H%M%S}",
        *("gone", at, at, title, _told(line), article.language, line.story_id, article.article_id),
        article.url,
    )


@dataclass(frozen=True, slots=True)
class FollowUp:
    """Whether another language of the story was edited after an edit, and when."""

    language: str
    seconds: float | None
    """From the edit to the next one of this language, or one of the same time; None: there is none."""


@dataclass(frozen=True, slots=True)
class StoryChange:
    """An edit or a takedown, and what the other languages of its story did."""

    alert: Alert
    article: ArticleLine
    followed: tuple[FollowUp, ...]
    """Empty for a takedown."""


def changes(
    archive: Archive, lookup: Lookup, question: Question, t: Interface, most: int = MOST
) -> list[StoryChange]:
    """Find the latest edits and takedowns of the stories of a question, the latest first."""
    stories = lookup.with_former(question)
    edits = _edits(archive, list(stories))
    events: list[tuple[datetime, str, str, _Edit | None]] = []
    for article_id, article_edits in edits.items():
        for edit in article_edits:
            events.append((edit.at, article_id, stories[article_id], edit))
    for article_id, (story_id, at) in lookup.with_gone(question).items():
        events.append((at, article_id, story_id, None))
    events.sort(key=lambda event: event[:2], reverse=True)
    articles: list[ArticleLine] = []
    alerts_of_events: list[Alert] = []
    follow_ups: list[tuple[FollowUp, ...]] = []
    for at, article_id, story_id, event_edit in events[:most]:
        line = lookup.line(story_id)
        article = next((x for x in line.articles if x.article_id == article_id), None) if line else None
        if line is None or article is None:
            continue
        articles.append(article)
        if event_edit is None:
            alerts_of_events.append(_gone(t, line, article, at))
            follow_ups.append(())
        else:
            alerts_of_events.append(_edited(t, line, article, event_edit))
            follow_ups.append(_follow_ups(line, article, at, edits))
    described = _with_changes(archive, lookup, alerts_of_events)
    return [StoryChange(*parts) for parts in zip(described, articles, follow_ups, strict=True)]


def _follow_ups(
    line: StoryLine, article: ArticleLine, at: datetime, edits: Mapping[str, Sequence[_Edit]]
) -> tuple[FollowUp, ...]:
    follow_ups = []
    for variant in line.articles:
        if variant.article_id != article.article_id:
            later = [edit.at for edit in edits.get(variant.article_id, ()) if edit.at >= at]
            follow_ups.append(
                FollowUp(variant.language, (min(later) - at).total_seconds() if later else None)
            )
    return tuple(follow_ups)


def _with_changes(archive: Archive, lookup: Lookup, events: Sequence[Alert]) -> list[Alert]:
    """Say of each edit what it removed and what it added."""
    ids = sorted({x.article_id for x in events if x.kind == "edit"})
    columns = ["article_id", "version", "headline", "body"]
    rows = read_versions(archive, lookup.rows.places(ids), ids, columns) if ids else []
    texts: dict[tuple[str, int], dict[str, Any]] = {(x["article_id"], x["version"]): x for x in rows}
    work = Work()  # of all of them together
    described = []
    for alert in events:
        if alert.kind == "edit":
            before, after = (texts.get((alert.article_id, int(n))) for n in alert.text.split())
            text = _changes(before, after, work) if before and after else ""
            described.append(replace(alert, text=text))
        else:
            described.append(alert)
    return described


def _changes(before: Mapping[str, str], after: Mapping[str, str], work: Work) -> str:
    diff = compare(before, after, work)
    changes = (*diff.headline, *diff.body)
    lines = []
    for mark, kind in (("−", "removed"), ("+", "added")):
        if text := _joined(changes, kind):
            lines.append(f"{mark} {text}")
    return "\n".join(lines)


def _joined(changes: Sequence[Change], kind: str) -> str:
    text = " … ".join(" ".join(x.text.split()) for x in changes if x.kind == kind)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _time(article: ArticleLine, first_seen: Mapping[str, datetime]) -> datetime:
    """The time of publication; where that is not known, when a crawl first saw it."""
    return article.published or first_seen.get(article.article_id, _EPOCH)


def _title(t: Interface, key: str, language: str, headline: str, time: timedelta = timedelta(0)) -> str:
    span = t.hours(time.total_seconds())
    return t(key, language=t.in_language(language), time=span, headline=headline)
