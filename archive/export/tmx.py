"""Translation memories (TMX 1.4) of stories that have several languages, for translators' tools.

A unit has the headlines of all variants, or paragraphs of two languages with the same content, from
`alignments`, with their score.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO
from xml.sax.saxutils import escape, quoteattr

import pyarrow.dataset as ds

from archive.export.choice import Choice
from archive.read.archive import Archive
from archive.read.scan import RowSet, one_of
from archive.tables.parquet_files import in_order, translated_errors

_COLUMNS = ["article_id", "story_id", "language", "published_at", "headline", "blocks"]
_SHARED = ["aligned", "moved"]
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FEW = 20_000
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4">
<header creationtool="Triptych" creationtoolversion="1" segtype="paragraph" o-tmf="Triptych" adminlang="en"
 srclang="*all*" datatype="plaintext"/>
<body>
"""
Row = dict[str, Any]


@dataclass(slots=True)
class Count:
    stories: int = 0
    units: int = 0
    bare: int = 0
    """Stories without aligned paragraphs."""

    def __str__(self) -> str:
        if not self.stories:
            return "0 units, as no story is in two languages,"
        bare = f" ({self.bare} by the headline only: `triptych pair` aligns paragraphs)" if self.bare else ""
        return f"{self.units} units of {self.stories} stories{bare}"


@dataclass(frozen=True, slots=True)
class _Story:
    story_id: str
    variants: dict[str, Row]
    """The first published article of each of its languages."""
    links: list[Row]
    """Rows of its alignments."""


def write(file: BinaryIO, archive: Archive, choice: Choice, *, progress: Callable[[int], None]) -> Count:
    count = Count()
    file.write(_HEAD.encode())
    rows = choice.article_rows(archive, _COLUMNS)
    if choice.sample is not None:
        rows = rows.where(one_of("story_id", choice.stories(archive, in_several=True)))
    links = archive.alignments(as_of=choice.as_of).where(one_of("kind", _SHARED))
    for story in _stories(rows, links, progress):
        if len(story.variants) < 2:
            continue
        count.stories += 1
        headlines = [(row, str(row["headline"])) for row in story.variants.values()]
        paragraphs = [_paragraphs(link, story) for link in story.links if _is_of(link, story)]
        count.bare += not paragraphs
        for number, (kind, segments, score) in enumerate([("headline", headlines, None), *paragraphs]):
            file.write(_unit(f"{story.story_id}-{number}", kind, segments, score).encode())
            count.units += 1
    file.write(b"</body>\n</tmx>\n")
    return count


def _stories(rows: RowSet, links: RowSet, progress: Callable[[int], None]) -> Iterator[_Story]:
    """Read stories with their texts, a portion at a time."""
    # ids are hashes: their first digit splits the stories evenly
    parts = [""] if len(rows) <= _FEW else list("0123456789abcdef")
    for part in parts:
        conditions = (ds.field("story_id") >= part, ds.field("story_id") < f"{part}~")
        articles_table = rows.where(*conditions).to_arrow()
        with translated_errors():
            in_time = in_order(articles_table, ("story_id", "published_at", "article_id"))
        members = _by_story(in_time.to_pylist())
        aligned = _by_story(links.where(*conditions).to_pylist())
        progress(articles_table.num_rows)
        for story_id, articles in members.items():
            variants = {str(x["language"]): x for x in reversed(articles) if x["language"] is not None}
            yield _Story(story_id, variants, aligned.get(story_id, []))


def _by_story(rows: Iterable[Row]) -> dict[str, list[Row]]:
    stories: dict[str, list[Row]] = {}
    for row in rows:
        stories.setdefault(row["story_id"], []).append(row)
    return stories


def _is_of(link: Row, story: _Story) -> bool:
    """True if both articles are exported; the alignments are of their present texts."""
    for side in "ab":
        row = story.variants.get(link[f"language_{side}"])
        if row is None or row["article_id"] != link[f"article_id_{side}"]:
            return False
    return True


def _paragraphs(link: Row, story: _Story) -> tuple[str, list[tuple[Row, str]], float | None]:
    segments = []
    for side in "ab":
        row = story.variants[link[f"language_{side}"]]
        texts = [row["blocks"][number]["text"] for number in link[f"paragraphs_{side}"]]
        segments.append((row, " ".join(texts)))
    return "paragraph", segments, link["score"]


def _unit(name: str, kind: str, segments: Sequence[tuple[Row, str]], score: float | None) -> str:
    similarity = "" if score is None else f'<prop type="x-score">{score:.3f}</prop>'
    lines = [f'<tu tuid={quoteattr(name)}><prop type="x-kind">{kind}</prop>{similarity}']
    for row, text in sorted(segments, key=lambda x: str(x[0]["language"])):
        article = f'<prop type="x-article">{row["article_id"]}</prop>'
        segment = escape(_NOT_XML.sub(" ", text))
        lines.append(f"<tuv xml:lang={quoteattr(str(row['language']))}>{article}<seg>{segment}</seg></tuv>")
    return "\n".join([*lines, "</tu>\n"])
