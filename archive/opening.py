"""Open an archive to read or write it, after checking that this version supports its schema."""

import os
from collections.abc import Callable
from datetime import UTC, datetime

from archive.exceptions import (
    ArchiveDamaged,
    ArchiveNotFound,
    ArchiveNotWritable,
    NotAnArchive,
    ObjectStoreError,
    SchemaTooOld,
)
from archive.format import gate
from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import OWN_NAMES, Layout
from archive.format.snapshot import Snapshot
from archive.pull import pull
from archive.storage import durable, locks, path_guard
from archive.storage.interface import Storage
from archive.storage.snapshot_log import Log
from archive.storage.working_copy import WorkingCopy, locate

Place = str | os.PathLike[str] | Storage
"""A folder, an address, or a storage that is already open."""


def storage_at(root: Place) -> Storage:
    """The storage of an existing or future archive.

    Raises NotAnArchive if the place is unsuitable, ArchiveNotWritable if a working copy cannot be created,
    ArchiveDamaged if a link leads out of the folder.
    """
    if not isinstance(root, (str, os.PathLike)):
        return root
    if not os.fspath(root):
        raise NotAnArchive(
            "The archive has no name; give a folder, such as news-archive, or s3://bucket/prefix."
        )
    path = locate(root)
    try:
        if path.exists() and not path.is_dir():
            raise NotAnArchive(f"{path} is a file; the archive needs a folder.")
        path_guard.check_top(path)
        return WorkingCopy.at(path) or Storage(path)
    except OSError as error:
        raise NotAnArchive(f"{path} cannot be read: {error.strerror or error}.") from error


def open_existing(root: Place) -> tuple[Storage, Log, Snapshot]:
    """Open an archive for reading; raises if there is none that this version can read."""
    storage, head = open_any(root)
    refuse_older(storage, head)
    return storage, Log(storage, SCHEMA_VERSION), head


def refuse_older(storage: Storage, head: Snapshot) -> None:
    """Raise SchemaTooOld if a migration is needed: reading the old schema could give wrong answers."""
    if head.schema_version < SCHEMA_VERSION:
        raise SchemaTooOld(
            f"{storage.name} has schema {head.schema_version}, this Triptych has "
            f"{SCHEMA_VERSION}: run `triptych archive migrate` once."
        )


def with_room(head: Snapshot) -> Snapshot:
    """Return the head. Raises ArchiveDamaged if no snapshot can follow: its number would be too large."""
    if head.id >= gate.MOST_SNAPSHOTS:
        raise ArchiveDamaged(
            f"Nothing can be committed after snapshot {head.id}: expected a number below "
            f"{gate.MOST_SNAPSHOTS}, which no archive reaches in years. Do not use this archive, or restore "
            "it from a backup; if it is your own, set TRIPTYCH_MOST_SNAPSHOTS."
        )
    return head


def open_any(root: Place, newest: int = SCHEMA_VERSION) -> tuple[Storage, Snapshot]:
    """Open an archive of any schema up to the version `newest`."""
    storage = storage_at(root)
    try:
        pull(storage)
        head = Log(storage, newest).head(sure=False)
        # in a shared place another machine may be creating the archive at this moment
        foreign = head is None and not storage.is_shared and storage.top_names()
    except OSError as error:
        raise NotAnArchive(
            f"{error.filename or storage.layout.root} cannot be read: {error.strerror or error}."
        ) from error
    if foreign:
        raise NotAnArchive(f"{storage.name} is not an archive: it has no _log with snapshots in it.")
    if head is None:
        raise ArchiveNotFound(f"There is no archive at {storage.name}; a crawl makes one.")
    return storage, head


def utc_now() -> datetime:
    return datetime.now(UTC)


# Writing: a folder that is an archive, may become one, or must not be touched.


def open_or_create(root: Place, run_id: str, first: Callable[[Layout], datetime]) -> tuple[Storage, Log]:
    """Open an archive for writing, or create it: `first` gives the time of the creation."""
    storage = storage_at(root)
    layout = storage.layout
    log = Log(storage, SCHEMA_VERSION)
    try:
        pull(storage)
        head = log.head()
        if head is None and (foreign := sorted(storage.top_names() - OWN_NAMES)):
            raise NotAnArchive(
                f"{storage.name} is not an archive and not empty ({foreign[0]} is in it); "
                "give an empty or a new folder."
            )
        if head is None and not storage.is_shared:
            # not of the folder itself: another process may be making this archive
            path_guard.refuse_archive(layout.root.resolve().parent)
        if head is not None:
            refuse_older(storage, head)
            with_room(head)
        storage.ensure_writable()
        for folder in layout.first_folders():
            durable.make_folder(folder)
        if head is None:
            with locks.hold(layout.lock):
                if log.head() is None:
                    _create(storage, log, run_id, first(layout))
    except OSError as error:
        raise ArchiveNotWritable(
            f"Cannot write to the archive {layout.root}: {error.strerror or error}."
        ) from error
    return storage, log


def _create(storage: Storage, log: Log, run_id: str, at: datetime) -> None:
    """Publish snapshot 0: readable tables without rows."""
    from archive.format.schema import STORED  # noqa: PLC0415  pyarrow, .1 s: opening needs none
    from archive.tables.parquet_files import TableFiles  # noqa: PLC0415  pyarrow, .1 s: opening needs none

    files = TableFiles(storage)
    try:
        empty = tuple(files.write_empty(name, f"{at:%Y-%m}") for name in sorted(STORED))
        created = log.append(Snapshot(0, None, "create", at, run_id, SCHEMA_VERSION, empty))
    except (OSError, ObjectStoreError):
        files.discard()
        raise
    if not created:
        files.discard()
        pull(storage)
