"""An archive in an object store, and the folder on this machine through which it is used.

The store holds `_log`, `_data`, `_raw`, `_purged` and `_quarantine`. The folder, the working copy, is an
archive like any other: what has been read once is there, segments, cache, lock and views are there only. The
file `_remote.json` in it says where it belongs, so that nobody commits into it alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

from archive.exceptions import ArchiveDamaged, ArchiveNotWritable, NotAnArchive
from archive.format import gate
from archive.format.layout import Layout, snapshot_number
from archive.storage import durable, inside, locks
from archive.storage.cache import cache
from archive.storage.download import Download
from archive.storage.folder import Folder
from archive.storage.log_blocks import LogBlocks
from archive.storage.object_store import Store, check_address, each, endpoint_of, is_address
from archive.storage.upload import Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime

    from archive.format.snapshot import DataFile

MARKER = "_remote.json"
_LARGEST_MARKER = 65_536
_AT_ONCE = 100
"""Manifests; older ones come when they are asked for. The cache looks back as far when it is made anew."""
_UNDER_WAY = timedelta(hours=1)
"""Another machine may have sent a file whose manifest is still to come: the lock is of this machine only."""


class WorkingCopy:
    """Implements `Storage`."""

    is_shared = True

    def __init__(self, root: Path, uri: str, endpoint: str | None) -> None:
        self.layout = Layout(root)
        self.name = uri
        self._folder = Folder(root)
        self._store = Store(uri, endpoint)
        self._download = Download(self._folder, self._store)
        self._upload = Upload(self._folder, self._store)
        self._identified = False

    @classmethod
    def at(cls, root: Path) -> WorkingCopy | None:
        """Open the working copy in a folder; None where the folder is an archive of its own.

        Only a folder that `locate` has made in this machine's cache is one, by its name: any other may have
        come from a stranger, and would send keys and files to where he likes. Raises NotAnArchive.
        """
        try:
            data = inside.read(root / MARKER, _LARGEST_MARKER)
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            fields = json.loads(data)
            uri, endpoint = fields["uri"], fields["endpoint"]
            if _is_ours(root, check_address(uri), endpoint):
                return cls(root, uri, endpoint)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NotAnArchive):
            pass  # no marker of ours
        raise NotAnArchive(
            f"{root} is a working copy of an archive in an object store ({MARKER} lies in it), and not one "
            "that this machine has made in its cache: give the address itself (s3://bucket/prefix), or "
            f"remove {MARKER} to read the folder as it is."
        )

    def path(self, name: str) -> Path:
        return self._folder.path(name)

    def stored_name(self, path: Path) -> str:
        return self._folder.stored_name(path)

    def writer_suffix(self) -> str:
        """A random suffix, as the names of other machines' files are not seen here."""
        return f"-{uuid4().hex[:12]}"

    def present(self, files: Iterable[DataFile]) -> list[Path]:
        return self._download.present(files)

    def present_path(self, name: str) -> Path:
        return self._download.present_path(name)

    def mirror(self, folder: str) -> None:
        self._download.mirror(folder)

    def top_names(self) -> set[str]:
        return self._folder.top_names() | self._store.names()

    def data_names(self) -> Iterator[str]:
        return (item.path for item in self._store.list("_data"))

    def last_snapshot(self, *, sure: bool = True) -> int | None:
        last = self._folder.last_snapshot()
        return None if last is None else gate.number(last, gate.MOST_SNAPSHOTS, "the number of a snapshot")

    def snapshot_ids(self) -> list[int]:
        """Asks the store: here are the manifests that were read."""
        return [x for name in self.names("_log") if (x := snapshot_number(name)) is not None]

    def names(self, folder: str) -> list[str]:
        return [x.path for x in self._store.list(folder) if gate.is_stored_name(x.path)]

    def commit(self, number: int, new: Collection[str], manifest: bytes) -> bool:
        key = self.stored_name(self.layout.manifest(number))
        if not self._upload.commit(key, new, manifest):
            return False
        if self._is_folded(number):
            # this machine was asleep for longer than manifests are kept, and the number was taken long ago
            self._store.delete([key, *new])
            return False
        # it stands; what this disk cannot take now is fetched by the next pull
        with contextlib.suppress(OSError):
            self._keep_manifest(number, manifest)
        return True

    def put(self, name: str, data: bytes) -> None:
        self._store.put(name, data)
        self._folder.put(name, data)

    def enqueue(self, path: Path) -> None:
        self._upload.enqueue(path)

    def remove(self, path: Path) -> None:
        self._upload.enqueue_removal(path)
        self._folder.remove(path)

    def discard(self, names: Collection[str]) -> None:
        self._store.delete([gate.stored_name(name) for name in names])
        self._folder.discard(names)

    def drop_stale(self, folder: str) -> None:
        there = self.names(folder)
        for name in self._folder.names(folder):
            # what is beyond the last was perhaps put there a moment ago
            if name not in there and there and name < there[-1] and not self.is_only_here(self.path(name)):
                self._folder.discard([name])

    def is_only_here(self, path: Path) -> bool:
        return self._upload.is_enqueued(path)

    def flush(self) -> None:
        self._upload.flush()

    def put_right(self, files: Iterable[DataFile]) -> int:
        return self._upload.put_right(files)

    def sweep(
        self,
        needed: Callable[[Collection[str]], Collection[str]],
        now: datetime,
        keep: timedelta,
        *,
        dry_run: bool,
    ) -> tuple[int, int]:
        """Sweep folder and store; only files of the store are counted."""
        self._folder.sweep(needed, now, keep, dry_run=dry_run)
        age = max(keep, _UNDER_WAY)
        old = {x.path: x.bytes for x in self._store.list("_data") if now - x.modified >= age}
        gone = sorted(old.keys() - set(needed(old))) if old else []
        if not dry_run:
            self._store.delete(gone)
            self._download.sweep(now)
        return len(gone), sum(old[name] for name in gone)

    @contextmanager
    def fetched_anew(self) -> Iterator[WorkingCopy]:
        """An empty working copy of the same archive, in a temporary folder next to this one."""
        with TemporaryDirectory(prefix="verify-", dir=self.layout.root.parent) as folder:
            root = Path(folder)
            _make(root, self.name)
            yield WorkingCopy(root, self.name, self._store.endpoint)

    # what other machines have committed and purged

    def pull(self, forget: Callable[[], None]) -> None:
        self._pull_log()
        self._pull_tombstones(forget)

    def _pull_log(self) -> None:
        last = self._last_here()
        # the last one is listed again: a log that has lost it is not the one that this copy follows
        after = None if last < 1 else self.stored_name(self.layout.manifest(last - 1))
        listed = {
            number: x
            for x in self._store.list("_log", after)
            if (number := snapshot_number(x.path)) is not None
        }
        if last >= 0:
            seen = listed.get(last)
            if seen is None and not self._is_folded(last, of=self.layout.manifest(last)):
                raise self._another(last)
            if seen is not None and seen.bytes != self.layout.manifest(last).stat().st_size:
                raise self._another(last)
            self._identify()
        missing = [number for number in sorted(listed) if number > last][-_AT_ONCE:]
        if missing and last < 0 and missing[0] != 0:
            missing = [0, *missing]
        data = each(lambda number: self._store.get(listed[number].path), missing)
        for number, manifest in zip(missing, data, strict=True):
            self._keep_manifest(number, manifest)

    def _last_here(self) -> int:
        last = self._folder.last_snapshot()
        return -1 if last is None else last

    def _is_folded(self, number: int, of: Path | None = None) -> bool:
        """True where the history has that snapshot, made at the moment that the manifest `of` says."""
        entry = LogBlocks(self).find(number)
        if entry is None or of is None:
            return entry is not None
        head = inside.read(of, gate.LARGEST_JSON)
        return entry.committed_at.isoformat().encode() in head

    def _keep_manifest(self, number: int, data: bytes) -> None:
        # a reader in another process may have brought it already
        durable.publish_once(self._download.write_early(data), self.layout.manifest(number))

    def _identify(self) -> None:
        """Compare the first manifests, once for each opening: no two archives have the same."""
        if self._identified:
            return
        first = self.stored_name(self.layout.manifest(0))
        if self._store.get(first) != self.present_path(first).read_bytes():
            raise self._another(0)
        self._identified = True

    def _another(self, number: int) -> ArchiveDamaged:
        return ArchiveDamaged(
            f"{self.name} has not the snapshot {number} that {self.layout.root} was made from: it was put "
            "there anew, or set back. Put the store right, or move that folder away; what it holds in _wal "
            "was never committed."
        )

    def _pull_tombstones(self, forget: Callable[[], None]) -> None:
        changed: dict[Path, bytes] = {}
        for item in self._store.list("_purged"):
            here = self.path(item.path)
            # one that is carried out never changes again
            if not here.exists() or b'"done": null' in here.read_bytes():
                data = self._store.get(item.path)
                if not here.exists() or data != here.read_bytes():
                    changed[here] = data
        if not changed:
            return
        with locks.hold(self.layout.lock):
            forget()
            durable.make_folder(self.layout.purged)
            for path, data in changed.items():
                self._download.write_early(data).replace(path)
            durable.sync_folder(self.layout.purged)


# The folder of a working copy.


def locate(root: str | os.PathLike[str]) -> Path:
    """Find the folder of an archive; for an address that of its working copy, made where there is none."""
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


def _folder(uri: str, endpoint: str | None) -> Path:
    """Name a readable folder for each archive: two endpoints may have buckets of one name."""
    digest = hashlib.sha256(f"{endpoint or ''}\0{uri}".encode()).hexdigest()[:16]
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", uri.partition("://")[2])[:60].strip("-")
    return cache() / f"{readable}-{digest}"


def _is_ours(root: Path, uri: str, endpoint: str | None) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return root.samefile(_folder(uri, endpoint))
    return False


def _make(folder: Path, uri: str) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    Layout(folder).create_folders()
    early = folder / f"{MARKER}.{uuid4().hex}"
    durable.write_new(early, json.dumps({"uri": uri, "endpoint": endpoint_of(uri)}).encode())
    early.rename(folder / MARKER)
    durable.sync_folder(folder)
