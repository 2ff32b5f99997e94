"""A commit into an object store: what is new is sent, then the manifest is put where none may be yet.

That put is the commit. When its answer is lost nobody knows whether it was made, so the manifest is read
back: it names files that no other has, and cannot be taken for another writer's.
"""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

from archive import outbox, working_copy
from archive.exceptions import ObjectStoreError
from archive.pulling import keep_manifest, pull
from archive.store import each

if TYPE_CHECKING:
    from archive.layout import Layout
    from archive.log import DataFile, Snapshot
    from archive.working_copy import WorkingCopy

_TRIES = 3


def commit(copy: WorkingCopy, snapshot: Snapshot, before: frozenset[str], manifest: bytes) -> bool:
    """False when another writer was first; its snapshot is here then. `before`: the parent's files."""
    new = [file.path for file in snapshot.files if file.path not in before]
    outbox.flush(copy.layout)
    each(lambda path: copy.store.put(path, copy.root / path), new)
    if _create(copy, copy.key(copy.layout.manifest(snapshot.id)), manifest):
        # it stands; what this disk cannot take now is fetched by the next pull
        with contextlib.suppress(OSError):
            keep_manifest(copy, snapshot.id, manifest)
        return True
    with contextlib.suppress(ObjectStoreError):  # `gc` finds what stays
        copy.store.delete(new)
    pull(copy.layout)
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
