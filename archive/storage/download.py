"""Download of objects into the folder of a working copy, when they are first read; none is kept unchecked."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from archive.exceptions import ArchiveWriteError, SnapshotNotFound
from archive.format import gate
from archive.storage import durable, received
from archive.storage.interface import TAKEN
from archive.storage.object_store import each

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from archive.format.snapshot import DataFile
    from archive.storage.folder import Folder
    from archive.storage.object_store import Store

INCOMING = "_incoming"
"""Objects on their way in; not `_tmp`, which is swept while readers fetch."""
_LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Download:
    folder: Folder
    store: Store

    def present(self, files: Iterable[DataFile]) -> list[Path]:
        wanted = list(files)
        each(self._fetch, [file for file in wanted if not self._is_here(file)])
        return [self.folder.path(file.path) for file in wanted]

    def present_path(self, name: str) -> Path:
        path = self.folder.path(name)
        if not path.exists():
            with contextlib.suppress(FileNotFoundError):
                self._place(name, received.fetch(self.store, name, self._sha256(name)))
        return path

    def renew(self, name: str) -> bool:
        """Fetch a file again; False where the store has none, or the same as is here."""
        path = self.folder.path(name)
        try:
            data = received.fetch(self.store, name, self._sha256(name))
        except FileNotFoundError:
            return False
        with contextlib.suppress(OSError):
            if path.read_bytes() == data:
                return False
        self._place(name, data)
        return True

    def _sha256(self, name: str) -> str | None:
        """The checksum of a data file by the last manifest that is here; of other files None."""
        if not name.startswith("_data/") or not (numbers := self.folder.snapshot_ids()):
            return None
        manifest = self.folder.layout.manifest(numbers[-1]).read_bytes()
        return received.expected_sha256(manifest, name)

    def mirror(self, folder: str) -> None:
        own = (item for item in self.store.list(folder) if gate.is_stored_name(item.path))
        each(lambda item: self.present_path(item.path), own)

    def write_early(self, data: bytes) -> Path:
        """Write a durable file that is still to get its name."""
        folder = self.folder.layout.root / INCOMING
        durable.make_folder(folder)
        early = folder / uuid4().hex
        durable.write_new(early, data)
        return early

    def sweep(self, now: datetime) -> None:
        """Remove files that killed downloads have left."""
        for path in (self.folder.layout.root / INCOMING).glob("*"):
            with contextlib.suppress(FileNotFoundError):
                if now.timestamp() - path.stat().st_mtime > _LONGEST.total_seconds():
                    path.unlink()

    def _is_here(self, file: DataFile) -> bool:
        try:
            return self.folder.path(file.path).stat().st_size == file.bytes
        except OSError:
            return False

    def _fetch(self, file: DataFile) -> None:
        try:
            data = received.fetch(self.store, file.path, file.sha256)
        except FileNotFoundError:
            raise SnapshotNotFound(f"{file.path} is not in {self.store.uri} any more: {TAKEN}") from None
        self._place(file.path, data)

    def _place(self, name: str, data: bytes) -> None:
        """Put a whole object under its name: it will not be fetched again."""
        final = self.folder.path(name)
        early = None
        try:
            early = self.write_early(data)
            durable.make_folder(final.parent)
            os.replace(early, final)  # noqa: PTH105
        except OSError as error:
            if early is not None:
                early.unlink(missing_ok=True)
            raise ArchiveWriteError(
                f"Cannot keep {name} in {self.folder.layout.root}: {error.strerror or error}."
            ) from error
