"""Checks of what an object store answers, before it is kept on this machine and believed from then on.

A manifest and a tombstone have a checksum of their own, a file of the page index is named by its content, a
data file's checksum stands in the manifest. A WARC file, a quarantine file, and what was written before
schema 3 have none: for them the store's own hash (ETag) has to match, or two answers have to be the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

from archive.exceptions import ArchiveDamaged
from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import snapshot_number
from archive.format.snapshot import read_sealed
from archive.storage.snapshot_log import SEALED_SINCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from archive.storage.object_store import Store

TRIES = 3
"""Answers asked for, before an object is called damaged."""
_PART = 5 << 20
"""Bytes of a part in which obstore sends a large object; its hash is then one of the parts' hashes."""
_TAG = re.compile(r'"?([0-9a-f]{32})(?:-(\d{1,5}))?"?')
_SEAL = b'\n "sha256": "'


def fetch(store: Store, name: str, sha256: str | None = None) -> bytes:
    """Read an object, again where the answer is altered or cut short.

    `sha256`: of a data file, where the manifest that names it is known.
    FileNotFoundError where there is none, ArchiveDamaged where no answer is whole.
    """
    before = None
    for _ in range(TRIES):
        data, tag = store.get_tagged(name)
        vouched = is_whole(name, data, sha256)
        if vouched is None:
            digest = hashlib.sha256(data).digest()
            vouched = digest == before or is_tagged(data, tag) is True
            before = digest
        if vouched:
            return data
    raise ArchiveDamaged(
        f"{name} in {store.uri} is altered or cut short, {TRIES} times in a row: it does not match its "
        "checksum, and is not kept; `python -m archive repair` on a machine that has it whole puts it right."
    )


def is_whole(name: str, data: bytes, sha256: str | None = None) -> bool | None:
    """True or False by a checksum of the file's own; None where it has none."""
    if name.startswith("_data/"):
        return None if sha256 is None else hashlib.sha256(data).hexdigest() == sha256
    stem = name.rpartition("/")[2].partition(".")[0]
    if name.startswith("_log/"):
        return _is_whole_document(data, _is_sealed, lambda found: found.get("id") == snapshot_number(name))
    if name.startswith("_purged/"):
        return _is_whole_document(data, lambda _: False, lambda found: found.get("id") == stem)
    if name.startswith("_raw/index/"):
        return hashlib.sha256(data).hexdigest().startswith(stem)
    return None


def is_tagged(data: bytes, tag: str | None) -> bool | None:
    """True where a store's hash is that of these bytes, None where it cannot be one that is known here."""
    found = _TAG.fullmatch(tag or "")
    if found is None:
        return None
    if found[2] is None:
        return _md5(data).hexdigest() == found[1]
    parts = b"".join(_md5(data[start : start + _PART]).digest() for start in range(0, len(data), _PART))
    return _md5(parts).hexdigest() == found[1]


def _md5(data: bytes) -> hashlib._Hash:
    return hashlib.md5(data, usedforsecurity=False)


def _is_sealed(document: dict[str, object]) -> bool:
    version = document.get("schema_version")
    return isinstance(version, int) and SEALED_SINCE <= version <= SCHEMA_VERSION


def _is_whole_document(
    data: bytes,
    required: Callable[[dict[str, object]], bool],
    is_named: Callable[[dict[str, object]], bool],
) -> bool | None:
    try:
        document = read_sealed(data, required)
    except (ValueError, TypeError):
        return False
    if not is_named(document):
        return False
    return True if _SEAL in data[-100:] else None


def expected_sha256(manifest: bytes, name: str) -> str | None:
    """The checksum of a data file, out of a manifest; None where it is not named there."""
    # one line a file, see snapshot_log.append: a manifest need not be taken apart for one of a thousand
    line = re.search(rb'^.*"path": "' + re.escape(name.encode()) + rb'".*$', manifest, re.MULTILINE)
    try:
        found = json.loads(line[0].rstrip(b", \r")) if line else {}
        return str(found["sha256"])
    except (ValueError, KeyError, TypeError):
        return None
