"""Translation memories (TMX 1.4) of stories that have several languages, for translators' tools.

A headline stands beside the headlines of its variants. Paragraphs stand beside each other only among variants
that have the same number of them, the first with the first and so on: nobody has compared their texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO
from xml.sax.saxutils import escape, quoteattr

import pyarrow.dataset as ds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from archive.article_set import RowSet
    from archive.moments import Moment
    from archive.reader import Archive

_COLUMNS = ["article_id", "story_id", "outlet", "language", "published_at", "headline", "body"]
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FEW = 20_000
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4">
<header creationtool="Triptych" creationtoolversion="1" segtype="paragraph" o-tmf="Triptych" adminlang="en"
 srclang="*all*" datatype="plaintext"/>
<body>
"""
Row = dict[str, object]


@dataclass(slots=True)
class Count:
    stories: int = 0
    units: int = 0
    unequal: int = 0
    """Stories of which no two variants have the same number of paragraphs."""

    def __str__(self) -> str:
        return (
            f"{self.units} units of {self.stories} stories ({self.unequal} of them by the headline only: "
            "no two variants with equally many paragraphs)"
        )


def write(
    file: BinaryIO,
    archive: Archive,
    *,
    language: Sequence[str] | None,
    outlet: Sequence[str] | None,
    as_of: Moment | None,
    progress: Callable[[int], None],
) -> Count:
    count = Count()
    file.write(_HEAD.encode())
    rows = archive.articles(language=language, outlet=outlet, as_of=as_of, columns=_COLUMNS)
    for story_id, variants in _stories(rows, progress):
        if len(variants) < 2:
            continue
        count.stories += 1
        units = [("headline", {x: str(row["headline"]) for x, row in variants.items()})]
        paragraphs = list(_paragraphs(variants))
        count.unequal += not paragraphs
        for number, (kind, segments) in enumerate([*units, *paragraphs]):
            file.write(_unit(f"{story_id}-{number}", kind, segments, variants).encode())
            count.units += 1
    file.write(b"</body>\n</tmx>\n")
    return count


def _stories(rows: RowSet, progress: Callable[[int], None]) -> Iterator[tuple[str, dict[str, Row]]]:
    """Each story with the first published article of each of its languages; a part of the texts at a time."""
    # ids are hashes: their first digit splits the stories evenly
    parts = [""] if len(rows) <= _FEW else list("0123456789abcdef")
    for part in parts:
        found = rows.where(ds.field("story_id") >= part, ds.field("story_id") < f"{part}~").to_arrow()
        stories: dict[str, list[Row]] = {}
        order = [(x, "ascending") for x in ("story_id", "published_at", "article_id")]
        for row in found.sort_by(order).to_pylist():
            if row["language"] is not None:
                stories.setdefault(row["story_id"], []).append(row)
        progress(found.num_rows)
        for story_id, members in stories.items():
            yield story_id, {str(row["language"]): row for row in reversed(members)}


def _paragraphs(variants: dict[str, Row]) -> Iterator[tuple[str, dict[str, str]]]:
    alike: dict[int, dict[str, list[str]]] = {}
    for language, row in variants.items():
        paragraphs = [x for x in str(row["body"]).split("\n\n") if x.strip()]
        alike.setdefault(len(paragraphs), {})[language] = paragraphs
    for number, texts in sorted(alike.items()):
        if len(texts) > 1:
            for position in range(number):
                yield "paragraph", {language: texts[language][position] for language in texts}


def _unit(name: str, kind: str, segments: dict[str, str], variants: dict[str, Row]) -> str:
    lines = [f'<tu tuid={quoteattr(name)}><prop type="x-kind">{kind}</prop>']
    for language, text in sorted(segments.items()):
        row = variants[language]
        article = f'<prop type="x-article">{row["article_id"]}</prop>'
        segment = escape(_NOT_XML.sub(" ", text))
        lines.append(f"<tuv xml:lang={quoteattr(language)}>{article}<seg>{segment}</seg></tuv>")
    return "\n".join([*lines, "</tu>\n"])
