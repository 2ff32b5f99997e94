"""Edits and takedowns, the latest first, and what the other languages of their stories did after."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from urllib.parse import urlencode

from starlette.responses import Response

from archive.viewer.catalogue import Interface
from archive.viewer.search.answers import COMPARED, PAGE, ArticleLine, ChangeEvent, EditVisit, StoryLine
from archive.viewer.story import FollowUp, after_edit, after_takedown
from archive.viewer.web.alerts import (
    MOST,
    Alert,
    edit_alert,
    takedown_alert,
    with_changed_words,
)
from archive.viewer.web.archive_request import ArchiveRequest, file_of
from archive.viewer.web.questions import page_of, wrong
from archive.viewer.web.story_lists import as_feed, interface_of

KINDS = ("edit", "gone")
REACTIONS = ("followed", "alone", "unknown")
_AT_ONCE = 200
"""Changes whose stories and texts are read at a time, after those of a page."""


@dataclass(frozen=True, slots=True)
class StoryChange:
    """An edit or a takedown, and what the other languages of its story did."""

    alert: Alert
    article: ArticleLine
    after: datetime
    """Of the last visit before it."""
    followed: tuple[FollowUp, ...]

    @property
    def reaction(self) -> str:
        """Sum up what the others did: one of REACTIONS, or "" where there is no other or all are gone."""
        kinds = {x.kind for x in self.followed}
        if kinds & ({"taken-down"} if self.alert.kind == "gone" else {"edited", "together"}):
            return "followed"
        if kinds & {"not-visited", "first-seen-after"}:
            return "unknown"
        return "alone" if kinds & {"not-edited", "still-there"} else ""


def changes(opened: ArchiveRequest, t: Interface, skipped: int = 0) -> Iterator[StoryChange]:
    """Find the edits and takedowns that a request asks for, the latest first, but for so many of these."""
    reaction = _chosen(opened, "followed", REACTIONS)
    kind = _chosen(opened, "kind", KINDS)
    # where one article alone has changed, none has followed
    events = opened.lookup.changes_of(opened.question(), kind, several=reaction == "followed")
    if reaction == "alone":
        events = opened.lookup.changes.with_others_seen(events)
    if not reaction:
        events, skipped = islice(events, skipped, None), 0
    size = PAGE + 1
    while portion := list(islice(events, size)):
        chosen: dict[Alert, StoryChange] = {}
        for change in _described(opened, t, portion):
            if reaction not in {"", change.reaction}:
                continue
            if skipped:
                skipped -= 1
            else:
                chosen[change.alert] = change
        alerts = with_changed_words(opened.archive, opened.lookup, list(chosen))
        for change, alert in zip(chosen.values(), alerts, strict=True):
            yield replace(change, alert=alert)
        size = _AT_ONCE


def _described(opened: ArchiveRequest, t: Interface, events: Sequence[ChangeEvent]) -> Iterator[StoryChange]:
    """Describe edits and takedowns by the lines of their stories."""
    lines = opened.lookup.lines_of([x.story_id for x in events])
    edits = opened.lookup.changes.edits_of(lines.values())
    for event in events:
        line = lines.get(event.story_id)
        article = line.article(event.article_id) if line else None
        if line is not None and article is not None:
            yield _change(t, line, article, event.edit or event.at, edits)


def _chosen(opened: ArchiveRequest, name: str, values: Sequence[str]) -> str:
    """Read a parameter. Raises UnknownValue for none of its values."""
    value = opened.request.query_params.get(name, "")
    if value and value not in values:
        raise wrong(name, value, values)
    return value


def _change(
    t: Interface,
    line: StoryLine,
    article: ArticleLine,
    event: EditVisit | datetime,
    edits: Mapping[str, Sequence[EditVisit]],
) -> StoryChange:
    """Describe an edit, or a takedown at a time."""
    follow_ups = []
    for variant in line.articles:
        if variant.article_id == article.article_id:
            continue
        if isinstance(event, EditVisit):
            follow_ups.append(after_edit(variant, event, edits.get(variant.article_id, ())))
        else:
            follow_ups.append(after_takedown(variant, event))
    if isinstance(event, EditVisit):
        return StoryChange(edit_alert(t, line, article, event), article, event.after, tuple(follow_ups))
    return StoryChange(takedown_alert(t, line, article, event), article, article.last_seen, tuple(follow_ups))


def page(opened: ArchiveRequest) -> Response:
    query = opened.request.query_params
    number = page_of(query)
    start = (number - 1) * PAGE
    t = opened.pages.t
    portion = list(islice(changes(opened, t, start), PAGE + 1))
    chosen = {name: value for name, value in query.items() if value and name != "page"}
    leads = []
    if number > 1:
        leads.append((t("previous"), f"/changes?{urlencode(chosen | {'page': number - 1})}"))
    if len(portion) > PAGE:
        leads.append((t("next"), f"/changes?{urlencode(chosen | {'page': number + 1})}"))
    return opened.html(
        "changes.html",
        "changes",
        changes=portion[:PAGE],
        reactions=REACTIONS,
        reaction=query.get("followed", ""),
        kind=query.get("kind", ""),
        question=opened.question(),
        outlets=opened.lookup.names("outlet", 40),
        address=f"?{urlencode(chosen)}",
        leads=leads,
    )


_COLUMNS = (
    *(
        "at",
        "not_before",
        "kind",
        "outlet",
        "language",
        "headline",
        "url",
        "article_id",
        "story_id",
        "changes",
        "followed",
    ),
    *(f"followed_{language}{suffix}" for language in COMPARED for suffix in ("", "_seconds")),
)


def file(opened: ArchiveRequest) -> Response:
    rows = []
    for change in changes(opened, opened.pages.t):
        row: dict[str, object] = {
            "at": change.alert.at,
            "not_before": change.after,
            "kind": change.alert.kind,
            "outlet": change.article.outlet,
            "language": change.article.language,
            "headline": change.article.headline,
            "url": change.article.url,
            "article_id": change.alert.article_id,
            "story_id": change.alert.story_id,
            "changes": change.alert.text if change.alert.kind == "edit" else None,
            "followed": change.reaction or None,
        }
        for follow in change.followed:
            row[f"followed_{follow.language}"] = follow.kind
            row[f"followed_{follow.language}_seconds"] = follow.seconds
        rows.append(row)
    return file_of(opened, rows, _COLUMNS)


def feed(opened: ArchiveRequest) -> Response:
    t = interface_of(opened)
    entries = [change.alert for change in islice(changes(opened, t), MOST)]
    return as_feed(opened, t("changes"), entries)
