"""Whether a folder is an archive that this version can read."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive import working_copy
from archive.exceptions import ArchiveNotFound, NotAnArchive, SchemaTooOld
from archive.layout import Layout
from archive.log import Log, Snapshot
from archive.pulling import pull

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = 4
"""Written down again here so that looking at an archive needs no pyarrow; a test holds the two together."""


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
