"""Commit into an object store: new files are uploaded, then the manifest is put, unless it exists already.

That put is the commit. The manifest is read back: after a lost answer it is unknown whether the put
succeeded, and a store may have overwritten another manifest. It names files that no other manifest names, so
it cannot be confused with another writer's.

Files that still have to be uploaded are listed in `_outbox`, one empty file for each object, named after it.
Pages, their index and quarantine files are listed before they are written, and uploaded before the manifest
that names them. So after a kill the next commit uploads the files of the dead writer.
"""

import contextlib
import hashlib
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from archive.exceptions import ArchiveDamaged, ObjectStoreError
from archive.format import gate
from archive.format.snapshot import DataFile
from archive.storage import durable, locks, verified_download
from archive.storage.interface import Storage
from archive.storage.object_store import Store, each

OUTBOX = "_outbox"
_TRIES = 3
_SENDING = ".sending"
_DELETE = "-"


@dataclass(frozen=True, slots=True)
class Upload:
    folder: Storage
    store: Store

    def commit(self, key: str, new: Collection[str], manifest: bytes) -> bool:
        """Upload what is listed and the new data files, then put the manifest; False if there is another."""
        self.flush()
        each(lambda name: self.store.put(name, self.folder.path(name)), new)
        if self._create(key, manifest):
            return True
        with contextlib.suppress(ObjectStoreError):  # `gc` removes what stays
            self.store.delete([*new])
        return False

    def _create(self, key: str, manifest: bytes) -> bool:
        """Put a manifest and read it back: a 200 alone is not trusted."""
        answered = False
        for tries_left in reversed(range(_TRIES)):
            try:
                answered |= self.store.create(key, manifest)
            except ObjectStoreError:
                # it may have arrived nevertheless
                if (stored := self._read_back(key)) is None:
                    if not tries_left:
                        raise
                    continue
            else:
                # it may be ours although the put was refused: the client repeats it after a lost answer
                stored = self._read_back(key)
            if stored == manifest:
                return True
            if stored is not None:
                if not answered:
                    return False
                raise ObjectStoreError(
                    f"{self.store.uri}: {key} was put, and now holds another machine's manifest: the store "
                    "overwrote it in spite of If-None-Match: *; write to it from one machine only, or move "
                    "the archive to another store."
                )
        raise ObjectStoreError(
            f"{self.store.uri}: {key} was put {_TRIES} times, and does not exist; try again later, or ask "
            "the operator of the store."
        )

    def _read_back(self, name: str) -> bytes | None:
        try:
            return verified_download.fetch(self.store, name)
        except FileNotFoundError:
            return None
        except ArchiveDamaged as error:
            raise ObjectStoreError(str(error)) from None

    def put_right(self, files: Iterable[DataFile]) -> int:
        return sum(each(self._put_right, files))

    def _put_right(self, file: DataFile) -> bool:
        try:
            data = self.folder.path(file.path).read_bytes()
        except FileNotFoundError:
            return False
        if hashlib.sha256(data).hexdigest() != file.sha256:
            return False
        return self.put_back(file.path, data, file.sha256)

    def put_back(self, name: str, data: bytes, sha256: str | None = None) -> bool:
        """Upload an intact file, unless the store has an intact one."""
        with contextlib.suppress(FileNotFoundError, ArchiveDamaged):
            verified_download.fetch(self.store, name, sha256)
            return False
        self.store.put(name, data)
        return True

    # the outbox

    @property
    def _outbox(self) -> Path:
        return self.folder.layout.root / OUTBOX

    def enqueue(self, path: Path) -> None:
        """List an object to be uploaded; durable when it returns."""
        self._note(self._entry(path))

    def enqueue_removal(self, path: Path) -> None:
        """List an object to be deleted, as its file is."""
        name = self._entry(path)
        self._note(_DELETE + name)
        for waiting in (name, name + _SENDING):
            (self._outbox / waiting).unlink(missing_ok=True)

    def is_enqueued(self, path: Path) -> bool:
        name = self._entry(path)
        return (self._outbox / name).exists() or (self._outbox / (name + _SENDING)).exists()

    def flush(self) -> None:
        names = sorted({name.removesuffix(_SENDING) for name in self._listed()})
        each(self._send, [name for name in names if not name.startswith(_DELETE)])
        removed = [name for name in names if name.startswith(_DELETE)]
        self.store.delete([gate.stored_name(unquote(name.removeprefix(_DELETE))) for name in removed])
        for name in removed:
            (self._outbox / name).unlink(missing_ok=True)

    def _entry(self, path: Path) -> str:
        return quote(self.folder.stored_name(path), safe="")

    def _listed(self) -> Iterator[str]:
        try:
            yield from os.listdir(self._outbox)  # noqa: PTH208  only the names are needed
        except FileNotFoundError:
            return

    def _note(self, name: str) -> None:
        durable.make_folder(self._outbox)
        (self._outbox / name).touch()
        durable.sync_folder(self._outbox)

    def _send(self, name: str) -> None:
        path = self.folder.path(unquote(name))
        entry = self._outbox / name
        sending = entry.with_name(name + _SENDING)
        if path.name.endswith(".warc.gz") and _grows(path):
            return
        if entry.exists():
            # appending to the file from here on makes a new entry
            entry.rename(sending)
        if path.exists():
            self.store.put(self.folder.stored_name(path), path)
        sending.unlink(missing_ok=True)


def _grows(path: Path) -> bool:
    """True for a file whose writer is running and may append to it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not locks.try_lock(descriptor)
    finally:
        locks.close(descriptor)
