"""A commit into an object store: what is new is sent, then the manifest is put where none may be yet.

That put is the commit. When its answer is lost nobody knows whether it was made, so the manifest is read
back: it names files that no other has, and cannot be taken for another writer's.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from archive.exceptions import ObjectStoreError
from archive.storage import durable, locks, working_copy
from archive.storage.object_store import each
from archive.storage.working_copy import keep_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive.format.layout import Layout
    from archive.format.snapshot import DataFile, Snapshot
    from archive.storage.working_copy import WorkingCopy

_TRIES = 3
_SENDING = ".sending"
_DELETE = "-"


def commit(copy: WorkingCopy, snapshot: Snapshot, before: frozenset[str], manifest: bytes) -> bool:
    """False when another writer was first: pull before the next try. `before`: the parent's files."""
    new = [file.path for file in snapshot.files if file.path not in before]
    flush(copy.layout)
    each(lambda path: copy.store.put(path, copy.root / path), new)
    if _create(copy, copy.key(copy.layout.manifest(snapshot.id)), manifest):
        # it stands; what this disk cannot take now is fetched by the next pull
        with contextlib.suppress(OSError):
            keep_manifest(copy, snapshot.id, manifest)
        return True
    with contextlib.suppress(ObjectStoreError):  # `gc` finds what stays
        copy.store.delete(new)
    return False


def _create(copy: WorkingCopy, key: str, manifest: bytes) -> bool:
    for left in reversed(range(_TRIES)):
        try:
            if copy.store.create(key, manifest):
                return True
        except ObjectStoreError:
            # sent or not, arrived or not: only looking tells
            if (found := _look(copy, key)) is not None:
                return found == manifest
            if not left:
                raise
        else:
            # ours too, when a first answer was lost and the client has tried again by itself
            return _look(copy, key) == manifest
    raise AssertionError


def _look(copy: WorkingCopy, key: str) -> bytes | None:
    try:
        return copy.store.get(key)
    except FileNotFoundError:
        return None


def put_right(layout: Layout, head: Snapshot) -> int:
    """Put data files that the store has lost or altered there again, where they are whole here; how many."""
    copy = working_copy.of(layout.root)
    return 0 if copy is None else sum(each(lambda file: _put_right(copy, file), head.files))


def _put_right(copy: WorkingCopy, file: DataFile) -> bool:
    try:
        data = (copy.root / file.path).read_bytes()
    except FileNotFoundError:
        return False
    if hashlib.sha256(data).hexdigest() != file.sha256 or _look(copy, file.path) == data:
        return False
    copy.store.put(file.path, data)
    return True


def share(layout: Layout, name: str, data: bytes) -> None:
    """A file that may change, a tombstone: put there before it is written here."""
    if (copy := working_copy.of(layout.root)) is not None:
        copy.store.put(name, data)


# What a working copy still has to send: one empty file for each object, named after it.
#
# Pages, their index and quarantine files are listed here before they are written, and sent before the
# manifest that names them. So a kill forgets nothing, and whoever commits next sends what a dead writer
# could not.


def enqueue(layout: Layout, path: Path) -> None:
    """List a file that is to be sent; durable when it returns. Nothing happens in an archive of its own."""
    if (copy := working_copy.of(layout.root)) is not None:
        _note(copy, quote(copy.key(path), safe=""))


def enqueue_removal(layout: Layout, path: Path) -> None:
    """List an object that is to go, because its file is gone from here."""
    if (copy := working_copy.of(layout.root)) is not None:
        name = quote(copy.key(path), safe="")
        _note(copy, _DELETE + name)
        for waiting in (name, name + _SENDING):
            (copy.root / working_copy.OUTBOX / waiting).unlink(missing_ok=True)


def is_enqueued(layout: Layout, path: Path) -> bool:
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
