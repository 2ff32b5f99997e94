"""A proof that an object store refuses a second put, which every commit depends on; before the first commit.

A store that does not support `If-None-Match: *`, or a proxy that drops it, answers 200 and overwrites: if two
machines commit at once, one would silently lose its articles. So opening an archive for writing puts an
object twice. The proof is memory in the cache of this machine, for each endpoint, bucket and prefix.
"""

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from archive.exceptions import ArchiveNotWritable, ObjectStoreError
from archive.storage import durable
from archive.storage.object_store import Store

PROBES = "_tmp"
"""Folder of probes in the store; each has a unique name, so that writers do not disturb each other."""
_TRIES = 3
_FIRST, _SECOND = b"first", b"second"


def prove(store: Store, memory: Path) -> None:
    """Put an object twice, unless the file `memory` records that this was done.

    Raises ArchiveNotWritable if the second put is not refused, ObjectStoreError if the store does not answer
    or refuses the first one. Nothing else is written, and the probe is deleted.
    """
    if _is_remembered(store, memory):
        return
    probe = f"{PROBES}/put-once-{uuid4().hex}"
    try:
        _put_first(store, probe)
        answered = store.create(probe, _SECOND)
        content = _read(store, probe)
    finally:
        with contextlib.suppress(ObjectStoreError):  # `gc` removes what stays
            store.delete([probe])
    if answered or content != _FIRST:
        failure = "reported success for the second put of an object"
        if content == _SECOND:
            failure = "overwrote an object"
        raise ArchiveNotWritable(
            f"{store.uri} at {store.endpoint or 'its default endpoint'} {failure} that must be put only "
            "once: it ignores If-None-Match: *, and writers there would lose each other's articles. Nothing "
            "was written; use a store that supports it, or ask its operator. It can be read."
        )
    _remember(store, memory)


def _put_first(store: Store, probe: str) -> None:
    """Put the probe; a refusal may be a temporary conflict, or a repeated put after a lost answer."""
    for _ in range(_TRIES):
        if store.create(probe, _FIRST) or _read(store, probe) == _FIRST:
            return
    raise ArchiveNotWritable(
        f"{store.uri} refuses to put a new object with If-None-Match: *, so no commit is possible there. "
        "Nothing was written; use another store, or ask its operator. It can be read."
    )


def _read(store: Store, probe: str) -> bytes | None:
    for _ in range(_TRIES):
        with contextlib.suppress(FileNotFoundError):
            return store.get(probe)
    return None


def _is_remembered(store: Store, memory: Path) -> bool:
    try:
        fields = json.loads(memory.read_bytes())
        return bool((fields["uri"], fields["endpoint"]) == (store.uri, store.endpoint))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def _remember(store: Store, memory: Path) -> None:
    proven = {
        "uri": store.uri,
        "endpoint": store.endpoint,
        "proven": "a second put with If-None-Match: * was refused",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with contextlib.suppress(OSError):  # proven again by the next one
        memory.parent.mkdir(parents=True, exist_ok=True)
        durable.replace(memory, json.dumps(proven, indent=1).encode())
