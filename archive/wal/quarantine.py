"""Quarantine of records that cannot be stored, each with the reason, for a person to inspect."""

import base64
import dataclasses
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from archive.exceptions import ArchiveDamaged
from archive.format import gate
from archive.format.codec import Record
from archive.storage import path_guard
from archive.storage.interface import Storage

_LONGEST = 1 << 20
"""Characters of a source or detail."""


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    reason: str
    detail: str
    source: str
    """The address it was fetched from, or the damaged segment."""


class Quarantine:
    """The quarantine file of one writer, created with its first entry; one line an entry, in ASCII."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._path = self._new_path()

    def _new_path(self) -> Path:
        return self._storage.layout.quarantine / f"{uuid4().hex}.jsonl"

    def add_record(self, record: Record, reason: str, detail: str, at: datetime) -> None:
        content = {field.name: getattr(record, field.name, None) for field in dataclasses.fields(record)}
        source = record.url if isinstance(record.url, str) else repr(record.url)
        self._add(at, reason, detail, source, json.dumps(content, default=repr))

    def add_damage(self, data: bytes, segment_id: str, offset: int, at: datetime) -> None:
        detail = f"{len(data)} bytes at offset {offset} cannot be read"
        self._add(at, "damaged-segment", detail, segment_id, base64.b64encode(data).decode())

    def _add(self, at: datetime, reason: str, detail: str, source: str, content: str) -> None:
        entry = {
            "at": at.isoformat(),
            "reason": reason,
            "detail": detail,
            "source": source,
            "content": content,
        }
        line = json.dumps(entry).encode() + b"\n"
        if not self._storage.is_only_here(self._path):
            # new, or sent already: a sent file does not grow, so that a purge on another machine stays valid
            self._path = self._new_path()
            self._storage.enqueue(self._path)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, line)
        finally:
            os.close(descriptor)


def entries(storage: Storage) -> Iterator[Entry]:
    for path in _files(storage):
        for line in path_guard.read(path, gate.LARGEST_JSON).splitlines():
            try:
                fields = json.loads(line)
                at = datetime.fromisoformat(fields["at"])
                yield Entry(at, *(gate.text(fields[x], x, _LONGEST) for x in ("reason", "detail", "source")))
            except (ValueError, TypeError, LookupError, RecursionError, ArchiveDamaged):  # cut by a full disk
                yield Entry(datetime.fromtimestamp(path.stat().st_mtime, UTC), "unreadable", "", path.name)


def _files(storage: Storage) -> list[Path]:
    storage.mirror("_quarantine")
    return path_guard.files(storage.layout.quarantine, ".jsonl")


def lines(storage: Storage) -> Iterator[tuple[str, int, int, bytes]]:
    """Path, offset, length and bytes of each line; its encoded content is appended, decoded."""
    for path in _files(storage):
        offset = 0
        for line in path_guard.read(path, gate.LARGEST_JSON).splitlines(keepends=True):
            yield storage.stored_name(path), offset, len(line), line + _unpacked(line)
            offset += len(line)


def _unpacked(line: bytes) -> bytes:
    try:
        entry = json.loads(line)
        if entry["reason"] == "damaged-segment":
            return base64.b64decode(entry["content"])
        return json.dumps(json.loads(entry["content"]), ensure_ascii=False).encode(errors="replace")
    except (ValueError, LookupError, TypeError, RecursionError):  # cut by a full disk
        return b""
