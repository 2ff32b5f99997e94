"""Generator of the reference: `python -m tests.house.data_format > docs/reference/data-format.md`."""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pyarrow as pa

from archive.format.columns import SCHEMA_VERSION
from archive.format.records import COMMIT_COLUMNS
from archive.format.schema import ABOUT, DELETION, PUBLIC, STORED

_IN_EVERY_TABLE = {column.name for column in COMMIT_COLUMNS}
DELETIONS = """
`archive.open(…).articles()`, [SQL](sql.md) and every export but Iceberg add two columns, computed from
`observations` ([why](../decisions/0026-deletions-are-joined.md),
[with pandas](../how-to/read-an-archive.md#deletions)):

"""
_HEADER = "| column | type | | meaning |\n|---|---|---|---|\n"


def render() -> str:
    parts = []
    for name, about in ABOUT.items():
        parts.append(f"\n## {name}\n\n{about}\n")
        if len(PUBLIC[name]) == 1:  # `versions` has the columns of `articles`
            parts += ["\n", _HEADER, *_rows(STORED[name])]
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
