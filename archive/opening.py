"""Whether a folder is an archive that this version can read."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive.exceptions import (
    ArchiveNotFound,
    ArchiveNotWritable,
    NotAnArchive,
    ObjectStoreError,
    SchemaTooOld,
)
from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import OWN_NAMES, Layout
from archive.format.snapshot import Snapshot
from archive.pull import pull
from archive.storage import locks, working_copy
from archive.storage.snapshot_log import Log

if TYPE_CHECKING:
    from pathlib import Path


def local_path(root: str | os.PathLike[str]) -> Path:
    """The folder that an archive is used through: its own, or the working copy of one in an object store."""
    if not os.fspath(root):
        raise NotAnArchive(
            "The archive has no name; give a folder, such as news-archive, or s3://bucket/prefix."
        )
    path = working_copy.locate(root)
    if path.exists() and not path.is_dir():
        raise NotAnArchive(f"{path} is a file; the archive needs a folder.")
    return path


def open_existing(root: str | os.PathLike[str]) -> tuple[Layout, Log, Snapshot]:
    """For reading; raises when there is nothing that this version can read."""
    layout, head = open_any(root)
    refuse_older(layout, head)
    return layout, Log(layout, SCHEMA_VERSION), head


def refuse_older(layout: Layout, head: Snapshot) -> None:
    """Reading what has moved since could be wrong in silence."""
    if head.schema_version < SCHEMA_VERSION:
        raise SchemaTooOld(
            f"{working_copy.name_of(layout.root)} has schema {head.schema_version}, this Triptych has "
            f"{SCHEMA_VERSION}: run `python -m archive migrate` once."
        )


def open_any(root: str | os.PathLike[str], known: int = SCHEMA_VERSION) -> tuple[Layout, Snapshot]:
    """Of whatever schema, but for those after the known one."""
    path = local_path(root)
    layout = Layout(path)
    pull(layout)
    head = Log(layout, known).head()
    if head is None:
        if path.is_dir() and any(path.iterdir()) and working_copy.of(path) is None:
            raise NotAnArchive(f"{path} is not an archive: it has no _log with snapshots in it.")
        raise ArchiveNotFound(f"There is no archive at {working_copy.name_of(path)}; a crawl makes one.")
    return layout, head


def utc_now() -> datetime:
    return datetime.now(UTC)


# Whether a folder is an archive to write to, may become one, or must be left alone.


def open_or_create(root: str | os.PathLike[str], run_id: str, at: datetime) -> tuple[Layout, Log]:
    """For writing; an archive that is not there yet is made."""
    path = local_path(root)
    layout = Layout(path)
    log = Log(layout, SCHEMA_VERSION)
    try:
        pull(layout)
        if log.head() is None and (foreign := sorted(_names(path) - OWN_NAMES)):
            raise NotAnArchive(
                f"{working_copy.name_of(path)} is not an archive and not empty ({foreign[0]} is in it); "
                "give an empty or a new folder."
            )
        if (head := log.head()) is not None:
            refuse_older(layout, head)
        layout.create_folders()
        with locks.hold(layout.lock):
            if log.head() is None:
                _create(layout, log, run_id, at)
    except OSError as error:
        raise ArchiveNotWritable(f"Cannot write to the archive {path}: {error.strerror or error}.") from error
    return layout, log


def _names(path: Path) -> set[str]:
    """What lies in the folder, and in the store that it is a working copy of."""
    if not path.is_dir():
        return set()
    copy = working_copy.of(path)
    there = copy.store.names() if copy else set()
    return {entry.name for entry in path.iterdir()} | there


def _create(layout: Layout, log: Log, run_id: str, at: datetime) -> None:
    """Snapshot 0: no rows, but tables that can be read already."""
    # an archive is looked at without pyarrow, made with it
    from archive.format.schema import STORED  # noqa: PLC0415
    from archive.tables.files import TableFiles  # noqa: PLC0415

    files = TableFiles(layout)
    try:
        empty = tuple(files.write_empty(name, f"{at:%Y-%m}") for name in sorted(STORED))
        created = log.append(Snapshot(0, None, "create", at, run_id, SCHEMA_VERSION, empty))
    except (OSError, ObjectStoreError):
        files.discard()
        raise
    if not created:
        files.discard()
        pull(layout)
