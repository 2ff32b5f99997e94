"""The history: blocks of entries of snapshots whose manifests were folded, and of runs without a snapshot.

A block never changes. Its name has the range of its numbers; blocks may overlap, and readers return an entry
that is in two of them once. `add` writes a new block before it deletes those that it replaces, so after a
kill at any step, and if another machine does the same, every entry is still in a block.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from uuid import uuid4

from archive.exceptions import ArchiveDamaged
from archive.format import gate
from archive.format.log_entry import ROWS_PER_BLOCK, LogEntry, decode_block, encode_block
from archive.storage import path_guard
from archive.storage.interface import Storage

FOLDER = "_history"
_TRIES = 20


class _Block(NamedTuple):
    last: int
    first: int
    name: str


class LogBlocks:
    """Reads and adds to the history; needs no lock, though `add` wastes less under one."""

    def __init__(self, storage: Storage, rows_per_block: int = ROWS_PER_BLOCK) -> None:
        self._storage = storage
        self._rows_per_block = rows_per_block

    def entries(self) -> Iterator[LogEntry]:
        """Read every entry, latest first, block by block."""
        returned: set[tuple[int, str]] = set()
        lowest = gate.MOST_SNAPSHOTS + 1
        for _ in range(_TRIES):
            try:
                for cluster in self._clusters():
                    rows = self._union(cluster).values()
                    for entry in sorted(rows, key=lambda x: x.order, reverse=True):
                        if entry.id <= lowest and entry.key not in returned:
                            returned.add(entry.key)
                            yield entry
                    lowest = min(lowest, *(block.first for block in cluster))
                    returned = {key for key in returned if key[0] <= lowest}
            except FileNotFoundError:  # merged with others in between
                continue
            return
        raise ArchiveDamaged(f"The history of {self._storage.name} changes faster than it can be read.")

    def find(self, number: int) -> LogEntry | None:
        """The entry of a snapshot; None if it is not folded."""
        for _ in range(_TRIES):
            try:
                for block in self._blocks():
                    if block.first <= number <= block.last:
                        entry = self._union([block]).get((number, ""))
                        if entry is not None:
                            return entry
            except FileNotFoundError:
                continue
            break
        return None

    def numbers(self, name: str) -> list[int]:
        """The snapshots of a block, ascending. Raises ArchiveDamaged, SchemaTooNew or FileNotFoundError."""
        return [entry.id for entry in self._read(name) if entry.is_snapshot]

    def add(self, entries: Iterable[LogEntry]) -> None:
        """Add entries, and merge blocks that overlap or are not full; durable when it returns."""
        merged = []
        for number, cluster in enumerate(self._clusters()):
            # a block that overlaps none is merged if it is the latest, and not full
            if len(cluster) > 1 or (number == 0 and len(self._read(cluster[0].name)) < self._rows_per_block):
                merged += cluster
        rows = self._union(merged)
        for entry in entries:
            rows.setdefault(entry.key, entry)
        ordered = sorted(rows.values(), key=lambda x: (x.id, x.committed_at))
        for start in range(0, len(ordered), self._rows_per_block):
            for numbers, data in encode_block(ordered[start : start + self._rows_per_block]):
                self._storage.put(f"{FOLDER}/{numbers}-{uuid4().hex}.json.zst", data)
        self._storage.discard([block.name for block in merged])

    def _blocks(self) -> list[_Block]:
        blocks = []
        for name in self._storage.names(FOLDER):
            first, last, _ = name.removeprefix(f"{FOLDER}/").split("-")
            blocks.append(_Block(int(last), int(first), name))
        return sorted(blocks, reverse=True)

    def _clusters(self) -> Iterator[list[_Block]]:
        """Groups of overlapping blocks, the latest first. Neighbouring groups share one number at most."""
        cluster: list[_Block] = []
        lowest = 0
        for block in self._blocks():
            if cluster and block.last <= lowest:
                yield cluster
                cluster = []
            lowest = min(lowest, block.first) if cluster else block.first
            cluster.append(block)
        if cluster:
            yield cluster

    def _union(self, blocks: Iterable[_Block]) -> dict[tuple[int, str], LogEntry]:
        # entries of one snapshot in two blocks are equal
        rows: dict[tuple[int, str], LogEntry] = {}
        for block in sorted(blocks, key=lambda x: (x.first, x.last)):
            for entry in self._read(block.name):
                rows.setdefault(entry.key, entry)
        return rows

    def _read(self, name: str) -> tuple[LogEntry, ...]:
        path = self._storage.present_path(name)
        return decode_block(path_guard.read(path, gate.LARGEST_BLOCK), path)
