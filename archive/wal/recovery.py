"""Recovery of the records of dead writers: intact ones are committed, the rest goes to quarantine."""

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from archive.addresses import address_key
from archive.exceptions import PoisonRecord, SchemaTooNew
from archive.format import codec, gate
from archive.format.codec import Record, validate
from archive.pages import cdxj_index, overwrite, warc_files
from archive.state.database import State
from archive.storage import locks, path_guard
from archive.storage.interface import Storage
from archive.wal import request_journal, segment
from archive.wal.batch import Batch
from archive.wal.quarantine import Quarantine
from archive.wal.request_journal import RequestedAddress
from archive.wal.segment import Segment

_log = logging.getLogger(__name__)


def take_over(storage: Storage, state: State, quarantine: Quarantine, at: datetime) -> list[Batch]:
    """Take over the records of every dead writer; its segments stay locked by us, unless this fails."""
    recovered: list[tuple[Segment, SegmentContents]] = []
    room = gate.LARGEST_SEGMENTS
    with contextlib.ExitStack() as undo:
        orphans = segment.orphans(storage.layout)
        for orphan in orphans:  # all of them, before one can fail
            undo.callback(orphan.release)
        for orphan in orphans:
            if state.has_segment(orphan.id):  # committed; only its removal was interrupted
                orphan.discard()
                continue
            try:
                contents = recover(storage, orphan, quarantine, at, room)
            except SchemaTooNew as error:
                _log.warning("%s", error)
                orphan.release()
                continue
            room -= contents.size
            recovered.append((orphan, contents))
        _add_unfinished(state, [contents for _, contents in recovered])
        batches = []
        for orphan, contents in recovered:
            if contents.records:
                batches.append(Batch(orphan, contents.records))
            else:
                orphan.discard()
        undo.pop_all()
    return batches


def _add_unfinished(state: State, recovered: "Sequence[SegmentContents]") -> None:
    """Add an observation for each requested address of a dead writer that has none since."""
    recorded: set[bytes] = set()
    requested: dict[bytes, tuple[SegmentContents, RequestedAddress]] = {}
    for contents in recovered:
        recorded.update(address_key(record.requested_url) for record in contents.records)
        # a segment begins with the addresses that the one before it left open
        for address in contents.requested:
            requested[address_key(address.url)] = (contents, address)
    for key, (contents, address) in requested.items():
        last = state.last_observation(address.url)
        if key in recorded or state.known(address.url) or (last is not None and last.at >= address.at):
            continue
        record = request_journal.unfinished(address, contents.run_id)
        with contextlib.suppress(PoisonRecord):
            validate(record)
            contents.records.append(record)


@dataclass(slots=True)
class SegmentContents:
    """The contents of one segment."""

    run_id: str
    records: list[Record]
    requested: list[RequestedAddress]
    size: int
    """Bytes of its lines, unpacked."""


def recover(
    storage: Storage, orphan: Segment, quarantine: Quarantine, at: datetime, room: int | None = None
) -> SegmentContents:
    """Read a segment that was taken over; SchemaTooNew when it must wait for a newer version.

    Raises ArchiveDamaged where it unpacks to more than `room` bytes, by default those of `segment.read`.
    """
    records: list[Record] = []
    lines = list(segment.read(path_guard.read(orphan.path, gate.LARGEST_SEGMENTS), room))
    run_id, version = _header(lines)
    if version > segment.VERSION:
        raise SchemaTooNew(
            f"{orphan.path} was written by a newer Triptych (segment version {version}, this one reads "
            f"{segment.VERSION}); it stays until that version opens the archive."
        )
    _mend_pages(storage, run_id, at)
    for line in lines:
        if isinstance(line, segment.Damage):
            quarantine.add_damage(line.data, orphan.id, line.offset, at)
            continue
        try:
            record = codec.decode(line)
        except ValueError:
            quarantine.add_damage(line, orphan.id, -1, at)
            continue
        if record is None:
            continue
        try:
            validate(record)
        except PoisonRecord as poison:
            quarantine.add_record(record, poison.reason, str(poison), at)
        else:
            records.append(warc_files.without_lost(storage, record))
    size = sum(len(line) for line in lines if isinstance(line, bytes))
    return SegmentContents(run_id, records, list(request_journal.read(lines)), size)


class _Header(msgspec.Struct):
    kind: str = ""
    run_id: str = ""
    version: int = 0


def _header(lines: list[bytes | segment.Damage]) -> tuple[str, int]:
    """Read the run that wrote the segment, and the version of the format."""
    if not lines or isinstance(lines[0], segment.Damage):
        return "", 0
    try:
        header = msgspec.json.decode(lines[0], type=_Header)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return "", 0
    return (header.run_id, header.version) if header.kind == "segment" else ("", 0)


def _mend_pages(storage: Storage, run_id: str, at: datetime) -> None:
    # the last page must be in the index even if it has no record
    if last := warc_files.mend(storage.layout, run_id):
        with locks.hold(storage.layout.lock):
            cdxj_index.add(storage, overwrite.without_purged(storage, last, at))
