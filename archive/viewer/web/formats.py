"""Lists for other programs: CSV, JSON, and feeds of a search."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from archive.export.files import csv_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from archive.viewer.search.answers import StoryLine

_LANGUAGES = ("uk", "en", "ru")
_ATOM = "http://www.w3.org/2005/Atom"


def story_rows(lines: Iterable[StoryLine]) -> list[dict[str, object]]:
    """Make a row a story, with the names of columns that the table `stories` has."""
    rows = []
    for line in lines:
        first = line.first_published
        row: dict[str, object] = {
            "story_id": line.story_id,
            "outlet": line.title.outlet,
            "languages": [x.language for x in line.articles],
            "first_published_at": first.isoformat() if first else None,
            "omitted": line.omitted,
            "edits": line.edits,
            "gone": [x.language for x in line.articles if x.gone],
            "conflict": line.conflict,
        }
        for language in _LANGUAGES:
            article = line.in_language(language)
            lag = (
                (article.published - first).total_seconds()
                if article and article.published and first
                else None
            )
            row[f"lag_{language}"] = lag
            row[f"headline_{language}"] = article.headline if article else None
            row[f"url_{language}"] = article.url if article else None
            row[f"article_id_{language}"] = article.article_id if article else None
        rows.append(row)
    return rows


def as_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ()) -> bytes:
    """Write rows for a spreadsheet: with the mark of UTF-8, and no cell that would be taken for a formula."""
    names = list(columns or (rows[0] if rows else ()))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([csv_cell(row.get(name)) for name in names])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def as_json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1, default=str).encode("utf-8", "replace")


def as_atom(title: str, address: str, lines: Sequence[StoryLine]) -> bytes:
    """Write a feed as https://www.rfc-editor.org/rfc/rfc4287 has it."""
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed")

    def add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
        element = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
        element.text = _valid(text) if text else None
        return element

    add(feed, "id", address)
    add(feed, "title", title)
    add(feed, "updated", _updated(lines).isoformat())
    add(feed, "link", href=address, rel="self")
    add(add(feed, "author"), "name", "Triptych")
    root = address.split("/search", maxsplit=1)[0]
    for line in lines:
        entry = add(feed, "entry")
        add(entry, "id", f"urn:triptych:story:{line.story_id}")
        add(entry, "title", line.title.headline)
        add(entry, "updated", _updated([line]).isoformat())
        add(entry, "link", href=f"{root}/stories/{line.story_id}", rel="alternate")
        add(entry, "summary", _told(line))
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def as_json_feed(title: str, address: str, lines: Sequence[StoryLine]) -> bytes:
    """Write a feed as https://www.jsonfeed.org/version/1.1/ has it."""
    root = address.split("/search", maxsplit=1)[0]
    return as_json(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "feed_url": address,
            "items": [
                {
                    "id": f"urn:triptych:story:{line.story_id}",
                    "url": f"{root}/stories/{line.story_id}",
                    "title": line.title.headline,
                    "content_text": _told(line),
                    "language": line.title.language,
                    "date_modified": _updated([line]).isoformat(),
                }
                for line in lines
            ],
        }
    )


def _told(line: StoryLine) -> str:
    return "\n".join(f"{x.language}: {x.headline} ({x.outlet})" for x in line.articles)


def _updated(lines: Sequence[StoryLine]) -> datetime:
    """Time of the last publication among stories: a translation that comes makes a story new."""
    dates = [x.published for line in lines for x in line.articles if x.published]
    return max(dates, default=datetime(1970, 1, 1, tzinfo=UTC))


def _valid(text: str) -> str:
    """Leave out what XML has no characters for."""
    return "".join(
        x for x in text if x in "\t\n\r" or (x >= " " and not "\ud800" <= x <= "\udfff" and x < "\ufffe")
    )
