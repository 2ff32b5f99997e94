"""Views: a folder of hard links for each snapshot, so that any Parquet reader sees exactly one.

`articles` and its fellows in the root point into `_views/current`, which one rename turns to the next
snapshot: all tables at once. A reader that wants to stay with a snapshot resolves the link first.

No name in a view is in another one. Arrow lists a folder, then asks for each name, and leaves out without a
word what is gone by then: names that two views have in common would be read as if they were all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from archive.exceptions import ArchiveDamaged, ArchiveNotWritable, SnapshotNotFound
from archive.format.schema import PUBLIC
from archive.storage import durable, inside
from archive.storage.cache import cache_folder
from archive.tables import unpacked

if TYPE_CHECKING:
    from pathlib import Path

    from archive.format.layout import Layout
    from archive.format.snapshot import DataFile, Snapshot
    from archive.storage.interface import Storage

KEEP_SECONDS = 86_400


def current(layout: Layout) -> int | None:
    """Number of the snapshot that the view shows; None where there is no view, or a broken one."""
    try:
        name = layout.current_view.readlink().name
    except OSError:
        return None
    return int(name[1:]) if name[1:].isdecimal() and (layout.views / name).is_dir() else None


def build(storage: Storage, snapshot: Snapshot) -> None:
    """Build the folder of a snapshot without showing it; nothing where there are no links."""
    final = storage.layout.view(snapshot.id)
    try:
        if not final.is_dir():
            _build(storage, snapshot, final)
    except OSError as error:
        if error.errno not in durable.NO_LINKS:
            raise


def publish(storage: Storage, snapshot: Snapshot) -> bool:
    """Show this snapshot; False where the file system has no links: archive.open serves it all the same."""
    layout = storage.layout
    final = layout.view(snapshot.id)
    try:
        if not final.is_dir():
            _build(storage, snapshot, final)
        _turn(layout, layout.current_view, final.name)
        for table in PUBLIC:
            link = layout.bare_table(table)
            target = f"_views/current/{table}"
            if not link.is_symlink() or str(link.readlink()) != target:
                _turn(layout, link, target)
    except OSError as error:
        if error.errno in durable.NO_LINKS:
            return False
        raise
    return True


def files_of(snapshot: Snapshot, table: str) -> list[DataFile]:
    """Files of a public table that a bare reader has to see."""
    files = [file for name in PUBLIC[table] for file in snapshot.stored(name)]
    return [file for file in files if file.rows] or files[:1]


def name_of(file: DataFile, snapshot: Snapshot) -> str:
    return f"{file.month}-v{snapshot.id}-{file.path.rpartition('-')[2]}"


def _build(storage: Storage, snapshot: Snapshot, final: Path) -> None:
    early = storage.layout.new_temporary()
    try:
        for table in PUBLIC:
            folder = early / table
            folder.mkdir(parents=True)
            files = files_of(snapshot, table)
            for file, path in zip(files, storage.present(files), strict=True):
                _link(path, folder / name_of(file, snapshot))
        early.rename(final)
    except FileExistsError:  # built by another process in between
        shutil.rmtree(early, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(early, ignore_errors=True)
        if error.errno != errno.ENOTEMPTY:
            raise


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise ArchiveDamaged(f"{source} is missing; `python -m archive verify` tells more.") from None
    except OSError as error:
        if error.errno != errno.EMLINK:
            raise
        shutil.copyfile(source, target)


def _turn(layout: Layout, link: Path, target: str) -> None:
    early = layout.new_temporary()
    early.symlink_to(target)
    try:
        early.replace(link)
    except OSError:
        early.unlink(missing_ok=True)
        raise


def prune(layout: Layout, now: float, keep_seconds: float = KEEP_SECONDS) -> int:
    """Drop views older than a day, but for the current one and the two before; the number dropped."""
    views = [path for path in inside.folders(layout.views, "v") if path.name[1:].isdecimal()]
    shown = current(layout)
    dropped = 0
    for path in views[:-3]:
        if path.name != f"v{shown or 0:012d}" and now - path.stat().st_mtime > keep_seconds:
            shutil.rmtree(path, ignore_errors=True)
            dropped += 1
    return dropped


def drop_with(layout: Layout, names: set[str], keep: int) -> None:
    """Drop the views, but for one, that have a file named `<uuid>.parquet` like these; each as a whole."""
    for path in inside.folders(layout.views, "v"):
        if path.name != f"v{keep:012d}" and any(
            entry.name.rpartition("-")[2] in names for entry in inside.tree(path, ".parquet")
        ):
            early = layout.new_temporary()
            path.rename(early)
            shutil.rmtree(early)


def remove(folder: Path) -> None:
    """Remove a view that was never finished."""
    shutil.rmtree(folder, ignore_errors=True)


# A folder for a snapshot of which the archive has no view: no links there, not writable, or the view is gone.
#
# It is made in this machine's cache, of symbolic links, or of copies where not even those are to be had. It
# does not keep the data files alive, as a view does: `gc` may remove them a day after a later snapshot.


def folder_without_links(storage: Storage, snapshot: Snapshot, table: str) -> Path:
    """Make the folder of a table in the cache. SnapshotNotFound where one of its files has been collected."""
    own = cache_folder(storage.layout.root, "views")
    stamp = f"{snapshot.committed_at:%Y%m%dT%H%M%S%f}"  # another archive may come to lie at this path
    final = own / f"v{snapshot.id:012d}-{stamp}" / table
    if final.is_dir():
        return final
    files = files_of(snapshot, table)
    paths = [path.absolute() for path in storage.present(files)]
    if not all(path.exists() for path in paths):
        raise SnapshotNotFound(f"Files of snapshot {snapshot.id} have been collected: only as_of reads it.")
    unpacked.check(paths)  # a bare reader will not
    early = own / f"new-{uuid4().hex}"
    try:
        early.mkdir(parents=True)
        for file, path in zip(files, paths, strict=True):
            _put(path, early / name_of(file, snapshot))
        final.parent.mkdir(exist_ok=True)
        early.rename(final)
    except OSError as error:
        shutil.rmtree(early, ignore_errors=True)
        if not final.is_dir():  # else another was faster
            raise ArchiveNotWritable(
                f"A folder with the files of snapshot {snapshot.id} cannot be made in {own}: "
                f"{error.strerror or error}; set TRIPTYCH_CACHE to one that can."
            ) from error
    _prune(own, keep=final.parent.name)
    return final


def _put(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        shutil.copyfile(source, target)


def _prune(own: Path, keep: str) -> None:
    """Drop folders older than a day, as with views."""
    for path in own.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.name != keep and time.time() - path.stat().st_mtime > KEEP_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
