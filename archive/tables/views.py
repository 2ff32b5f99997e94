"""Views: a folder of hard links for each snapshot, so that any Parquet reader sees exactly one.

`articles` and the other tables in the root point into `_views/current`, which one rename switches to the next
snapshot: all tables at once. A reader that wants to stay with a snapshot resolves the link first.

File names in two views are never the same. Arrow lists a folder, then opens each name, and silently skips a
file that was removed meanwhile: after a switch it would read only the names that both views share.
"""

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

from archive.exceptions import ArchiveDamaged, ArchiveError, ArchiveNotWritable, SnapshotNotFound
from archive.format.layout import Layout
from archive.format.schema import PUBLIC
from archive.format.snapshot import DataFile, Snapshot
from archive.storage import durable, path_guard
from archive.storage.cache import cache_folder
from archive.storage.interface import Storage
from archive.tables import data_file_reader

KEEP_HOURS = 24.0
_MOST_HOURS = 24 * 365


def retention() -> timedelta:
    """The time for which a former head can still be read: its view, files and manifest.

    `TRIPTYCH_KEEP_HOURS`; ArchiveError where that is no number of hours.
    """
    setting = os.environ.get("TRIPTYCH_KEEP_HOURS") or str(KEEP_HOURS)
    try:
        hours = float(setting)
    except ValueError:
        hours = -1
    if not 0 <= hours <= _MOST_HOURS:
        raise ArchiveError(f"TRIPTYCH_KEEP_HOURS is {setting!r}: expected hours, from 0 to {_MOST_HOURS}.")
    return timedelta(hours=hours)


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
    """Show this snapshot; False if the file system has no links: archive.open still reads it."""
    layout = storage.layout
    final = layout.view(snapshot.id)
    try:
        if not final.is_dir() or _differences(storage, snapshot):
            _build(storage, snapshot, final)
        _point(layout, layout.current_view, final.name)
        for table in PUBLIC:
            link = layout.bare_table(table)
            if not _points_to(link, table):
                _point(layout, link, _target(table))
    except OSError as error:
        if error.errno in durable.NO_LINKS:
            return False
        raise
    return True


def flaws(storage: Storage, snapshot: Snapshot) -> Iterator[str]:
    """Files that a bare reader would miss, or read in excess, in the view of this snapshot."""
    yield from _differences(storage, snapshot)
    for table in PUBLIC:
        if not _points_to(storage.layout.bare_table(table), table):
            yield f"{table}: the link to the view is missing"


def _differences(storage: Storage, snapshot: Snapshot) -> list[str]:
    """Files of a view that are missing, altered or too much."""
    view = storage.layout.view(snapshot.id)
    differences = []
    for table in PUBLIC:
        expected = {name_of(file, snapshot): file.bytes for file in files_of(snapshot, table)}
        try:
            with os.scandir(view / table) as entries:
                present = {entry.name: entry.stat().st_size for entry in entries}
        except OSError:
            present = {}
        for name in sorted(expected.keys() | present.keys()):
            path = f"{view.name}/{table}/{name}"
            if name not in present:
                differences.append(f"{path} is missing")
            elif name not in expected:
                differences.append(f"{path} is too much")
            elif expected[name] != present[name]:
                differences.append(f"{path} is altered")
    return differences


def _target(table: str) -> str:
    return f"_views/current/{table}"


def _points_to(link: Path, table: str) -> bool:
    return link.is_symlink() and str(link.readlink()) == _target(table)


def files_of(snapshot: Snapshot, table: str) -> list[DataFile]:
    """Files of a public table that a bare reader has to see."""
    files = snapshot.stored(*PUBLIC[table])
    return [file for file in files if file.rows] or [*files[:1]]


def name_of(file: DataFile, snapshot: Snapshot) -> str:
    return f"{file.month}-v{snapshot.id}-{file.path.rpartition('-')[2]}"


