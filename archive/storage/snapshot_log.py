"""The log of snapshots: a manifest in `_log` is what makes a snapshot exist."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from archive.exceptions import ArchiveDamaged, SchemaTooNew, SnapshotNotFound
from archive.format import gate
from archive.format.snapshot import Snapshot, read_sealed, seal, snapshot_of
from archive.storage import inside
from archive.storage.object_store import each

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from archive.storage.interface import Storage

SEALED_SINCE = 3
"""Schema version since which every manifest has a checksum of its own."""
_RECENT = 4
"""Manifests kept in memory, which never change: a commit asks for the last two again and again."""


class Log:
    """Reads and appends manifests; needs no lock, a manifest never changes."""

    def __init__(self, storage: Storage, schema_version: int) -> None:
        self._storage = storage
        self._schema_version = schema_version
        self._recent: dict[int, Snapshot] = {}

    def ids(self) -> list[int]:
        return self._storage.snapshot_ids()

    def head(self) -> Snapshot | None:
        ids = self.ids()
        return self.read(ids[-1]) if ids else None

    def read(self, snapshot_id: int) -> Snapshot:
        if (known := self._recent.get(snapshot_id)) is not None:
            return known
        try:
            return self._remember(self._read(snapshot_id))
        except ArchiveDamaged:
            # a copy of what lies in a store is fetched again
            manifest = self._storage.layout.manifest(snapshot_id)
            if not self._storage.renew(self._storage.stored_name(manifest)):
                raise
            return self._remember(self._read(snapshot_id))

    def _remember(self, snapshot: Snapshot) -> Snapshot:
        self._recent[snapshot.id] = snapshot
        while len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]
        return snapshot

    def _read(self, snapshot_id: int) -> Snapshot:
        path = self._present(snapshot_id)
        try:
            data = inside.read(path, gate.LARGEST_JSON)
        except FileNotFoundError:
            raise SnapshotNotFound(f"There is no snapshot {snapshot_id} in {self._storage.name}.") from None
        except OSError as error:
            raise ArchiveDamaged(f"The manifest {path} cannot be read: {error.strerror or error}.") from error
        try:
            snapshot = snapshot_of(read_sealed(data, required=self._is_sealed))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ArchiveDamaged(f"The manifest {path} is altered or incomplete: {error}.") from error
        except ArchiveDamaged as error:
            raise ArchiveDamaged(f"The manifest {path}: {error}") from error
        if snapshot.id != snapshot_id:
            raise ArchiveDamaged(f"The manifest {path} is that of snapshot {snapshot.id}.")
        return snapshot

    def _is_sealed(self, document: dict[str, object]) -> bool:
        version = document.get("schema_version")
        if not isinstance(version, int):
            raise TypeError("it names no schema version")
        if version > self._schema_version:
            raise SchemaTooNew(
                f"{self._storage.layout.root} was written with schema {version}, this Triptych knows up to "
                f"{self._schema_version}: update Triptych."
            )
        return version >= SEALED_SINCE

    def read_all(self) -> list[Snapshot]:
        """Read every snapshot whose manifest is kept, oldest first."""
        ids = self.ids()
        each(self._present, ids)
        return [self.read(snapshot_id) for snapshot_id in ids]

    def _present(self, snapshot_id: int) -> Path:
        manifest = self._storage.layout.manifest(snapshot_id)
        return self._storage.present_path(self._storage.stored_name(manifest))

    def since(self, snapshot_id: int) -> Iterable[Snapshot]:
        """Read the snapshots after this one, oldest first; a gap raises SnapshotNotFound."""
        ids = self.ids()
        for wanted in range(snapshot_id + 1, (ids[-1] if ids else -1) + 1):
            yield self.read(wanted)

    def append(self, snapshot: Snapshot) -> bool:
        """Commit a snapshot; False when another writer was first with this number."""
        document = asdict(snapshot) | {"committed_at": snapshot.committed_at.isoformat()}
        files = document.pop("files")
        # one line a file: a person can read it, and grep finds where a data file came from
        lines = ",\n".join(json.dumps(file) for file in files)
        data = seal(json.dumps(document, indent=1)[:-2] + f',\n "files": [\n{lines}\n ]\n}}\n')
        parent = self.read(snapshot.parent).files if snapshot.parent is not None else ()
        before = frozenset(file.path for file in parent)
        new = [file.path for file in snapshot.files if file.path not in before]
        created = self._storage.commit(snapshot.id, new, data)
        if created:
            self._remember(snapshot)
        return created
