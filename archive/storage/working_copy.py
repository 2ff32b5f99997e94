"""An archive in an object store, and the folder on this machine through which it is used.

The store holds `_log`, `_data`, `_raw`, `_purged` and `_quarantine`. The folder, the working copy, is an
archive like any other: what has been read once is there, segments, cache, lock and views are there only. The
file `_remote.json` in it says where it belongs, so that nobody commits into it alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from archive.exceptions import ArchiveNotWritable
from archive.format.layout import Layout
from archive.storage import durable
from archive.storage.object_store import Store, check_address, endpoint_of, is_address

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER = "_remote.json"
INCOMING = "_incoming"
"""Objects on their way in; not `_tmp`, which is swept while readers fetch."""
OUTBOX = "_outbox"

_known: dict[str, WorkingCopy] = {}
_knowing = threading.Lock()
Purpose = Literal["views", "pairing"]
_PURPOSES: tuple[Purpose, ...] = ("views", "pairing")


@dataclass(frozen=True)
class WorkingCopy:
    layout: Layout
    uri: str
    endpoint: str | None

    @cached_property
    def store(self) -> Store:
        return Store(self.uri, self.endpoint)

    @property
    def root(self) -> Path:
        return self.layout.root

    def new_incoming(self) -> Path:
        folder = self.root / INCOMING
        folder.mkdir(exist_ok=True)
        return folder / uuid4().hex

    def key(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def of(root: Path) -> WorkingCopy | None:
    """The working copy that this folder is; None for an archive of its own."""
    name = os.fspath(root)
    if (found := _known.get(name)) is not None:
        return found
    try:
        fields = json.loads((root / MARKER).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    with _knowing:
        return _known.setdefault(name, WorkingCopy(Layout(root), fields["uri"], fields["endpoint"]))


def locate(root: str | os.PathLike[str]) -> Path:
    """The folder of an archive; for an address that of its working copy, made where there is none."""
    text = os.fspath(root)
    if not is_address(text):
        return Path(text)
    uri = check_address(text)
    folder = _folder(uri, endpoint_of(uri))
    if not (folder / MARKER).exists():
        try:
            _make(folder, uri)
        except OSError as error:
            raise ArchiveNotWritable(
                f"{uri} needs a folder on this machine, and {folder} cannot be made: "
                f"{error.strerror or error}; set TRIPTYCH_CACHE to one that can."
            ) from error
    return folder


@contextmanager
def another(copy: WorkingCopy) -> Iterator[WorkingCopy]:
    """An empty one of the same archive, beside it, for as long as it is needed."""
    with TemporaryDirectory(prefix="verify-", dir=copy.root.parent) as folder:
        root = Path(folder)
        _make(root, copy.uri)
        found = of(root)
        assert found is not None
        yield found


def name_of(root: Path) -> str:
    """As a person calls the archive."""
    found = of(root)
    return found.uri if found else str(root)


def cache() -> Path:
    """Where this machine keeps what can be had again."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return Path(os.environ.get("TRIPTYCH_CACHE") or caches / "triptych").absolute()


def _folder(uri: str, endpoint: str | None) -> Path:
    """One for each archive, with a readable name: two endpoints may have buckets of one name."""
    digest = hashlib.sha256(f"{endpoint or ''}\0{uri}".encode()).hexdigest()[:16]
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", uri.partition("://")[2])[:60].strip("-")
    return cache() / f"{readable}-{digest}"


def _make(folder: Path, uri: str) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    Layout(folder).create_folders()
    early = folder / f"{MARKER}.{uuid4().hex}"
    durable.write_new(early, json.dumps({"uri": uri, "endpoint": endpoint_of(uri)}).encode())
    early.rename(folder / MARKER)
    durable.sync_folder(folder)


def keep_manifest(copy: WorkingCopy, number: int, data: bytes) -> None:
    early = copy.new_incoming()
    durable.write_new(early, data)
    # a reader beside us may have brought it already
    durable.publish_once(early, copy.layout.manifest(number))


# What this machine keeps beside an archive: it can be had again, and a purge takes it away.


def cache_folder(root: Path, purpose: Purpose) -> Path:
    """Where it lies; not made. An archive that comes to lie at the same path has the same folder."""
    name = hashlib.sha256(str(root.absolute()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return cache() / purpose / name


def drop_cache_folder(root: Path) -> None:
    """All that this machine has: a copy outlives the file that it was made of."""
    for purpose in _PURPOSES:
        shutil.rmtree(cache_folder(root, purpose), ignore_errors=True)
