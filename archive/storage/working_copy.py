"""An archive in an object store, and the local folder through which it is used.

The store holds `_log`, `_data`, `_raw`, `_purged` and `_quarantine`. The folder, the working copy, is an
archive like any other: it has the files that were read, and is the only place of segments, cache, lock and
views. Its file `_remote.json` names the store, so that nobody commits only into the folder.
"""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from archive.exceptions import ArchiveDamaged, ArchiveNotWritable, NotAnArchive
from archive.format import gate
from archive.format.layout import Layout, snapshot_number
from archive.format.snapshot import DataFile
from archive.storage import durable, locks, path_guard, put_once, verified_download
from archive.storage.cache import cache, cache_folder
from archive.storage.download import Download
from archive.storage.interface import Storage
from archive.storage.log_blocks import LogBlocks
from archive.storage.object_store import Store, StoredObject, check_address, each, endpoint_of, is_address
from archive.storage.upload import Upload

MARKER = "_remote.json"
_LARGEST_MARKER = 65_536
_AT_ONCE = 100
"""Manifests fetched by `pull`; older ones on demand. A rebuilt cache reads as many."""
_UNDER_WAY = timedelta(hours=1)
"""Another machine may have uploaded a file before its manifest: the lock is only for this machine."""


class WorkingCopy(Storage):
    """The storage of a bucket."""

    is_shared = True

    def __init__(self, root: Path, uri: str, endpoint: str | None) -> None:
        super().__init__(root, uri)
        self._store = Store(uri, endpoint)
        self._download = Download(Storage(root), self._store)
        self._upload = Upload(Storage(root), self._store)
        self._identified = False
        self._proven = False
        self._at_least = -1
        """A snapshot that is known to exist, though a list may not show it yet."""

    @classmethod
    def at(cls, root: Path) -> "WorkingCopy | None":
        """Open the working copy in a folder; None if the folder is an archive itself.

        Only a folder that `locate` has made in this machine's cache is one, by its name: any other may come
        from a stranger, and could send keys and files to a foreign address. Raises NotAnArchive.
        """
        try:
            data = path_guard.read(root / MARKER, _LARGEST_MARKER)
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
            f"{root} is a working copy of an archive in an object store (it has {MARKER}), and was not made "
            "by this machine in its cache: give the address itself (s3://bucket/prefix), or remove "
            f"{MARKER} to read the folder as it is."
        )

    def writer_suffix(self) -> str:
        """A random suffix, because other machines' file names are unknown here."""
        return f"-{uuid4().hex[:12]}"

    def present(self, files: Iterable[DataFile]) -> list[Path]:
        return self._download.present(files)

    def present_path(self, name: str) -> Path:
        return self._download.present_path(name)

    def mirror(self, folder: str) -> None:
        self._download.mirror(folder)

    def top_names(self) -> set[str]:
        return super().top_names() | self._store.names()

    def data_names(self) -> Iterator[str]:
        return (item.path for item in self._store.list("_data"))

    def last_snapshot(self, *, sure: bool = True) -> int | None:
        last = super().last_snapshot()
        return None if last is None else gate.number(last, gate.MOST_SNAPSHOTS, "the number of a snapshot")

    def snapshot_ids(self) -> list[int]:
        """Lists the store: this machine only has the manifests that were read."""
        numbers = map(snapshot_number, self.names("_log"))
        return [number for number in numbers if number is not None]

    def names(self, folder: str) -> list[str]:
        return [x.path for x in self._store.list(folder) if gate.is_stored_name(x.path)]

    def commit(self, number: int, new: Collection[str], manifest: bytes) -> bool:
        self.ensure_writable()
        key = self.stored_name(self.layout.manifest(number))
        if not self._upload.commit(key, new, manifest):
            self._at_least = number
            return False
        if self._is_folded(number):
            # this machine was suspended until the manifests were folded: the number was used long ago
            self._store.delete([key, *new])
            return False
        # it is committed; if this disk refuses the manifest the next pull fetches it
        with contextlib.suppress(OSError):
            self._keep_manifest(number, manifest)
        return True

    def ensure_writable(self) -> None:
        if not self._proven:
            put_once.prove(self._store, cache_folder(self.layout.root, "stores") / "put-once.json")
            self._proven = True

    def put(self, name: str, data: bytes) -> None:
        self._store.put(name, data)
        super().put(name, data)

    def enqueue(self, path: Path) -> None:
        self._upload.enqueue(path)

    def remove(self, path: Path) -> None:
        self._upload.enqueue_removal(path)
        super().remove(path)

    def discard(self, names: Collection[str]) -> None:
        self._store.delete([gate.stored_name(name) for name in names])
        super().discard(names)

    def drop_stale(self, folder: str) -> None:
        stored = self.names(folder)
        for name in super().names(folder):
            # a file after the last stored one may have just been put
            is_stale = name not in stored and bool(stored) and name < stored[-1]
            if is_stale and not self.is_only_here(self.path(name)):
                super().discard([name])

    def is_only_here(self, path: Path) -> bool:
        return self._upload.is_enqueued(path)

    def flush(self) -> None:
        self._upload.flush()

    def put_right(self, files: Iterable[DataFile]) -> int:
        manifests = {item.path: item for item in self._store.list("_log")}
        doubtful = []
        for path in path_guard.files(self.layout.log, ".json"):
            name, data = self.stored_name(path), path.read_bytes()
            item = manifests.get(name)
            if item and item.bytes == len(data) and verified_download.is_tagged(data, item.tag):
                continue
            if verified_download.is_intact(name, data):
                doubtful.append((name, data))
        returned: int = sum(each(lambda item: self._upload.put_back(*item), doubtful))
        return returned + self._upload.put_right(files)

    def renew(self, name: str) -> bool:
        return self._download.renew(name)

    def renew_altered(self, files: Iterable[DataFile] = ()) -> int:
        altered = []
        for path in self._own_copies():
            name = self.stored_name(path)
            if verified_download.is_intact(name, path.read_bytes()) is False:
                altered.append(name)
        for file in files:
            with contextlib.suppress(FileNotFoundError):
                data = self.path(file.path).read_bytes()
                if verified_download.is_intact(file.path, data, file.sha256) is False:
                    altered.append(file.path)
        # `verify` reports files that are damaged in the store too
        return sum(each(self._renewed, altered))

    def _renewed(self, name: str) -> bool:
        with contextlib.suppress(ArchiveDamaged):
            return self._download.renew(name)
        return False

    def _own_copies(self) -> Iterator[Path]:
        """Copies of files that contain their checksum, and are in the store."""
        layout = self.layout
        for folder, ending in ((layout.log, ".json"), (layout.purged, ".json"), (layout.raw_index, ".cdxj")):
            yield from (path for path in path_guard.files(folder, ending) if not self.is_only_here(path))

    def sweep(
        self,
        needed: Callable[[Collection[str]], Collection[str]],
        now: datetime,
        keep: timedelta,
        *,
        dry_run: bool,
    ) -> tuple[int, int]:
        """Sweep folder and store; only files of the store are counted."""
        super().sweep(needed, now, keep, dry_run=dry_run)
        age = max(keep, _UNDER_WAY)
        old = {x.path: x.bytes for x in self._store.list("_data") if now - x.modified >= age}
        unneeded = sorted(old.keys() - set(needed(old))) if old else []
        if not dry_run:
            probes = [x.path for x in self._store.list(put_once.PROBES) if now - x.modified >= _UNDER_WAY]
            self._store.delete([*unneeded, *probes])
            self._download.sweep(now)
        return len(unneeded), sum(old[name] for name in unneeded)

    @contextmanager
    def fetched_anew(self) -> "Iterator[Storage]":
        """An empty working copy of the same archive, in a temporary folder next to this one."""
        with TemporaryDirectory(prefix="verify-", dir=self.layout.root.parent) as folder:
            root = Path(folder)
            _make(root, self.name)
            yield WorkingCopy(root, self.name, self._store.endpoint)

    # commits and purges of other machines

    def pull(self, forget: Callable[[], None]) -> None:
        self._pull_log()
        self._pull_tombstones(forget)

    def _pull_log(self) -> None:
        here = super().last_snapshot()
        last = -1 if here is None else here
        # the last one is listed again: a log without it is not the one of this copy
        after = None if last < 1 else self.stored_name(self.layout.manifest(last - 1))
        listed: dict[int, StoredObject] = {}
        for item in self._store.list("_log", after):
            if (number := snapshot_number(item.path)) is not None:
                listed[number] = item
        if last >= 0:
            self._check_last(last, listed.get(last))
            self._identify()
        missing = self._missing(last, listed)
        # a damaged manifest, unless it is the last, fails only when it is read
        manifests = each(lambda number: self._stored_manifest(number, skip=number != missing[-1]), missing)
        for number, manifest in zip(missing, manifests, strict=True):
            if manifest is not None:
                self._keep_manifest(number, manifest)

    def _missing(self, last: int, listed: Mapping[int, StoredObject]) -> list[int]:
        """The last manifests that are not on this machine; refuses a log with gaps."""
        numbers = listed.keys() - {0}  # the first manifest always exists, those after it may be folded
        if numbers and max(numbers) - min(numbers) >= len(numbers) + _AT_ONCE:
            raise gate.refuse("a log in which no snapshots are missing", f"{len(listed)} up to {max(listed)}")
        missing = [number for number in sorted(listed) if number > last][-_AT_ONCE:]
        if missing and last < 0 and missing[0] != 0:
            missing = [0, *missing]
        if self._at_least > max([last, *listed]):
            missing.append(self._at_least)
        return missing

    def _stored_manifest(self, number: int, *, skip: bool = False) -> bytes | None:
        with contextlib.suppress(FileNotFoundError, *([ArchiveDamaged] if skip else [])):
            return verified_download.fetch(self._store, self.stored_name(self.layout.manifest(number)))
        return None

    def _check_last(self, number: int, item: StoredObject | None) -> None:
        """Compare the last local manifest; one that is not listed may exist, or be folded."""
        if item is None and self._is_folded(number, of=self.layout.manifest(number)):
            return
        data = self.layout.manifest(number).read_bytes()
        if item is None or item.bytes != len(data) or verified_download.is_tagged(data, item.tag) is False:
            self._compare(number, data)

    def _compare(self, number: int, data: bytes) -> None:
        """Replace an altered local manifest; raise if an intact one belongs to another archive."""
        name = self.stored_name(self.layout.manifest(number))
        try:
            stored = self._stored_manifest(number)
        except ArchiveDamaged:
            if verified_download.is_intact(name, data) is not True:
                raise
            return  # the one in the store is damaged; `repair` replaces it
        if stored == data:
            return
        if stored is None or verified_download.is_intact(name, data) is not False:
            raise self._another(number)
        self._download.renew(name)

    def _is_folded(self, number: int, of: Path | None = None) -> bool:
        """True if the history has that snapshot, with the time in the manifest `of`."""
        entry = LogBlocks(self).find(number)
        if entry is None or of is None:
            return entry is not None
        head = path_guard.read(of, gate.LARGEST_JSON)
        return entry.committed_at.isoformat().encode() in head

    def _keep_manifest(self, number: int, data: bytes) -> None:
        # a reader in another process may have fetched it already
        durable.publish_once(self._download.write_temporary(data), self.layout.manifest(number))

    def _identify(self) -> None:
        """Compare the first manifests, once for each opening: no two archives have the same."""
        if self._identified:
            return
        first = self.present_path(self.stored_name(self.layout.manifest(0)))
        if not first.exists():
            raise self._another(0)
        self._compare(0, first.read_bytes())
        self._identified = True

    def _another(self, number: int) -> ArchiveDamaged:
        return ArchiveDamaged(
            f"{self.name} does not have the snapshot {number} of the working copy {self.layout.root}: the "
            "store was replaced, or restored to an older state. Restore the store, or move that folder away; "
            "records in its _wal were never committed."
        )

    def _pull_tombstones(self, forget: Callable[[], None]) -> None:
        changed: dict[Path, bytes] = {}
        for item in self._store.list("_purged"):
            path = self.path(item.path)
            # a completed one never changes again
            if not path.exists() or b'"done": null' in path.read_bytes():
                data = verified_download.fetch(self._store, item.path)
                if not path.exists() or data != path.read_bytes():
                    changed[path] = data
        if not changed:
            return
        with locks.hold(self.layout.lock):
            forget()
            durable.make_folder(self.layout.purged)
            for path, data in changed.items():
                self._download.write_temporary(data).replace(path)
            durable.sync_folder(self.layout.purged)


