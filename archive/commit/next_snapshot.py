"""The next snapshot while it is made: the head that it follows, and its files.

Every operation that changes an archive is a function that gets one of these and returns the snapshot to
publish. `Committer.make` calls it, publishes, and calls it again if another writer was faster.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import pyarrow as pa

from archive.commit.rows import Commit
from archive.format.columns import SCHEMA_VERSION
from archive.format.schema import STORED
from archive.format.snapshot import DataFile, Snapshot
from archive.state.database import State
from archive.state.replay import CurrentState
from archive.storage.interface import Storage
from archive.tables.parquet_files import TableFiles


@dataclass(frozen=True, slots=True)
class Operation:
    """A kind of snapshot: its name in the manifest, the form of its files, and the words for a failure."""

    name: str
    level: int = 3
    """Of zstd. A commit should be fast; operations that rewrite files in the background use a higher one."""
    stored: Mapping[str, pa.Schema] = field(default_factory=lambda: STORED)
    """The schema of each stored table."""
    version: int = SCHEMA_VERSION
    """Of the schema."""
    failure: str = "The commit into {root} failed: {error}."
    consequence: str = "No snapshot is made."
    """State of the archive after a failure, for the error message."""


class NextSnapshot:
    """One attempt at a snapshot; `discard` removes all files that it has written."""

    def __init__(  # noqa: PLR0917  only the committer makes one
        self,
        operation: Operation,
        storage: Storage,
        current: CurrentState,
        head: Snapshot,
        run_id: str,
        at: datetime,
    ) -> None:
        self.operation = operation
        self.storage = storage
        self.head = head
        self.commit = Commit(head.id + 1, at)
        self._current = current
        self._run_id = run_id
        self._written = TableFiles(storage, operation.level, operation.stored)
        self._files = {file.path: file for file in head.files}
        self._rewrote: dict[str, tuple[str, ...]] = {}
        self.has_replaced = False
        """True when a file of the head is not a file of this snapshot."""

    @cached_property
    def state(self) -> State:
        """The cache, brought up to the head. Raises ArchiveWriteError when the disk refuses it."""
        return self._current.at(self.head)

    def add(self, name: str, table: pa.Table) -> None:
        """Write rows of this commit into new files; durable when it returns."""
        for file in self._written.write(name, table, self.commit.month):
            self._files[file.path] = file

    def replace_encoded(self, files: Sequence[DataFile], data: bytes) -> None:
        """Replace files by one, as `parquet_files.encoded` has made it of their rows."""
        rows = sum(file.rows for file in files)
        self._replace(files, [self._written.store(files[0].table, data, rows, files[0].month)])

    def replace(self, files: Sequence[DataFile], table: pa.Table) -> None:
        """Replace files of the head, all of one table and month, by files with these rows."""
        self._replace(files, self._written.write(files[0].table, table, files[0].month))

    def _replace(self, old: Sequence[DataFile], new: Iterable[DataFile]) -> None:
        self.has_replaced = True
        old_paths = tuple(file.path for file in old)
        for path in old_paths:
            del self._files[path]
        for file in new:
            self._files[file.path] = file
            self._rewrote[file.path] = old_paths

    def finish(self, *, segments: Iterable[str] = (), summary: Mapping[str, int] | None = None) -> Snapshot:
        """The snapshot with all its files on disk; it exists once its manifest is published.

        `segments`: ids of the segments whose records are in it.
        """
        self._add_empty_files()
        return Snapshot(
            id=self.commit.seq,
            parent=self.head.id,
            operation=self.operation.name,
            committed_at=self.commit.at,
            run_id=self._run_id,
            schema_version=self.operation.version,
            files=tuple(sorted(self._files.values(), key=lambda file: (file.table, file.month, file.path))),
            rewrote=self._rewrote,
            segments=tuple(sorted(segments)),
            summary=dict(sorted((summary or {}).items())),
        )

    def _add_empty_files(self) -> None:
        """Give a table without rows exactly one empty file, and any other table none."""
        for name in self.operation.stored:
            files = [file for file in self._files.values() if file.table == name]
            if not files:
                file = self._written.write_empty(name, self.commit.month)
                self._files[file.path] = file
            elif any(file.rows for file in files):
                for file in files:
                    if not file.rows:
                        del self._files[file.path]

    def discard(self) -> None:
        self._written.discard()
