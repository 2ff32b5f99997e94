"""One article as its page shows it: text, fields and where they came from, versions, visits, citation."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from archive.exceptions import ArticleNotFound
from archive.format.records import VERSION_COLUMNS
from archive.read.archive import Archive
from archive.read.diff import compare
from archive.viewer.citation import cite
from archive.viewer.drawing import timeline
from archive.viewer.load import read_versions
from archive.viewer.render import Pages
from archive.viewer.search.lookup import Lookup

_PORTION = 200_000
"""Characters of a text on one page."""
_MOST_VISITS = 500
_LONGEST_VALUE = 2000
_ELSEWHERE = {"headline", "body", "blocks", "raw_file", "raw_offset", "raw_length"}
"""Columns that the page shows in a place of their own."""
_KINDS = {"heading", "quote", "list_item", "caption"}
_SOURCES = {"published_at": "published_source", "authors": "authors_source", "language": "language_reason"}
"""Columns that say where another was read from."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    value: str
    by: str
    """The part of the program that decided it, as archive/format/columns.py names it."""
    source: str | None
    meaning: str


def article_values(
    archive: Archive,
    lookup: Lookup,
    pages: Pages,
    article_id: str,
    *,
    old: int | None = None,
    new: int | None = None,
    start: int | None = None,
) -> dict[str, object]:
    """Collect what the template of an article shows; `old` and `new` are versions to compare."""
    names = [x.name for x in VERSION_COLUMNS]
    rows = read_versions(archive, lookup.rows.places([article_id]), [article_id], names)
    if not rows:
        raise ArticleNotFound(f"Article {article_id} is not in this snapshot.")
    latest = rows[-1]
    by_number = {row["version"]: row for row in rows}
    numbers = list(by_number)
    if old not in by_number or new not in by_number:
        old, new = numbers[max(0, len(numbers) - 2)], numbers[-1]
    blocks, total, begin, more = _portion(latest, start or 0)
    line = lookup.line(latest["story_id"])
    gone_at = next((x.gone for x in line.articles if x.article_id == article_id), None) if line else None
    few = archive.of_files(lookup.rows.files([article_id]))
    visits = few.observations(article_id).to_pylist()
    visits.sort(key=lambda row: row["observed_at"], reverse=True)
    where = shlex.quote(archive.storage.name)
    verify = f"triptych verify --all --archive {where}"
    return {
        "row": latest,
        "gone": gone_at,
        "blocks": blocks,
        "long": total if total > _PORTION else 0,
        "start": begin,
        "more": more,
        "timeline": timeline(
            pages.t,
            [
                (
                    latest["language"] or "?",
                    latest["published_at"],
                    [(row["version"], row["valid_from"]) for row in rows],
                    gone_at,
                )
            ],
        ),
        "numbers": numbers[-500:],
        "old": old,
        "new": new,
        "diff": compare(by_number[old], by_number[new]) if len(numbers) > 1 else None,
        "citations": [cite(by_number[n], pages.about, pages.t) for n in dict.fromkeys((old, new))],
        "commands": f"{verify}\ntriptych diff {article_id} {old} {new} --archive {where}",
        "fields": _fields(latest),
        "visits": visits[:_MOST_VISITS],
        "all_visits": len(visits),
    }


def _portion(row: Mapping[str, Any], start: int) -> tuple[list[tuple[str, str]], int, int, int | None]:
    """Cut the blocks that begin at a character of the text; (kind, text), all characters, start, next."""
    pieces: list[tuple[str, str]] = []
    at = 0
    more = None
    for block in row["blocks"]:
        text = block["text"]
        for begin in range(0, max(len(text), 1), _PORTION):
            part = text[begin : begin + _PORTION]
            if at >= start and more is None:
                if at - start + len(part) > _PORTION and pieces:
                    more = at
                else:
                    pieces.append((block["kind"] if block["kind"] in _KINDS else "paragraph", part))
            at += len(part) + 1  # an empty block is one step too
    return pieces, at, start, more


def _fields(row: Mapping[str, Any]) -> list[Field]:
    fields: list[Field] = []
    for x in VERSION_COLUMNS:
        if x.name not in _ELSEWHERE and (text := _shown(row[x.name])):
            source = row.get(_SOURCES.get(x.name, "")) or None
            fields.append(Field(x.name, text, x.by.value, source, x.meaning))
    return fields


def _shown(value: object) -> str:
    """Write a value for a person, the start of it where it is long."""
    if value is None or value in ([], ""):
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, list):
        parts: list[str] = []
        for entry in value[:100]:
            fields = entry.values() if isinstance(entry, dict) else [entry]
            parts.append(" ".join(str(field) for field in fields if field is not None))
        text = "\n".join(parts)
    else:
        text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
