"""Whether a folder is an archive to write to, may become one, or must be left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive import locks, working_copy
from archive.exceptions import ArchiveNotWritable, NotAnArchive, ObjectStoreError
from archive.layout import OWN_NAMES, Layout
from archive.log import Log, Snapshot
from archive.opening import local_path, refuse_older
from archive.pulling import pull
from archive.schema import SCHEMA_VERSION, STORED
from archive.tables import TableFiles

if TYPE_CHECKING:
    import os
    from datetime import datetime
    from pathlib import Path


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
    files = TableFiles(layout)
    try:
        empty = tuple(files.write_empty(name, f"{at:%Y-%m}") for name in sorted(STORED))
        created = log.append(Snapshot(0, None, "create", at, run_id, SCHEMA_VERSION, empty))
    except (OSError, ObjectStoreError):
        files.discard()
        raise
    if not created:
        files.discard()
