"""A proof that an object store refuses a second put, on which every commit stands; made before the first one.

A store that does not know `If-None-Match: *`, or a proxy that drops it, answers 200 and overwrites: of two
machines that commit at once one would lose its articles, and nobody would be told. So whoever opens an
archive for writing puts an object twice. What was proven is remembered in the cache of this machine, for
each endpoint, bucket and prefix.
"""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from archive.exceptions import ArchiveNotWritable, ObjectStoreError
from archive.storage import durable

if TYPE_CHECKING:
    from pathlib import Path

    from archive.storage.object_store import Store

PROBES = "_tmp"
"""Folder of probes in the store; each has a name of its own, so that openers do not disturb each other."""
_TRIES = 3
_FIRST, _SECOND = b"first", b"second"


def prove(store: Store, remembered: Path) -> None:
    """Put an object twice, unless `remembered` says that this was done.

    Raises ArchiveNotWritable where the second put is not refused, ObjectStoreError where the store does not
    answer or refuses the first one. Nothing else is written, and the probe is deleted.
    """
    if _is_remembered(store, remembered):
        return
    probe = f"{PROBES}/put-once-{uuid4().hex}"
    try:
        _put_first(store, probe)
        answered = store.create(probe, _SECOND)
        there = _read(store, probe)
    finally:
        with contextlib.suppress(ObjectStoreError):  # `gc` finds what stays
            store.delete([probe])
    if answered or there != _FIRST:
        did = "overwrote an object" if there == _SECOND else "said that it had put an object a second time"
        raise ArchiveNotWritable(
            f"{store.uri} at {store.endpoint or 'its default endpoint'} {did} that was to be put once: it "
            "does not keep to If-None-Match: *, and writers there would lose each other's articles. Nothing "
            "was written; use a store that does, or ask who runs it. It can be read."
        )
    _remember(store, remembered)


def _put_first(store: Store, probe: str) -> None:
    """Refused although there is nothing: a conflict that passes, or an answer that was lost."""
    for _ in range(_TRIES):
        if store.create(probe, _FIRST) or _read(store, probe) == _FIRST:
            return
    raise ArchiveNotWritable(
        f"{store.uri} refuses to put an object with If-None-Match: * where there is none: no commit could be "
        "made there. Nothing was written; use another store, or ask who runs it. It can be read."
    )


def _read(store: Store, probe: str) -> bytes | None:
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError):
            return store.get(probe)
    return None


def _is_remembered(store: Store, remembered: Path) -> bool:
    try:
        fields = json.loads(remembered.read_bytes())
        return bool((fields["uri"], fields["endpoint"]) == (store.uri, store.endpoint))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _remember(store: Store, remembered: Path) -> None:
    proven = {
        "uri": store.uri,
        "endpoint": store.endpoint,
        "proven": "a second put with If-None-Match: * was refused",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    early = remembered.with_name(f"{remembered.name}.{uuid4().hex}")
    with contextlib.suppress(OSError):  # proven again by the next one
        remembered.parent.mkdir(parents=True, exist_ok=True)
        durable.write_new(early, json.dumps(proven, indent=1).encode())
        early.replace(remembered)
