"""The folder of a snapshot where the archive has none: no links there, not writable, or the view is gone.

It is made in this machine's cache, of symbolic links, or of copies where not even those are to be had. It
does not keep the data files alive, as a view does: `gc` may remove them a day after a later snapshot.
"""

from __future__ import annotations

import contextlib
import errno
import shutil
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from archive import beside, fetching, views
from archive.exceptions import ArchiveNotWritable, SnapshotNotFound

if TYPE_CHECKING:
    from pathlib import Path

    from archive.layout import Layout
    from archive.log import Snapshot


def folder(layout: Layout, snapshot: Snapshot, table: str) -> Path:
    """Raises SnapshotNotFound where a file of the snapshot has been collected."""
    own = beside.folder(layout.root, "views")
    stamp = f"{snapshot.committed_at:%Y%m%dT%H%M%S%f}"  # another archive may come to lie at this path
    final = own / f"v{snapshot.id:012d}-{stamp}" / table
    if final.is_dir():
        return final
    files = views.files_of(snapshot, table)
    paths = fetching.present(layout.root.absolute(), files)
    if not all(path.exists() for path in paths):
        raise SnapshotNotFound(f"Files of snapshot {snapshot.id} have been collected: only as_of reads it.")
    early = own / f"new-{uuid4().hex}"
    try:
        early.mkdir(parents=True)
        for file, path in zip(files, paths, strict=True):
            _put(path, early / views.name_of(file, snapshot))
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
    """Folders older than a day, as with views."""
    for path in own.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.name != keep and time.time() - path.stat().st_mtime > views.KEEP_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
