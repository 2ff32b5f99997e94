"""Recovery of records that a dead writer has left: whole ones are committed, the rest goes to quarantine."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from archive.addresses import address_key
from archive.exceptions import PoisonRecord, SchemaTooNew
from archive.format import codec, gate
from archive.format.codec import validate
from archive.pages import cdxj_index, overwrite, warc_files
from archive.storage import inside, locks
from archive.wal import asked, segment
from archive.wal.batch import Batch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from archive.format.codec import Record
    from archive.state.database import State
    from archive.storage.interface import Storage
    from archive.wal.asked import Asked
    from archive.wal.quarantine import Quarantine
    from archive.wal.segment import Segment

_log = logging.getLogger(__name__)


def take_over(storage: Storage, state: State, quarantine: Quarantine, at: datetime) -> list[Batch]:
    """Take over the records of every dead writer; its segments stay locked by us, unless this fails."""
    found: list[tuple[Segment, SegmentContents]] = []
    room = gate.LARGEST_SEGMENTS
    with contextlib.ExitStack() as undo:
        orphans = segment.orphans(storage.layout)
        for orphan in orphans:  # all of them, before one can fail
            undo.callback(orphan.release)
        for orphan in orphans:
            if state.has_segment(orphan.id):  # committed; only its removal was cut short
                orphan.discard()
                continue
            try:
                left = recover(storage, orphan, quarantine, at, room)
            except SchemaTooNew as error:
                _log.warning("%s", error)
                orphan.release()
                continue
            room -= left.size
            found.append((orphan, left))
        _add_unfinished(state, [left for _, left in found])
        batches = []
        for orphan, left in found:
            if left.records:
                batches.append(Batch(orphan, left.records))
            else:
                orphan.discard()
        undo.pop_all()
    return batches


def _add_unfinished(state: State, found: Sequence[SegmentContents]) -> None:
    """Add an observation for each address that a dead writer was to ask for, and that has none since."""
    recorded = {address_key(record.requested_url) for left in found for record in left.records}
    # a segment begins with what the one before it has left open
    open_still = {address_key(one.url): (left, one) for left in found for one in left.asked}
    for key, (left, one) in open_still.items():
        last = state.last_observation(one.url)
        if key in recorded or state.known(one.url) or (last is not None and last.at >= one.at):
            continue
        record = asked.unfinished(one, left.run_id)
        with contextlib.suppress(PoisonRecord):
            validate(record)
            left.records.append(record)


@dataclass(slots=True)
class SegmentContents:
    """The contents of one segment."""

    run_id: str
    records: list[Record]
    asked: list[Asked]
    size: int
    """Bytes of its lines, unpacked."""


def recover(
    storage: Storage, found: Segment, quarantine: Quarantine, at: datetime, room: int | None = None
) -> SegmentContents:
    """Read a segment that was taken over; SchemaTooNew when it must wait for a newer version.

    Raises ArchiveDamaged where it unpacks to more than `room` bytes, without it as `segment.read`.
    """
    records: list[Record] = []
    lines = list(segment.read(inside.read(found.path, gate.LARGEST_SEGMENTS), room))
    run_id, version = _header(lines)
    if version > segment.VERSION:
        raise SchemaTooNew(
            f"{found.path} was written by a newer Triptych (segment version {version}, this one knows "
            f"{segment.VERSION}); it stays until that one opens the archive."
        )
    _mend_pages(storage, run_id, at)
    for line in lines:
        if isinstance(line, segment.Damage):
            quarantine.add_damage(line.data, found.id, line.offset, at)
            continue
        try:
            record = codec.decode(line)
        except ValueError:
            quarantine.add_damage(line, found.id, -1, at)
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
    return SegmentContents(run_id, records, list(asked.read(lines)), size)


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
    # the last page may have no record: it must be in the index all the same
    if last := warc_files.mend(storage.layout, run_id):
        with locks.hold(storage.layout.lock):
            cdxj_index.add(storage, overwrite.without_purged(storage, last, at))
