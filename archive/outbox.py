"""What a working copy still has to send: one empty file for each object, named after it.

Pages, their index and quarantine files are listed here before they are written, and sent before the manifest
that names them. So a kill forgets nothing, and whoever commits next sends what a dead writer could not.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from archive import durable, locks, working_copy
from archive.store import each

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive.layout import Layout
    from archive.working_copy import WorkingCopy

_SENDING = ".sending"
_DELETE = "-"


def add(layout: Layout, path: Path) -> None:
    """List a file that is to be sent; durable when it returns. Nothing happens in an archive of its own."""
    if (copy := working_copy.of(layout.root)) is not None:
        _note(copy, quote(copy.key(path), safe=""))


def take_back(layout: Layout, path: Path) -> None:
    """List an object that is to go, because its file is gone from here."""
    if (copy := working_copy.of(layout.root)) is not None:
        name = quote(copy.key(path), safe="")
        _note(copy, _DELETE + name)
        for waiting in (name, name + _SENDING):
            (copy.root / working_copy.OUTBOX / waiting).unlink(missing_ok=True)


def holds(layout: Layout, path: Path) -> bool:
    folder = layout.root / working_copy.OUTBOX
    name = quote(path.relative_to(layout.root).as_posix(), safe="")
    return (folder / name).exists() or (folder / (name + _SENDING)).exists()


def flush(layout: Layout) -> None:
    """Send everything but files that still grow, then delete; call it under the commit lock.

    Raises ObjectStoreError; what was not sent stays listed.
    """
    copy = working_copy.of(layout.root)
    if copy is None:
        return
    names = _names(copy)
    each(lambda name: _send(copy, name), [name for name in names if not name.startswith(_DELETE)])
    gone = [name for name in names if name.startswith(_DELETE)]
    copy.store.delete([unquote(name.removeprefix(_DELETE)) for name in gone])
    for name in gone:
        (copy.root / working_copy.OUTBOX / name).unlink(missing_ok=True)


def _names(copy: WorkingCopy) -> list[str]:
    folder = copy.root / working_copy.OUTBOX
    return sorted({name.removesuffix(_SENDING) for name in _listed(folder)})


def _listed(folder: Path) -> Iterator[str]:
    try:
        yield from os.listdir(folder)  # noqa: PTH208  names are all that is wanted
    except FileNotFoundError:
        return


def _note(copy: WorkingCopy, name: str) -> None:
    folder = copy.root / working_copy.OUTBOX
    durable.make_folder(folder)
    (folder / name).touch()
    durable.sync_folder(folder)


def _send(copy: WorkingCopy, name: str) -> None:
    path = copy.root / unquote(name)
    entry = copy.root / working_copy.OUTBOX / name
    sending = entry.with_name(name + _SENDING)
    if path.name.endswith(".warc.gz") and _grows(path):
        return
    if entry.exists():
        # what is added to the file from here on makes an entry of its own
        entry.rename(sending)
    if path.exists():
        copy.store.put(copy.key(path), path)
    sending.unlink(missing_ok=True)


def _grows(path: Path) -> bool:
    """Its writer is alive and may go on with it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not locks.try_lock(descriptor)
    finally:
        locks.close(descriptor)
