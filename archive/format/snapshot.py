"""A snapshot and its data files, as in a manifest, and the seal of a JSON document."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from archive.format import gate


@dataclass(frozen=True, slots=True)
class DataFile:
    table: str
    """Stored table, see archive/format/schema.py."""
    path: str
    """Relative to the archive."""
    month: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One state of the archive: its files, and the operation that made it."""

    id: int
    parent: int | None
    operation: str
    """`create` `append` `compact` `purge` `migrate` `reread` `repair`."""
    committed_at: datetime
    """Aware, UTC; always later than the parent's."""
    run_id: str
    schema_version: int
    files: tuple[DataFile, ...]
    rewrote: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """New file -> the files of the parent whose remaining rows it has."""
    segments: tuple[str, ...] = ()
    """Segments whose records this commit added."""
    summary: Mapping[str, int] = field(default_factory=dict)
    """Counters: the commit's own under `archive/`, the caller's as given."""

    def stored(self, *tables: str) -> tuple[DataFile, ...]:
        """Return the files of these tables, of one table after the other."""
        files: list[DataFile] = []
        for table in tables:
            files += (file for file in self.files if file.table == table)
        return tuple(files)

    def rows(self, table: str) -> int:
        return sum(file.rows for file in self.files if file.table == table)


def snapshot_of(document: dict[str, object]) -> Snapshot:
    """Raises ArchiveDamaged, KeyError, TypeError or ValueError for an invalid manifest."""
    fields: dict[str, Any] = dict(document)
    fields["id"] = gate.number(fields["id"], gate.MOST_SNAPSHOTS, "the number of a snapshot")
    if fields["parent"] is not None:
        gate.number(fields["parent"], gate.MOST_SNAPSHOTS, "the number of a snapshot")
    for name in ("operation", "run_id"):
        gate.text(fields[name], name)
    fields["committed_at"] = datetime.fromisoformat(str(fields["committed_at"])).astimezone(UTC)
    fields["files"] = tuple(_data_file(DataFile(**file)) for file in fields["files"])
    rewrote = {}
    for new, old in fields["rewrote"].items():
        rewrote[gate.data_name(new)] = tuple(map(gate.data_name, old))
    fields["rewrote"] = rewrote
    fields["segments"] = tuple(gate.hex_id(name) for name in fields["segments"])
    for count in fields["summary"].values():
        if not isinstance(count, int):
            raise gate.refuse("a counter of a run", count)
    return Snapshot(**fields)


def _data_file(file: DataFile) -> DataFile:
    gate.data_name(file.path, file.table, file.month)
    gate.number(file.rows, gate.MOST_ROWS, "rows of a data file")
    gate.number(file.bytes, gate.LARGEST_DATA_FILE, "bytes of a data file")
    gate.hex_id(file.sha256)
    return file


# JSON documents that end with their checksum, so that a reader detects any altered letter.
#
# The last line but one is `"sha256": "…"`, the hash of everything before the comma in front of it.


_SEAL = re.compile(rb',\n "sha256": "([0-9a-f]{64})"\n\}\n')


def seal(text: str) -> bytes:
    """Add a checksum to a JSON object, given as text, as its last member."""
    body = text.rstrip().removesuffix("}").rstrip().encode()
    return body + b',\n "sha256": "' + hashlib.sha256(body).hexdigest().encode() + b'"\n}\n'


def read_sealed(data: bytes, required: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    """Read a sealed JSON object without its checksum; ValueError if that does not match.

    Documents from before schema 3 have none: `required` decides by the object, before anything is checked.
    """
    try:
        document = json.loads(data)
    except RecursionError:
        raise ValueError("expected an object, got lists within lists without end") from None
    if not isinstance(document, dict):
        raise ValueError(f"expected an object, got {type(document).__name__}")
    is_required = required(document)
    if document.pop("sha256", None) is None and not is_required:
        return document
    check_seal(data)
    return document


def check_seal(data: bytes) -> None:
    """Raise ValueError if a sealed document does not end with the checksum of what is before it."""
    match = _SEAL.search(data, max(len(data) - 90, 0))
    if match is None or match.end() != len(data):
        raise ValueError("it does not end with its checksum")
    if hashlib.sha256(data[: match.start()]).hexdigest().encode() != match[1]:
        raise ValueError("checksum mismatch: it changed after it was written")
