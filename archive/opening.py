"""Whether a folder is an archive, may become one, or must be left alone."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from archive import locks
from archive.exceptions import ArchiveNotFound, ArchiveNotWritable, NotAnArchive
from archive.layout import OWN_NAMES, Layout
from archive.log import Log, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA_VERSION = 1
"""Written down again here so that looking at an archive needs no pyarrow; a test holds the two together."""


def local_path(root: str | os.PathLike[str]) -> Path:
    text = os.fspath(root)
    if "://" in text:
        scheme = text.partition("://")[0]
        raise NotAnArchive(f"{text}: archives at {scheme}:// are not supported yet; give a folder.")
    if not text:
        raise NotAnArchive("The archive has no name; give a folder, such as news-archive.")
    path = Path(text)
    if path.exists() and not path.is_dir():
        raise NotAnArchive(f"{path} is a file; the archive needs a folder.")
    return path


def open_existing(root: str | os.PathLike[str]) -> tuple[Layout, Log, Snapshot]:
    """For reading; raises when there is nothing that this version can read."""
    path = local_path(root)
    layout = Layout(path)
    log = Log(layout, SCHEMA_VERSION)
    head = log.head()
    if head is None:
        if path.is_dir() and any(path.iterdir()):
            raise NotAnArchive(f"{path} is not an archive: it has no _log with snapshots in it.")
        raise ArchiveNotFound(f"There is no archive at {path}; a crawl makes one.")
    return layout, log, head


def open_or_create(root: str | os.PathLike[str], create: Callable[[Layout, Log], None]) -> tuple[Layout, Log]:
    """For writing; `create` writes snapshot 0 and is called under the commit lock."""
    path = local_path(root)
    layout = Layout(path)
    log = Log(layout, SCHEMA_VERSION)
    try:
        names = {entry.name for entry in path.iterdir()} if path.is_dir() else set()
        if log.head() is None and names - OWN_NAMES:
            raise NotAnArchive(
                f"{path} is not an archive and not empty ({sorted(names - OWN_NAMES)[0]} is in it); "
                "give an empty or a new folder."
            )
        layout.create_folders()
        with locks.hold(layout.lock):
            if log.head() is None:
                create(layout, log)
    except OSError as error:
        raise ArchiveNotWritable(f"Cannot write to the archive {path}: {error.strerror or error}.") from error
    return layout, log


def utc_now() -> datetime:
    return datetime.now(UTC)
