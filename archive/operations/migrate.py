"""From an older schema to today's: every file written anew, shown as one snapshot.

All files of a snapshot have one schema, because readers disagree about a folder with two: some drop the new
column silently, some refuse. So a change of schema is never mixed in: it is this, or it is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

from archive.commit import compact
from archive.exceptions import ArchiveWriteError, MigrationError
from archive.format.columns import SCHEMA_VERSION
from archive.format.schema import STORED
from archive.format.snapshot import Snapshot
from archive.opening import open_any, utc_now
from archive.pull import pull
from archive.state import replay
from archive.storage import locks
from archive.storage.snapshot_log import Log
from archive.tables import views
from archive.tables.files import TableFiles, read

if TYPE_CHECKING:
    import os

    from archive.format.layout import Layout
    from archive.format.snapshot import DataFile

Edit = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True, slots=True)
class Step:
    """What one version of the schema asks of the rows of the one before.

    Columns that are new and may be null, and wider types, need no edit; a column that is renamed, split or
    dropped does, and so does a new one that must have a value.
    """

    about: str
    edits: Mapping[str, Edit]
    """By stored table."""


@dataclass(frozen=True, slots=True)
class Target:
    version: int
    stored: Mapping[str, pa.Schema]
    steps: Mapping[int, Step]
    """By the version they start from."""


_AUTHORS = (
    "author_ids, alignments, refusals and the coverage of stories: empty at first; `scrapy pair --all` fills "
    "the alignments"
)
_READINGS = "former_readings: empty, for `scrapy reextract --publish` to fill"
_SHOWN = "media, outbound_links: empty, for `scrapy reextract --publish` to fill"
TODAY = Target(SCHEMA_VERSION, STORED, {1: Step(_AUTHORS, {}), 2: Step(_READINGS, {}), 3: Step(_SHOWN, {})})


def migrate(
    root: str | os.PathLike[str],
    target: Target = TODAY,
) -> Snapshot | None:
    """None when there is nothing to do. Takes the archive's size of disk again until a `gc`.

    Crawls of the older version go on acknowledging, and fail at their next commit with a sentence; their
    articles wait in segments for a writer of this version.
    """
    layout, _ = open_any(root, target.version)
    log = Log(layout, target.version)
    with locks.hold(layout.lock):
        while True:
            head = log.head()
            assert head is not None
            if head.schema_version == target.version:
                return None
            steps = _steps(head.schema_version, target)
            files = TableFiles(layout, compact.LEVEL, target.stored)
            try:
                live, rewrote = _rewrite(layout, head, files, steps, target)
                at = max(utc_now(), head.committed_at + timedelta(microseconds=1))
                snapshot = Snapshot(
                    id=head.id + 1,
                    parent=head.id,
                    operation="migrate",
                    committed_at=at,
                    run_id="migrate",
                    schema_version=target.version,
                    files=live,
                    rewrote=rewrote,
                )
                if log.append(snapshot):
                    break
            except OSError as error:
                if not layout.manifest(head.id + 1).exists():
                    files.discard()
                raise ArchiveWriteError(f"The migration failed, nothing is changed: {error}.") from error
            except (pa.ArrowException, MigrationError):
                files.discard()
                raise
            files.discard()
            pull(layout)
        replay.discard_state(layout)  # the next writer fills it from the new files
        views.publish(layout, snapshot)
    return snapshot


def _steps(version: int, target: Target) -> list[Step]:
    missing = [x for x in range(version, target.version) if x not in target.steps]
    if missing:
        raise MigrationError(f"This Triptych knows no way from schema {missing[0]} to {missing[0] + 1}.")
    return [target.steps[x] for x in range(version, target.version)]


def _rewrite(
    layout: Layout,
    head: Snapshot,
    files: TableFiles,
    steps: list[Step],
    target: Target,
) -> tuple[tuple[DataFile, ...], dict[str, tuple[str, ...]]]:
    live: list[DataFile] = []
    rewrote: dict[str, tuple[str, ...]] = {}
    for file in head.files:
        if file.table not in target.stored:
            raise MigrationError(f"{file.table} is no table of schema {target.version}.")
        table = read(layout.root, [file])
        for step in steps:
            table = step.edits.get(file.table, _as_it_is)(table)
        table = _conform(table, file.table, target.stored[file.table])
        for new in files.write(file.table, table, file.month):
            live.append(new)
            rewrote[new.path] = (file.path,)
    for name in target.stored:
        if not any(file.table == name for file in live):
            month = max(file.month for file in head.files)
            live.append(files.write_empty(name, month))
    return tuple(sorted(live, key=lambda file: (file.table, file.month, file.path))), rewrote


def _as_it_is(table: pa.Table) -> pa.Table:
    return table


def _conform(table: pa.Table, name: str, schema: pa.Schema) -> pa.Table:
    """The columns of the schema in its order; nothing is dropped or invented on the way."""
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
