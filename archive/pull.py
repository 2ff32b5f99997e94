"""What others have committed, and purged, comes into the working copy: the log first, then the tombstones.

In this order, because a tombstone is put before the snapshot that carries it out: whoever has seen that
snapshot sees the tombstone too, and takes nothing in again.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from archive.exceptions import ArchiveDamaged
from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import snapshot_number
from archive.storage import download, durable, locks, upload, working_copy
from archive.storage.object_store import each
from archive.storage.working_copy import keep_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from archive.format.layout import Layout
    from archive.storage.working_copy import WorkingCopy

_AT_ONCE = 100
"""Manifests; older ones come when they are asked for. The cache looks back as far when it is made anew."""

_identified: set[Path] = set()


def pull(layout: Layout) -> None:
    """Raises ObjectStoreError, or ArchiveDamaged when another archive is there than the one of this copy."""
    copy = working_copy.of(layout.root)
    if copy is not None:
        _pull_log(copy)
        _pull_tombstones(copy)


def _pull_log(copy: WorkingCopy) -> None:
    last = _last_here(copy)
    # the last one is listed again: a log that has lost it is not the one that this copy follows
    after = None if last < 1 else copy.key(copy.layout.manifest(last - 1))
    listed = {
        number: x for x in copy.store.list("_log", after) if (number := snapshot_number(x.path)) is not None
    }
    if last >= 0:
        seen = listed.get(last)
        if seen is None or seen.bytes != copy.layout.manifest(last).stat().st_size:
            raise _another(copy, last)
        _identify(copy)
    missing = [number for number in sorted(listed) if number > last][-_AT_ONCE:]
    if missing and last < 0 and missing[0] != 0:
        missing = [0, *missing]
    data = each(lambda number: copy.store.get(listed[number].path), missing)
    for number, manifest in zip(missing, data, strict=True):
        keep_manifest(copy, number, manifest)


def _last_here(copy: WorkingCopy) -> int:
    names = (path.name for path in copy.layout.log.iterdir())
    return max((number for name in names if (number := snapshot_number(name)) is not None), default=-1)


def _identify(copy: WorkingCopy) -> None:
    """Once a process: two archives never begin with the same manifest."""
    if copy.root in _identified:
        return
    first = copy.layout.manifest(0)
    if copy.store.get(copy.key(first)) != download.present_path(copy.root, copy.key(first)).read_bytes():
        raise _another(copy, 0)
    _identified.add(copy.root)


def _another(copy: WorkingCopy, number: int) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"{copy.uri} has not the snapshot {number} that {copy.root} was made from: it was put there anew, or "
        "set back. Put the store right, or move that folder away; what it holds in _wal was never committed."
    )


def _pull_tombstones(copy: WorkingCopy) -> None:
    listed = copy.store.list("_purged")
    changed: dict[str, bytes] = {}
    for item in listed:
        here = copy.root / item.path
        # one that is carried out never changes again
        if not here.exists() or b'"done": null' in here.read_bytes():
            data = copy.store.get(item.path)
            if not here.exists() or data != here.read_bytes():
                changed[item.path] = data
    if not changed:
        return
    with locks.hold(copy.layout.lock):
        _forget(copy)
        durable.make_folder(copy.layout.purged)
        for path, data in changed.items():
            early = copy.new_incoming()
            durable.write_new(early, data)
            early.replace(copy.root / path)
        durable.sync_folder(copy.layout.purged)


def _forget(copy: WorkingCopy) -> None:
    """Another machine purged: what could hold it here goes, and is fetched again where it is still wanted.

    Not what waits to be sent, which that machine has not seen: the next commit admits nothing purged.
    """
    from archive.state import replay  # noqa: PLC0415  both read data files, which are fetched by way of us
    from archive.storage.snapshot_log import Log  # noqa: PLC0415
    from archive.tables import views  # noqa: PLC0415  both read data files, which are fetched by way of us

    layout = copy.layout
    head = Log(layout, SCHEMA_VERSION).head()
    if head is not None and views.current(layout) not in {None, head.id}:
        views.publish(layout, head)
    for path in [*layout.views.glob("v*")]:
        if head is None or path != layout.view(head.id):
            shutil.rmtree(path, ignore_errors=True)
    live = {copy.root / file.path for file in head.files} if head is not None else set()
    tables = layout.data.rglob("*.parquet")
    pages = [*layout.raw.glob("*.warc.gz"), *layout.raw_index.glob("*.cdxj")]
    for path in [*tables, *pages, *layout.quarantine.glob("*.jsonl")]:
        if path not in live and not upload.is_enqueued(layout, path):
            path.unlink(missing_ok=True)
    replay.discard_state(layout)
