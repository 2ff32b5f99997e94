"""Migration from an older schema to today's: every file is rewritten, in one snapshot.

All files of a snapshot have one schema, because readers disagree about a folder with two: some drop the new
column silently, some refuse. So no other operation changes the schema.
"""

import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from archive.commit.committer import Committer
from archive.commit.compact import LEVEL
from archive.commit.next_snapshot import NextSnapshot, Operation
from archive.exceptions import MigrationError
from archive.format.columns import SCHEMA_VERSION
from archive.format.schema import ALIGNMENTS, STORED
from archive.format.snapshot import Snapshot
from archive.opening import open_any
from archive.storage.snapshot_log import Log
from archive.tables.parquet_files import read

Edit = Callable[[pa.Table], pa.Table]
Step = Mapping[str, Edit]
"""A change from one version of the schema to the next: edits by stored table.

New nullable columns and wider types need no edit; a column that is renamed, split or dropped does, and so
does a new one that must have a value.
"""


@dataclass(frozen=True, slots=True)
class Target:
    version: int
    stored: Mapping[str, pa.Schema]
    steps: Mapping[int, Step]
    """By the version they start from."""


_IMPORTED = "imported"


def _with_sources(table: pa.Table) -> pa.Table:
    """Move `imported` out of `extra`: a file's name, a space, and a record's id or place."""
    if "source_archive" in table.column_names:
        return table
    extras, archives, captures = [], [], []
    for text in table.column("extra").to_pylist():
        fields = json.loads(text) if text and f'"{_IMPORTED}"' in text else {}
        origin = fields.pop(_IMPORTED, None)
        extras.append(text if origin is None else json.dumps(fields, ensure_ascii=False, sort_keys=True))
        archives.append(None if origin is None else re.split(" (?:<|at )", origin, maxsplit=1)[0])
        captures.append(origin)
    extra = pa.array([None if text == "{}" else text for text in extras], pa.string())
    table = table.set_column(table.column_names.index("extra"), "extra", extra)
    for name, values in (("source_archive", archives), ("source_capture", captures)):
        table = table.append_column(name, pa.array(values, pa.string()))
    return table


def _without_marks(table: pa.Table) -> pa.Table:
    """Drop the marks of schema 6, and give every row empty ones."""
    names = ("numbers_differ", "numbers_converted", "quotes_only_a", "quotes_only_b")
    former = {"numbers_only_a", "numbers_only_b", *names}
    table = table.drop_columns(sorted(former.intersection(table.column_names)))
    for name in names:
        field = ALIGNMENTS.field(name)
        empty = pa.array([[]] * table.num_rows, field.type)
        table = table.append_column(field, empty)
    return table


TODAY = Target(
    SCHEMA_VERSION,
    STORED,
    {
        **{version: {} for version in range(1, SCHEMA_VERSION)},
        6: dict.fromkeys(("alignments", "former_alignments"), _without_marks),
        7: dict.fromkeys(("articles", "superseded", "former_readings"), _with_sources),
    },
)


def migrate(root: str | os.PathLike[str], target: Target = TODAY) -> Snapshot | None:
    """Migrate an archive; None where there is nothing to do. Doubles its size on disk until a `gc`.

    Crawls of the older version still acknowledge articles, and fail at their next commit with a message;
    their articles wait in segments for a writer of this version.
    """
    storage, _ = open_any(root, target.version)
    operation = Operation(
        "migrate",
        LEVEL,
        target.stored,
        target.version,
        failure="The migration failed, nothing is changed: {error}.",
        consequence="",
    )
    with Committer(storage, Log(storage, target.version), "migrate") as committer:
        return committer.make(operation, partial(_migrate, target))


def _migrate(target: Target, following: NextSnapshot) -> Snapshot | None:
    if following.head.schema_version == target.version:
        return None
    steps = _steps(following.head.schema_version, target)
    for file in following.head.files:
        if file.table not in target.stored:
            raise MigrationError(f"{file.table} is not a table of schema {target.version}.")
        table = read(following.storage, [file])
        for step in steps:
            if edit := step.get(file.table):
                table = edit(table)
        following.replace([file], _conform(table, file.table, target.stored[file.table]))
    return following.finish()


def _steps(version: int, target: Target) -> list[Step]:
    steps = []
    for number in range(version, target.version):
        if number not in target.steps:
            raise MigrationError(f"This Triptych cannot migrate schema {number} to {number + 1}.")
        steps.append(target.steps[number])
    return steps


def _conform(table: pa.Table, name: str, schema: pa.Schema) -> pa.Table:
    """Order the columns as in the schema; MigrationError where one would be dropped or lacks a value."""
    if strange := [x for x in table.column_names if x not in schema.names]:
        raise MigrationError(f"{name}.{strange[0]} has no place in the new schema: a step must drop it.")
    columns = []
    for field in schema:
        if field.name in table.column_names:
            columns.append(table.column(field.name).cast(field.type))
        elif field.nullable:
            columns.append(pa.nulls(table.num_rows, field.type))
        else:
            raise MigrationError(f"{name}.{field.name} must have a value: a step must give it one.")
    return pa.table(columns, schema=schema)
