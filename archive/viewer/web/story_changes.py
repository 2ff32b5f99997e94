"""Edits and takedowns, the latest first, and what the other languages of their stories did after."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from operator import attrgetter
from urllib.parse import urlencode

from starlette.responses import Response

from archive.viewer.catalogue import Interface
from archive.viewer.search.answers import COMPARED, PAGE, ArticleLine, ChangeEvent
from archive.viewer.search.change_log import FollowUp, follow_ups
from archive.viewer.web.alerts import MOST, Alert, edit_alert, takedown_alert, with_changed_words
from archive.viewer.web.archive_request import ArchiveRequest, file_of
from archive.viewer.web.questions import page_of, wrong
from archive.viewer.web.story_lists import as_feed, interface_of

KINDS = ("edit", "gone")
CHOICES = ("followed", "alone", "unknown")
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
    reaction: str


def changes(opened: ArchiveRequest, t: Interface, skipped: int = 0) -> Iterator[StoryChange]:
    """Find the edits and takedowns that a request asks for, the latest first, but for so many of these."""
    kind, reaction = _chosen(opened, "kind", KINDS), _chosen(opened, "followed", CHOICES)
    events = islice(opened.lookup.changes_of(opened.question(), kind, reaction), skipped, None)
    size = PAGE + 1
    while portion := list(islice(events, size)):
        described = list(_described(opened, t, portion))
        alerts = with_changed_words(opened.archive, opened.lookup, list(map(attrgetter("alert"), described)))
        for change, alert in zip(described, alerts, strict=True):
            yield replace(change, alert=alert)
        size = _AT_ONCE


def _described(opened: ArchiveRequest, t: Interface, events: Sequence[ChangeEvent]) -> Iterator[StoryChange]:
    """Describe edits and takedowns by the lines of their stories."""
    lines = opened.lookup.lines_of(list(map(attrgetter("story_id"), events)))
    edits = opened.lookup.changes.edits_of(lines.values())
    for event in events:
        line = lines.get(event.story_id)
        article = line.article(event.article_id) if line else None
        if line is None or article is None:
            continue
        if event.edit:
            alert, after = edit_alert(t, line, article, event.edit), event.edit.after
        else:
            alert, after = takedown_alert(t, line, article, event.at), article.last_seen
        variants = follow_ups(line, event.article_id, event.edit or event.at, edits)
        yield StoryChange(alert, article, after, variants, event.reaction)


def _chosen(opened: ArchiveRequest, name: str, values: Sequence[str]) -> str:
    """Read a parameter. Raises UnknownValue for none of its values."""
    value = opened.request.query_params.get(name, "")
    if value and value not in values:
        raise wrong(name, value, values)
    return value


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
        reactions=CHOICES,
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
    ),
    "followed",
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
    entries = map(attrgetter("alert"), islice(changes(opened, t), MOST))
    return as_feed(opened, t("changes"), list(entries))
