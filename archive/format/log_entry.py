"""Entries of the history: the permanent part of the log, one for each snapshot, or run without a snapshot.

A manifest lists every data file, and is needed while its snapshot may be read. Later its entry, a few hundred
bytes, is enough: the time, the run, the number of rows. Entries are in blocks, one JSON object a line, sealed
and packed with zstd; the account of a run that found nothing new is a separate sealed file until it is folded
into a block.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import zstandard
from msgspec import Meta, Struct

from archive.exceptions import ArchiveDamaged, SchemaTooNew
from archive.format import gate
from archive.format.snapshot import check_seal, seal

NOTHING_NEW = "nothing new"
"""In place of an operation: a run that had no record to commit."""
ROWS_PER_BLOCK = 4096
_VERSION = 1
_LEVEL = 9
_LARGEST_WRITTEN = gate.LARGEST_BLOCK // 2

_Number = Annotated[int, Meta(ge=0, le=gate.MOST_SNAPSHOTS)]
_Count = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
_Name = Annotated[str, Meta(max_length=1000)]
_Segment = Annotated[str, Meta(pattern=f"^{gate.ID}$")]


class LogEntry(Struct, frozen=True):
    id: _Number
    """Of the snapshot; of a run without one, the last snapshot before it."""
    parent: _Number | None
    operation: _Name
    """As in a manifest, or `NOTHING_NEW`."""
    committed_at: Annotated[datetime, Meta(tz=True)]
    run_id: _Name
    schema_version: _Number
    rows: dict[_Name, _Number]
    """Of each stored table; empty if the manifest was read without its files."""
    segments: tuple[_Segment, ...]
    summary: dict[_Name, _Count]

    @property
    def is_snapshot(self) -> bool:
        return self.operation != NOTHING_NEW

    @property
    def key(self) -> tuple[int, str]:
        """Entries with the same key are one entry, stored in two places."""
        return (self.id, "") if self.is_snapshot else (self.id, f"{self.committed_at} {self.run_id}")

    @property
    def order(self) -> tuple[datetime, int]:
        return self.committed_at, self.id


def account(after: int, at: datetime, run_id: str, schema_version: int, summary: dict[str, int]) -> LogEntry:
    """The entry of a run that found nothing new, after that snapshot."""
    return LogEntry(after, None, NOTHING_NEW, at, run_id, schema_version, {}, (), summary)


def account_name(entry: LogEntry) -> str:
    """The stored name of a run's account; names sort by time."""
    return f"_runs/{entry.committed_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{run_hash(entry.run_id)}.json"


def run_hash(run_id: str) -> str:
    return hashlib.blake2b(run_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def encode_account(entry: LogEntry) -> bytes:
    return seal(msgspec.json.encode(entry).decode())


def decode_account(data: bytes, where: object) -> LogEntry:
    """Raises ArchiveDamaged."""
    try:
        check_seal(data)
        entry = msgspec.json.decode(data, type=LogEntry)
    except (ValueError, RecursionError) as error:
        raise ArchiveDamaged(f"The account {where} is altered or incomplete: {error}.") from error
    if entry.is_snapshot:
        raise gate.refuse("the account of a run without a snapshot", entry.operation)
    return entry


class _Block(Struct):
    version: int
    entries: tuple[LogEntry, ...]


def encode_block(entries: Sequence[LogEntry]) -> list[tuple[str, bytes]]:
    """Pack entries into one or more blocks; return the numbers for its name, and the bytes, of each."""
    lines = ",\n".join(msgspec.json.encode(entry).decode() for entry in entries)
    data = seal(f'{{"version": {_VERSION}, "entries": [\n{lines}\n ]\n}}\n')
    if len(data) > _LARGEST_WRITTEN and len(entries) > 1:
        half = len(entries) // 2
        return [*encode_block(entries[:half]), *encode_block(entries[half:])]
    numbers = [entry.id for entry in entries]
    packed = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(data)
    return [(f"{min(numbers):020d}-{max(numbers):020d}", packed)]


def decode_block(data: bytes, where: object) -> tuple[LogEntry, ...]:
    """Raises ArchiveDamaged, or SchemaTooNew."""
    try:
        size = zstandard.frame_content_size(data)
        if not 0 <= size <= gate.LARGEST_BLOCK:
            raise gate.refuse(f"a block of at most {gate.LARGEST_BLOCK} bytes", size)
        unpacked = zstandard.ZstdDecompressor().decompress(data, max_output_size=gate.LARGEST_BLOCK)
        check_seal(unpacked)
        block = msgspec.json.decode(unpacked, type=_Block)
    except (zstandard.ZstdError, ValueError, RecursionError) as error:
        raise ArchiveDamaged(f"The block of history {where} is altered or incomplete: {error}.") from error
    if block.version > _VERSION:
        raise SchemaTooNew(f"{where} was written by a newer Triptych: update Triptych.")
    return block.entries
