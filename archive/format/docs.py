"""Write docs/reference/data-format.md: `python -m archive.format.docs > docs/reference/data-format.md`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from archive.format.columns import SCHEMA_VERSION
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

if TYPE_CHECKING:
    import pyarrow as pa

HEAD = f"""# Data format

Schema version {SCHEMA_VERSION}. This page is made from `archive/format/schema.py` by
`python -m archive.format.docs`; a test keeps the two in step.

Every table opens with `pandas.read_parquet("news-archive/<table>")`; Polars takes the same path, and DuckDB
`'news-archive/<table>/**/*.parquet'`. Timestamps are UTC, to the microsecond. A column marked *always* is
never null; any other is null where the page does not say.

The path is a link to one snapshot. A long job that reads several tables takes them from the same one with
`archive.open("news-archive").path("articles")`, or reads through `archive.open(…)`.

All files and their names are in `archive/format/layout.py`. Beside the tables there is the log: a manifest
for each snapshot of the last day, of the last hundred, and the first; for each older one an entry in the
history. `archive.open(…).history()` reads it, latest first:

| field of an entry | meaning |
|---|---|
| `id` | number of the snapshot; of a run without one, the number of the snapshot before it |
| `parent` | number of the snapshot before it; none for the first, and for a run without a snapshot |
| `operation` | `create` `append` `compact` `purge` `migrate` `reread`; `nothing new`: nothing to commit |
| `committed_at` | when, in UTC |
| `run_id` | which run |
| `schema_version` | of its files |
| `rows` | of each stored table |
| `segments` | write-ahead files whose records it brought in |
| `summary` | counters: the archive's own under `archive/`, else those of the run |
"""

TABLES = (
    ("articles", ARTICLES, "One row an article: its latest text."),
    (
        "versions",
        None,
        "One row for each text an article has had; the columns of `articles`. `valid_to` is null on the "
        "latest. A new version means another headline or body: a new date, layout or extractor makes none.",
    ),
    ("observations", OBSERVATIONS, "One row for every look at an address, whatever came of it."),
    ("stories", STORIES, "One row a story: its variants side by side."),
    ("pairs", PAIRS, "One row for two articles that are one story in two languages, with the evidence."),
    (
        "refusals",
        REFUSALS,
        "One row for two articles that evidence calls one story and that did not become a pair: a log, with "
        "a new row where the reason or the evidence has changed. `pairs` tells whether they are one today.",
    ),
    (
        "alignments",
        ALIGNMENTS,
        "One row for paragraphs of two variants of a story that say the same, or that one says alone, for "
        "each two of the `uk`, `en` and `ru` articles that `stories` shows. Every block but captions is a "
        "paragraph here. Lists are empty, not null, where a side has none. Articles a and b go by id; "
        "`archive.open(…).only_in(story_id)` tells by language what is omitted and added: uk, en, ru.",
    ),
    (
        "same_event",
        SAME_EVENT,
        "One row for articles of two outlets that seem to tell of one event, in any languages: a log, with a "
        "new row where the tier has changed; the last row of two articles holds. It joins no story. See "
        "[One event in several outlets](../explanation/pairing.md#one-event-in-several-outlets).",
    ),
)


DELETIONS = """
`archive.open(…).articles()`, [SQL](sql.md) and every export but Iceberg have two columns more, which are
in no file: they come from `observations` when rows are read, as known at `as_of`
([why](../decisions/0026-deletions-are-joined.md),
[with pandas alone](../how-to/read-an-archive.md#deletions)).

| column | type | | meaning |
|---|---|---|---|
"""


def render() -> str:
    parts = [HEAD]
    for name, schema, about in TABLES:
        parts.append(f"\n## {name}\n\n{about}\n")
        if schema is not None:
            parts.append("\n| column | type | | meaning |\n|---|---|---|---|\n")
            parts.extend(_row(field) for field in schema)
        if name == "articles":
            parts.append(DELETIONS)
            parts.extend(_row(field) for field in DELETION)
    return "".join(parts)


def _row(field: pa.Field) -> str:
    meaning = field.metadata[b"description"].decode()
    always = "" if field.nullable else "always"
    return f"| `{field.name}` | {_type(field.type)} | {always} | {meaning} |\n"


def _type(kind: pa.DataType) -> str:
    return str(kind).replace("list<element: ", "list<").replace("list<item: ", "list<").replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(render())
