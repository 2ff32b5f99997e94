"""The log of snapshots: a snapshot exists if its manifest is in `_log`.

Manifests that are no longer needed are folded into the history, archive/storage/log_blocks.py, which has an
entry of each; the account of a run that found nothing new is in `_runs` until then.
"""

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from archive.exceptions import ArchiveDamaged, SchemaTooNew, SnapshotNotFound
from archive.format import gate, log_entry
from archive.format.log_entry import LogEntry
from archive.format.snapshot import Snapshot, check_seal, read_sealed, seal, snapshot_of
from archive.storage import path_guard
from archive.storage.interface import Storage
from archive.storage.log_blocks import LogBlocks
from archive.storage.object_store import each

SEALED_SINCE = 3
"""Schema version since which every manifest contains its checksum."""
ACCOUNTS = "_runs"
_RECENT = 4
"""Manifests cached in memory; they never change, and a commit reads the last two repeatedly."""
_AT_ONCE = 32
"""Manifests fetched from a store at once."""
_FILES = b',\n "files": ['


class Log:
    """Reads and appends manifests; needs no lock, a manifest never changes."""

    def __init__(self, storage: Storage, schema_version: int) -> None:
        self._storage = storage
        self._schema_version = schema_version
        self._recent: dict[int, Snapshot] = {}
        self.history = LogBlocks(storage)

    def ids(self) -> list[int]:
        """Numbers of the snapshots with a manifest."""
        return self._storage.snapshot_ids()

    def head(self, *, sure: bool = True) -> Snapshot | None:
        """The last snapshot; a writer must be `sure`, see archive/storage/interface.py."""
        last = self._storage.last_snapshot(sure=sure)
        return None if last is None else self.read(last)

    def read(self, snapshot_id: int) -> Snapshot:
        if (snapshot := self._recent.get(snapshot_id)) is not None:
            return snapshot
        try:
            return self._remember(self._read(snapshot_id))
        except ArchiveDamaged:
            # fetch the copy of a manifest in a store again
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
        path, data = self._bytes(snapshot_id)
        with _translated(path):
            snapshot = snapshot_of(read_sealed(data, required=self._is_sealed))
        if snapshot.id != snapshot_id:
            raise ArchiveDamaged(f"{path} should hold snapshot {snapshot_id} but holds {snapshot.id}.")
        return snapshot

    def _bytes(self, snapshot_id: int) -> tuple[Path, bytes]:
        path = self._present(snapshot_id)
        try:
            return path, path_guard.read(path, gate.LARGEST_JSON)
        except FileNotFoundError:
            raise SnapshotNotFound(f"There is no snapshot {snapshot_id} in {self._storage.name}.") from None
        except OSError as error:
            raise ArchiveDamaged(f"The manifest {path} cannot be read: {error.strerror or error}.") from error

    def _is_sealed(self, document: dict[str, object]) -> bool:
        version = document.get("schema_version")
        if not isinstance(version, int):
            raise TypeError("it names no schema version")
        if version > self._schema_version:
            raise SchemaTooNew(
                f"{self._storage.layout.root} was written with schema {version}, this Triptych reads up to "
                f"{self._schema_version}: update Triptych."
            )
        return version >= SEALED_SINCE

    def read_all(self) -> list[Snapshot]:
        """Read every snapshot with a manifest, oldest first."""
        ids = self.ids()
        each(self._present, ids)
        return [self.read(snapshot_id) for snapshot_id in ids]

    def _present(self, snapshot_id: int) -> Path:
        manifest = self._storage.layout.manifest(snapshot_id)
        return self._storage.present_path(self._storage.stored_name(manifest))

    def since(self, snapshot_id: int) -> Iterable[Snapshot]:
        """Read the snapshots after this one, oldest first; SnapshotNotFound if one is folded or lost."""
        last = self._storage.last_snapshot()
        for number in range(snapshot_id + 1, (-1 if last is None else last) + 1):
            yield self.read(number)

    # entries of every snapshot and run, with or without a manifest

    def entries(self, *, rows: bool = True) -> Iterator[LogEntry]:
        """Read the entries of all snapshots, and of runs without one, latest first.

        Without `rows` manifests are read up to their list of files. Entries folded meanwhile come once.
        """
        returned: set[tuple[int, str]] = set()
        sources = (self._entries_of_manifests(rows=rows), self._accounts(), self.history.entries())
        try:
            for entry in heapq.merge(*sources, key=lambda x: x.order, reverse=True):
                if entry.key not in returned:
                    returned.add(entry.key)
                    yield entry
        except SnapshotNotFound:
            for entry in self.entries(rows=rows):
                if entry.key not in returned:
                    yield entry

    def _entries_of_manifests(self, *, rows: bool) -> Iterator[LogEntry]:
        ids = self.ids()[::-1]
        for position, snapshot_id in enumerate(ids):
            if self._storage.is_shared and not position % _AT_ONCE:
                each(self._present, ids[position : position + _AT_ONCE])
            yield self.entry(snapshot_id, rows=rows)

    def entry(self, snapshot_id: int, *, rows: bool = True) -> LogEntry:
        """Read the entry of a snapshot from its manifest; without `rows` its list of files is not read."""
        path, data = self._bytes(snapshot_id)
        with _translated(path):
            if rows:
                document = read_sealed(data, required=self._is_sealed)
            else:
                head, files, _ = data.partition(_FILES)
                document = json.loads(head + b"}" if files else head)
                if self._is_sealed(document):
                    check_seal(data)
            return _entry(document, snapshot_id)

    def paths(self, snapshot_id: int) -> tuple[datetime, set[str]]:
        """Read when a snapshot was committed, and the unchecked names of its files, only for comparison."""
        path, data = self._bytes(snapshot_id)
        with _translated(path):
            document: dict[str, Any] = read_sealed(data, required=self._is_sealed)
            return _moment(document), {file["path"] for file in document["files"]}

    def _accounts(self) -> Iterator[LogEntry]:
        for name in reversed(self._storage.names(ACCOUNTS)):
            yield self.account(name)

    def account(self, name: str) -> LogEntry:
        """Read the account of a run; SnapshotNotFound if it has been folded."""
        path = self._storage.present_path(name)
        try:
            return log_entry.decode_account(path_guard.read(path, gate.LARGEST_ACCOUNT), path)
        except FileNotFoundError:
            raise SnapshotNotFound(f"There is no account {name} in {self._storage.name}.") from None

    # writing

    def note_run(self, entry: LogEntry) -> None:
        """Store the account of a run that found nothing new, in place of earlier ones; durable on return."""
        name = log_entry.account_name(entry)
        self._storage.put(name, log_entry.encode_account(entry))
        of_run = f"-{log_entry.run_hash(entry.run_id)}.json"
        self._storage.discard([x for x in self._storage.names(ACCOUNTS) if x.endswith(of_run) and x != name])

    def append(self, snapshot: Snapshot) -> bool:
        """Commit a snapshot; False if another writer was first with this number."""
        document = msgspec.to_builtins(snapshot) | {"committed_at": snapshot.committed_at.isoformat()}
        files = document.pop("files")
        # one line a file: readable, and grep finds where a data file came from
        lines = ",\n".join(json.dumps(file) for file in files)
        data = seal(json.dumps(document, indent=1)[:-2] + f',\n "files": [\n{lines}\n ]\n}}\n')
        parent = self.read(snapshot.parent).files if snapshot.parent is not None else ()
        before = frozenset(file.path for file in parent)
        new = [file.path for file in snapshot.files if file.path not in before]
        created = self._storage.commit(snapshot.id, new, data)
        if created:
            self._remember(snapshot)
        return created


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Add the path of an invalid manifest to the error."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ArchiveDamaged(f"The manifest {path} is altered or incomplete: {error}.") from error
    except ArchiveDamaged as error:
        raise ArchiveDamaged(f"The manifest {path}: {error}") from error


def _moment(document: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(str(document["committed_at"])).astimezone(UTC)


def _entry(document: dict[str, Any], snapshot_id: int) -> LogEntry:
    rows = Counter[str]()
    for file in document.get("files", ()):
        rows[file["table"]] += file["rows"]
    names = ("id", "parent", "operation", "run_id", "schema_version", "segments", "summary")
    fields = {name: document[name] for name in names}
    fields |= {"committed_at": _moment(document), "rows": dict(sorted(rows.items()))}
    entry = msgspec.convert(fields, LogEntry)
    if entry.id != snapshot_id or not entry.is_snapshot:
        raise ValueError(f"it holds snapshot {entry.id}, {entry.operation}")
    return entry
