"""Alerts of a search, each with an id for ever: new stories, edits, takedowns, late and missing translations.

Nothing here asks the clock: what is late or missing is so by the moment of the snapshot, so that the same
snapshot gives the same feed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from archive.format.times import has_hour
from archive.read.archive import Archive
from archive.read.diff import Change, Work, compare
from archive.viewer.catalogue import Interface
from archive.viewer.load import read_unread_alternates, read_versions
from archive.viewer.search.answers import ArticleLine, EditVisit, Question, StoryLine
from archive.viewer.search.lookup import Lookup

MOST = 100
LATE = timedelta(hours=24)
_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
"""A damaged time that is later has nothing after it."""
_SHOWN = 280
"""Characters of what an edit took out, and of what it put in."""
_MOST_WORDS = 5000
"""Edits whose words are remembered: a reader of a feed comes again and again."""


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
    now = archive.snapshot.committed_at
    lines = lookup.latest(question, late, now, most)
    edits = lookup.changes.edits_of(lines)
    missing = _missing(archive, lookup, lines, late, now)
    events: list[Alert] = []
    for line in lines:
        events += _of_story(t, line, late)
        for language in missing[line.story_id]:
            events.append(_missing_alert(t, line, language, _due(line, late) or now, late))
        for article in line.articles:
            for edit in edits.get(article.article_id, ()):
                events.append(edit_alert(t, line, article, edit))
            if article.gone:
                events.append(takedown_alert(t, line, article, article.gone))
    events.sort(key=lambda x: (x.at, x.id), reverse=True)
    return with_changed_words(archive, lookup, events[:most])


def _of_story(t: Interface, line: StoryLine, late: timedelta) -> Iterator[Alert]:
    """Make the alert of a story, and those of articles that were published late after its first."""
    first = line.first_published
    timed = [x for x in line.articles if x.published and line.has_hours]
    after = {x: x.published - first for x in timed if first and x.published}
    in_time = [x.published or x.first_seen for x in line.articles if after.get(x, late) <= late]
    text, title = _texts(t, line), line.title_in(t.language)
    yield Alert(
        f"urn:triptych:story:{line.story_id}",
        *("story", first or min(in_time), max(in_time), title.headline, text, title.language, line.story_id),
        *("", title.url),
    )
    for x, lag in after.items():
        if lag > late and x.published:
            yield _of_article(line, x, "late", x.published, _title(t, "alert_late", x, lag), text)


def _missing(
    archive: Archive, lookup: Lookup, lines: Iterable[StoryLine], late: timedelta, now: datetime
) -> dict[str, list[str]]:
    """Name the languages that each story should have by now, without those whose page was not read."""
    missing: dict[str, list[str]] = defaultdict(list)
    incomplete = []
    for line in lines:
        due = _due(line, late)
        if due is None or due > now:
            continue
        for language in lookup.expected_languages(line):
            if line.in_language(language) is None:
                missing[line.story_id].append(language)
        if missing[line.story_id]:
            incomplete.append(line)
    for alternate in read_unread_alternates(archive, lookup.rows, incomplete):
        if alternate.language in missing[alternate.story_id]:
            missing[alternate.story_id].remove(alternate.language)
    return missing


def _due(line: StoryLine, late: timedelta) -> datetime | None:
    """Return when every language should be there; where no hour is printed, `late` begins as the day ends."""
    first = line.first_published
    if first is None or first > _LAST - late:
        return None
    return first + late + (timedelta(0) if has_hour(first) else timedelta(days=1))


def _missing_alert(t: Interface, line: StoryLine, language: str, due: datetime, late: timedelta) -> Alert:
    title = line.title_in(t.language)
    heading = _title(t, "alert_missing", replace(title, language=language), late)
    return Alert(
        f"urn:triptych:missing:{line.story_id}:{language}",
        *("missing", due, due, heading, _texts(t, line), title.language, line.story_id, "", title.url),
    )


def _texts(t: Interface, line: StoryLine) -> str:
    """Name the texts of a story, and what differs in them, unless they are of several stories."""
    lines = [f"{x.language}: {x.headline} ({x.outlet})" for x in line.articles]
    if line.conflict:
        return "\n".join(lines)
    for kind, marks in line.contradictions.items():
        for mark in marks:
            lines.append(t.perhaps(f"{t(f'{kind}_differ')}: {mark}", doubtful=mark.doubtful))
    for quote in line.quotes:
        lines.append(f"{t('quotes_differ')}: {quote.sentence(t, _SHOWN)}")
    return "\n".join(lines)


def edit_alert(t: Interface, line: StoryLine, article: ArticleLine, edit: EditVisit) -> Alert:
    # which versions to compare, until they are
    versions = f"{edit.before} {edit.version}"
    heading = _title(t, "alert_edited", article)
    return _of_article(line, article, "edit", edit.at, heading, versions, f":{edit.version}")


def takedown_alert(t: Interface, line: StoryLine, article: ArticleLine, at: datetime) -> Alert:
    heading, moment = _title(t, "alert_gone", article), f":{at:%Y%m%dT%H%M%S}"
    return _of_article(line, article, "gone", at, heading, _texts(t, line), moment)


def _of_article(  # noqa: PLR0917
    line: StoryLine, x: ArticleLine, kind: str, at: datetime, title: str, text: str, suffix: str = ""
) -> Alert:
    return Alert(
        f"urn:triptych:{kind}:{x.article_id}{suffix}",
        *(kind, at, at, title, text, x.language, line.story_id, x.article_id, x.url),
    )


def with_changed_words(archive: Archive, lookup: Lookup, events: Sequence[Alert]) -> list[Alert]:
    """Say of each edit what it removed and what it added."""
    edits = [x for x in events if x.kind == "edit"]
    changed_words = {x.id: lookup.changed_words[x.id] for x in edits if x.id in lookup.changed_words}
    changed_words |= _read_changes(archive, lookup, [x for x in edits if x.id not in changed_words])
    if len(lookup.changed_words) < _MOST_WORDS:
        lookup.changed_words.update(changed_words)
    return [replace(x, text=changed_words[x.id]) if x.kind == "edit" else x for x in events]


def _read_changes(archive: Archive, lookup: Lookup, edits: Sequence[Alert]) -> dict[str, str]:
    """Compare the versions that these alerts are about; by the id of the alert."""
    ids = sorted({x.article_id for x in edits})
    columns = ["article_id", "version", "valid_from", "headline", "body"]
    rows = read_versions(archive, lookup.rows.places(ids), ids, columns) if ids else []
    texts: dict[tuple[str, int], dict[str, Any]] = {(x["article_id"], x["version"]): x for x in rows}
    work = Work()  # of all of them together
    changed_words = {}
    for alert in edits:
        before, after = (texts.get((alert.article_id, int(n))) for n in alert.text.split())
        changed_words[alert.id] = _changes(before, after, work) if before and after else ""
    return changed_words


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


def _title(t: Interface, key: str, article: ArticleLine, time: timedelta = timedelta(0)) -> str:
    span = t.hours(time.total_seconds())
    return t(key, language=t.in_language(article.language), time=span, headline=article.headline)
