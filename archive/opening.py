"""Whether a folder is an archive that this version can read."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from archive.exceptions import ArchiveNotFound, NotAnArchive
from archive.layout import Layout
from archive.log import Log, Snapshot

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


def utc_now() -> datetime:
    return datetime.now(UTC)