def _build(storage: Storage, snapshot: Snapshot, final: Path) -> None:
    temporary = storage.layout.new_temporary()
    try:
        for table in PUBLIC:
            folder = temporary / table
            folder.mkdir(parents=True)
            files = files_of(snapshot, table)
            for file, path in zip(files, storage.present(files), strict=True):
                _link(path, folder / name_of(file, snapshot))
        if final.is_dir() and _differences(storage, snapshot):
            final.rename(aside := storage.layout.new_temporary())
            temporary.rename(final)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            temporary.rename(final)
    except FileExistsError:  # built by another process in between
        shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if error.errno != errno.ENOTEMPTY:
            raise


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise ArchiveDamaged(f"{source} is missing; `triptych archive verify` tells more.") from None
    except OSError as error:
        if error.errno != errno.EMLINK:
            raise
        shutil.copyfile(source, target)


def _point(layout: Layout, link: Path, target: str) -> None:
    temporary = layout.new_temporary()
    temporary.symlink_to(target)
    try:
        temporary.replace(link)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def prune(layout: Layout, now: float, keep_seconds: float | None = None) -> int:
    """Drop expired views, except the current one and the two before; return their number.

    The oldest first, up to one that is not expired: a commit must not check all of them.
    """
    keep = retention().total_seconds() if keep_seconds is None else keep_seconds
    # a view is the latest until the next one is made, and a reader may have it open from then on
    shown, dropped = current(layout), 0
    for number, following in list(pairwise(_numbers(layout)))[:-2]:
        if number == shown:
            continue
        try:
            over = now - layout.view(following).stat().st_mtime
        except FileNotFoundError:  # another process prunes too
            continue
        if over <= keep:
            break
        shutil.rmtree(layout.view(number), ignore_errors=True)
        dropped += 1
    return dropped


def _numbers(layout: Layout) -> list[int]:
    names = (path.name for path in path_guard.folders(layout.views, "v"))
    return sorted(int(name[1:]) for name in names if name[1:].isdecimal())


def drop_with(layout: Layout, names: set[str], keep: int) -> None:
    """Drop the views that have a file named `<uuid>.parquet` like these, except the view `keep`."""
    for path in path_guard.folders(layout.views, "v"):
        names_in_view = {file.name.rpartition("-")[2] for file in path_guard.tree(path, ".parquet")}
        if path.name != f"v{keep:012d}" and not names.isdisjoint(names_in_view):
            temporary = layout.new_temporary()
            path.rename(temporary)
            shutil.rmtree(temporary)


# A folder for a snapshot without a view: no hard links, archive not writable, or the view was pruned.
#
# It is made in this machine's cache, of symbolic links, or of copies if even those are not available. It does
# not keep the data files alive, as a view does: `gc` may remove them a day after a later snapshot.


def folder_without_links(storage: Storage, snapshot: Snapshot, table: str) -> Path:
    """Make the folder of a table in the cache. SnapshotNotFound where one of its files has been collected."""
    folder = cache_folder(storage.layout.root, "views")
    stamp = f"{snapshot.committed_at:%Y%m%dT%H%M%S%f}"  # another archive may be put at this path later
    final = folder / f"v{snapshot.id:012d}-{stamp}" / table
    if final.is_dir():
        return final
    files = files_of(snapshot, table)
    paths = [path.absolute() for path in storage.present(files)]
    if not all(path.exists() for path in paths):
        raise SnapshotNotFound(f"Files of snapshot {snapshot.id} have been collected: only as_of reads it.")
    data_file_reader.check(paths)  # a bare reader will not
    temporary = folder / f"new-{uuid4().hex}"
    try:
        temporary.mkdir(parents=True)
        for file, path in zip(files, paths, strict=True):
            _put(path, temporary / name_of(file, snapshot))
        final.parent.mkdir(exist_ok=True)
        temporary.rename(final)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if not final.is_dir():  # else another process was faster
            raise ArchiveNotWritable(
                f"A folder with the files of snapshot {snapshot.id} cannot be made in {folder}: "
                f"{error.strerror or error}; set TRIPTYCH_CACHE to one that can."
            ) from error
    _prune(folder, keep=final.parent.name)
    return final


def _put(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        shutil.copyfile(source, target)


def _prune(folder: Path, keep: str) -> None:
    """Drop folders older than a day, as with views."""
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.name != keep and time.time() - path.stat().st_mtime > retention().total_seconds():
                shutil.rmtree(path, ignore_errors=True)