# The folder of a working copy.


def locate(root: str | os.PathLike[str]) -> Path:
    """Find the folder of an archive; for an address its working copy, created if needed."""
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
                f"{uri} needs a folder on this machine, and {folder} cannot be created: "
                f"{error.strerror or error}; set TRIPTYCH_CACHE to a writable folder."
            ) from error
    return folder


def _folder(uri: str, endpoint: str | None) -> Path:
    """A readable, unique folder name for each archive: two endpoints may have buckets of one name."""
    digest = hashlib.sha256(f"{endpoint or ''}\0{uri}".encode()).hexdigest()[:16]
    readable = re.sub(r"[^A-Za-z0-9.-]+", "-", uri.partition("://")[2])[:60].strip("-")
    return cache() / f"{readable}-{digest}"


def _is_ours(root: Path, uri: str, endpoint: str | None) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return root.samefile(_folder(uri, endpoint))
    return False


def _make(folder: Path, uri: str) -> None:
    durable.make_folder(folder, 0o700)
    for name in Layout(folder).first_folders():
        durable.make_folder(name)
    temporary = folder / f"{MARKER}.{uuid4().hex}"
    durable.write_new(temporary, json.dumps({"uri": uri, "endpoint": endpoint_of(uri)}).encode())
    temporary.rename(folder / MARKER)
    durable.sync_folder(folder)
