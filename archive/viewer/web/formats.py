"""Lists for other programs: CSV, JSON, and feeds of a search."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import islice
from xml.etree import ElementTree as ET

from archive.export.files import csv_cell, csv_lines
from archive.format.languages import STORY_LANGUAGES
from archive.format.marks import CONTRADICTIONS
from archive.terminal import visible
from archive.viewer.search.answers import LoneQuote, StoryLine
from archive.viewer.web.alerts import Alert

_AT_ONCE = 500
"""Stories of a list that are in memory at a time."""
_ATOM = "http://www.w3.org/2005/Atom"


def story_rows(lines: Iterable[StoryLine]) -> list[dict[str, object]]:
    """Make a row a story, with the names of columns that the table `stories` has."""
    rows = []
    for line in lines:
        first = line.first_published
        row: dict[str, object] = {
            "story_id": line.story_id,
            "outlet": line.title_in("en").outlet,
            "languages": [x.language for x in line.articles],
            "first_published_at": first.isoformat() if first else None,
            **_omitted(line),
            "edits": line.edits,
            "gone": [x.language for x in line.articles if x.gone],
            "conflict": line.conflict,
        }
        for kind, column in CONTRADICTIONS.items():
            row[column] = list(map(asdict, line.contradictions.get(kind, ())))
        row["quotes_only"] = list(map(LoneQuote.row, line.quotes))
        for language in STORY_LANGUAGES:
            article = line.in_language(language)
            lag = (
                (article.published - first).total_seconds()
                if article and article.published and first and line.has_hours
                else None
            )
            row[f"lag_{language}"] = lag
            row[f"headline_{language}"] = article.headline if article else None
            row[f"url_{language}"] = article.url if article else None
            row[f"article_id_{language}"] = article.article_id if article else None
        rows.append(row)
    return rows


def _omitted(line: StoryLine) -> dict[str, object]:
    """Say of the text of which most is left out which language it is, and which has it not.

    `omitted` is null where nothing is surely left out but something perhaps.
    """
    share = line.left_out
    values = (share.language, share.missing_in, share.doubtful) if share else (None, None, None)
    surely = (line.omitted or None) if share else line.omitted
    names = ("omitted", "omitted_language", "omitted_in", "omitted_doubtful")
    return dict(zip(names, (surely, *values), strict=True))


def stories_as_csv(lines: Iterable[StoryLine]) -> Iterator[bytes]:
    """Write a list of any length, a portion at a time."""
    names: tuple[str, ...] = ()
    for part in _portions(lines):
        rows = story_rows(part)
        portion = as_csv(rows, names)
        # the mark and the names stand at the beginning alone
        yield portion.split(b"\r\n", 1)[1] if names else portion
        names = tuple(rows[0])
    if not names:
        yield as_csv([])


def stories_as_json(lines: Iterable[StoryLine]) -> Iterator[bytes]:
    """Write a list of any length, a story a line."""
    before = b"[\n"
    for part in _portions(lines):
        rows = (json.dumps(row, ensure_ascii=False, default=_plain) for row in story_rows(part))
        yield before + ",\n".join(rows).encode("utf-8", "replace")
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _portions(lines: Iterable[StoryLine]) -> Iterator[list[StoryLine]]:
    rest = iter(lines)
    while part := list(islice(rest, _AT_ONCE)):
        yield part


def as_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ()) -> bytes:
    """Write rows for a spreadsheet: with the mark of UTF-8, and no cell that would be taken for a formula."""
    names = list(columns or (rows[0] if rows else ()))
    cells = ([csv_cell(row.get(name)) for name in names] for row in rows)
    return b"\xef\xbb\xbf" + csv_lines([names, *cells])


def as_json(content: object) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=1, default=_plain, allow_nan=False)
    return text.encode("utf-8", "replace")


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


@dataclass(frozen=True, slots=True)
class Feed:
    """Alerts under a title; `base` is where the pages of `view` are, such as http://127.0.0.1:8765."""

    id: str
    title: str
    alerts: Sequence[Alert]
    base: str = ""
    address: str = ""
    """Of the feed itself; empty for a file that nobody knows the address of."""

    @property
    def updated(self) -> datetime:
        return max((x.updated for x in self.alerts), default=datetime(1970, 1, 1, tzinfo=UTC))

    def link(self, alert: Alert) -> str:
        """Address of the page about an alert; where there are none, of the outlet's; none of another kind."""
        if self.base:
            where = (
                f"articles/{alert.article_id}"
                if alert.kind in {"edit", "gone"}
                else f"stories/{alert.story_id}"
            )
            return f"{self.base.rstrip('/')}/{where}"
        return alert.url if alert.url.startswith(("http://", "https://")) else ""


def as_atom(feed: Feed) -> bytes:
    """Write a feed as https://www.rfc-editor.org/rfc/rfc4287 has it."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        attributes_of_element = {key: _valid(value) for key, value in attributes.items()}
        element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes_of_element)
        element.text = _valid(text) if text else None
        return element

    add(root, "id", feed.id)
    add(root, "title", feed.title)
    add(root, "updated", feed.updated.isoformat())
    if feed.address:
        add(root, "link", href=feed.address, rel="self")
    add(add(root, "author"), "name", "Triptych")
    for alert in feed.alerts:
        entry = add(root, "entry")
        add(entry, "id", alert.id)
        add(entry, "title", visible(alert.title))
        add(entry, "published", alert.at.isoformat())
        add(entry, "updated", alert.updated.isoformat())
        add(entry, "category", term=alert.kind)
        if link := feed.link(alert):
            add(entry, "link", href=link, rel="alternate")
        # without it an entry has to have a link
        add(entry, "content", visible(alert.text, lines=True), type="text")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def as_json_feed(feed: Feed) -> bytes:
    """Write a feed as https://www.jsonfeed.org/version/1.1/ has it."""
    items = []
    for alert in feed.alerts:
        values = {
            "id": alert.id,
            "url": feed.link(alert),
            "external_url": alert.url if alert.url.startswith(("http://", "https://")) else "",
            "title": visible(alert.title),
            "content_text": visible(alert.text, lines=True),
            "language": alert.language if alert.language != "?" else "",
            "date_published": alert.at.isoformat(),
            "date_modified": alert.updated.isoformat(),
            "tags": [alert.kind],
        }
        items.append(_stated(values))
    head = {"version": "https://jsonfeed.org/version/1.1", "title": feed.title, "feed_url": feed.address}
    return as_json({**_stated(head), "items": items})


def _stated(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value != ""}


def _valid(text: str) -> str:
    """Leave out what XML has no characters for."""
    return re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
