"""Write docs/reference/data-format.md: `python -m archive.format.docs > docs/reference/data-format.md`."""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pyarrow as pa

from archive.format.columns import SCHEMA_VERSION
from archive.format.records import COMMIT_COLUMNS
from archive.format.schema import (
    ALIGNMENTS,
    ARTICLES,
    DELETION,
    OBSERVATIONS,
    PAIRS,
    REFUSALS,
    SAME_EVENT,
    STORIES,
)

_IN_EVERY_TABLE = {column.name for column in COMMIT_COLUMNS}

TABLES = (
    ("articles", ARTICLES, "One row per article: its latest text."),
    (
        "versions",
        None,
        "One row for each text of an article, with the columns of `articles`. A new version means a new "
        "headline or body.",
    ),
    ("observations", OBSERVATIONS, "One row for every visit to an address, whatever its outcome."),
    ("stories", STORIES, "One row per story, its variants side by side."),
    ("pairs", PAIRS, "One row for two articles that are one story in two languages, with the evidence."),
    (
        "refusals",
        REFUSALS,
        "One row for two articles with some evidence that did not become a pair. A log: a new row if reason "
        "or evidence change.",
    ),
    (
        "alignments",
        ALIGNMENTS,
        "One row for paragraphs, without captions, that two variants of a story share or that one has alone. "
        "Lists are empty, not null. `archive.open(…).only_in(story_id)` orders them by language.",
    ),
    (
        "same_event",
        SAME_EVENT,
        "One row for articles of two outlets that seem to report one event. A log: the last row of two "
        "articles holds. [How](../explanation/pairing.md#one-event-in-several-outlets).",
    ),
)


DELETIONS = """
`archive.open(…).articles()`, [SQL](sql.md) and every export but Iceberg add two columns, computed from
`observations` ([why](../decisions/0026-deletions-are-joined.md),
[with pandas](../how-to/read-an-archive.md#deletions)):

"""
_HEADER = "| column | type | | meaning |\n|---|---|---|---|\n"


def render() -> str:
    parts = []
    for name, schema, about in TABLES:
        parts.append(f"\n## {name}\n\n{about}\n")
        if schema is not None:
            parts += ["\n", _HEADER, *_rows(schema)]
        if name == "articles":
            parts += [DELETIONS, _HEADER, *_rows(DELETION)]
    template = Path(__file__).with_name("data_format.txt").read_text("utf-8")
    return template.format(version=SCHEMA_VERSION, tables="".join(parts))


def _rows(schema: pa.Schema) -> Iterator[str]:
    """One line a column; columns of one type and meaning that follow each other share a line."""
    fields = [field for field in schema if field.name not in _IN_EVERY_TABLE]
    for (meaning, kind, nullable), same in groupby(fields, key=_described):
        names = ", ".join(f"`{field.name}`" for field in same)
        yield f"| {names} | {kind} | {'' if nullable else 'always'} | {meaning} |\n"


def _described(field: pa.Field) -> tuple[str, str, bool]:
    return field.metadata[b"description"].decode(), _type(field.type), field.nullable


def _type(kind: pa.DataType) -> str:
    text = str(kind).replace("list<element: ", "list<").replace("list<item: ", "list<").replace("|", "\\|")
    return text.replace("timestamp[us, tz=UTC]", "timestamp")


if __name__ == "__main__":
    sys.stdout.write(render())
