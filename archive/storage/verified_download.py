"""Verification of downloads from an object store, before they are stored on this machine and trusted.

A manifest and a tombstone contain a checksum, a file of the page index is named by its content, and a data
file's checksum is in the manifest. A WARC file, a quarantine file, and files from before schema 3 have none:
for them the store's hash (ETag) must match, or two downloads must be equal.
"""

import hashlib
import json
import re
from collections.abc import Callable

from archive.exceptions import ArchiveDamaged
from archive.format.columns import SCHEMA_VERSION
from archive.format.layout import snapshot_number
from archive.format.snapshot import read_sealed
from archive.storage.object_store import Store
from archive.storage.snapshot_log import SEALED_SINCE

TRIES = 3
"""Downloads before an object is considered damaged."""
_PART = 5 << 20
"""Size of the parts in which obstore uploads a large object; its hash is then the hash of their hashes."""
_TAG = re.compile(r'"?([0-9a-f]{32})(?:-(\d{1,5}))?"?')
_SEAL = b'\n "sha256": "'


def fetch(store: Store, name: str, sha256: str | None = None) -> bytes:
    """Read an object, again if the download is altered or cut short.

    `sha256`: of a data file, if its manifest is known. FileNotFoundError if there is no such object,
    ArchiveDamaged if no download is intact.
    """
    before = None
    for _ in range(TRIES):
        data, tag = store.get_tagged(name)
        verified = is_intact(name, data, sha256)
        if verified is None:
            digest = hashlib.sha256(data).digest()
            verified = digest == before or is_tagged(data, tag) is True
            before = digest
        if verified:
            return data
    raise ArchiveDamaged(
        f"{name} in {store.uri} is altered or cut short, {TRIES} times in a row: it does not match its "
        "checksum, and is not stored; run `triptych archive repair` on a machine that has an intact copy."
    )


def is_intact(name: str, data: bytes, sha256: str | None = None) -> bool | None:
    """True or False by the file's checksum; None if it has none."""
    if name.startswith("_data/"):
        return None if sha256 is None else hashlib.sha256(data).hexdigest() == sha256
    stem = name.rpartition("/")[2].partition(".")[0]
    if name.startswith("_log/"):
        return _is_intact_document(
            data, _is_sealed, lambda document: document.get("id") == snapshot_number(name)
        )
    if name.startswith("_purged/"):
        return _is_intact_document(data, lambda _: False, lambda document: document.get("id") == stem)
    if name.startswith("_raw/index/"):
        return hashlib.sha256(data).hexdigest().startswith(stem)
    return None


def is_tagged(data: bytes, tag: str | None) -> bool | None:
    """True if a store's hash matches these bytes, None if it is of an unknown kind."""
    match = _TAG.fullmatch(tag or "")
    if match is None:
        return None
    if match[2] is None:
        return _md5(data).hexdigest() == match[1]
    parts = b"".join(_md5(data[start : start + _PART]).digest() for start in range(0, len(data), _PART))
    return _md5(parts).hexdigest() == match[1]


def _md5(data: bytes) -> "hashlib._Hash":
    return hashlib.md5(data, usedforsecurity=False)


def _is_sealed(document: dict[str, object]) -> bool:
    version = document.get("schema_version")
    return isinstance(version, int) and SEALED_SINCE <= version <= SCHEMA_VERSION


def _is_intact_document(
    data: bytes, required: Callable[[dict[str, object]], bool], is_named: Callable[[dict[str, object]], bool]
) -> bool | None:
    try:
        document = read_sealed(data, required)
    except (ValueError, TypeError):
        return False
    if not is_named(document):
        return False
    return True if _SEAL in data[-100:] else None


def expected_sha256(manifest: bytes, name: str) -> str | None:
    """The checksum of a data file in a manifest; None if the manifest does not name it."""
    # one line a file, see snapshot_log.append: no need to parse the complete manifest
    line = re.search(rb'^.*"path": "' + re.escape(name.encode()) + rb'".*$', manifest, re.MULTILINE)
    try:
        fields = json.loads(line[0].rstrip(b", \r")) if line else {}
        return str(fields["sha256"])
    except (ValueError, KeyError, TypeError):
        return None
