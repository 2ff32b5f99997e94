"""Download of objects into the folder of a working copy, when they are first read; each is verified."""

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from archive.exceptions import ArchiveWriteError, SnapshotNotFound
from archive.format import gate
from archive.format.snapshot import DataFile
from archive.storage import durable, verified_download
from archive.storage.interface import REMOVED, Storage
from archive.storage.object_store import Store, each

INCOMING = "_incoming"
"""Folder of unfinished downloads; not `_tmp`, which is swept while readers fetch."""
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Download:
    folder: Storage
    store: Store

    def present(self, files: Iterable[DataFile]) -> list[Path]:
        files = list(files)
        each(self._fetch, [file for file in files if not self._is_present(file)])
        return [self.folder.path(file.path) for file in files]

    def present_path(self, name: str) -> Path:
        path = self.folder.path(name)
        if not path.exists():
            with contextlib.suppress(FileNotFoundError):
                self._place(name, verified_download.fetch(self.store, name, self._sha256(name)))
        return path

    def renew(self, name: str) -> bool:
        """Fetch a file again; False if the store has none, or the same as this machine."""
        path = self.folder.path(name)
        try:
            data = verified_download.fetch(self.store, name, self._sha256(name))
        except FileNotFoundError:
            return False
        with contextlib.suppress(OSError):
            if path.read_bytes() == data:
                return False
        self._place(name, data)
        return True

    def _sha256(self, name: str) -> str | None:
        """The checksum of a data file by the last downloaded manifest; None for other files."""
        if not name.startswith("_data/") or not (numbers := self.folder.snapshot_ids()):
            return None
        manifest = self.folder.layout.manifest(numbers[-1]).read_bytes()
        return verified_download.expected_sha256(manifest, name)

    def mirror(self, folder: str) -> None:
        items = (item for item in self.store.list(folder) if gate.is_stored_name(item.path))
        each(lambda item: self.present_path(item.path), items)

    def write_temporary(self, data: bytes) -> Path:
        """Write a durable file that does not have its final name yet."""
        folder = self.folder.layout.root / INCOMING
        durable.make_folder(folder)
        temporary = folder / uuid4().hex
        durable.write_new(temporary, data)
        return temporary

    def sweep(self, now: datetime) -> None:
        """Remove files of killed downloads."""
        for path in (self.folder.layout.root / INCOMING).glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if now.timestamp() - path.stat().st_mtime > _LONGEST.total_seconds():
                    path.unlink()

    def _is_present(self, file: DataFile) -> bool:
        try:
            return self.folder.path(file.path).stat().st_size == file.bytes
        except OSError:
            return False

    def _fetch(self, file: DataFile) -> None:
        try:
            data = verified_download.fetch(self.store, file.path, file.sha256)
        except FileNotFoundError:
            raise SnapshotNotFound(f"{file.path} is not in {self.store.uri} any more: {REMOVED}") from None
        self._place(file.path, data)

    def _place(self, name: str, data: bytes) -> None:
        """Store a complete object under its name: it will not be fetched again."""
        final = self.folder.path(name)
        temporary = None
        try:
            temporary = self.write_temporary(data)
            durable.make_folder(final.parent)
            os.replace(temporary, final)  # noqa: PTH105
        except OSError as error:
            if temporary is not None:
                temporary.unlink(missing_ok=True)
            raise ArchiveWriteError(
                f"Cannot store {name} in {self.folder.layout.root}: {error.strerror or error}."
            ) from error
