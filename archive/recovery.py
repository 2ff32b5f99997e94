"""What a writer that died has left: whole records come back, the rest goes to quarantine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from archive import codec, segment
from archive.exceptions import PoisonRecord, SchemaTooNew
from archive.validation import validate

if TYPE_CHECKING:
    from datetime import datetime

    from archive.codec import Record
    from archive.quarantine import Quarantine
    from archive.segment import Segment


def recover(found: Segment, quarantine: Quarantine, at: datetime) -> list[Record]:
    """The records of a segment that was taken over; SchemaTooNew when it must wait for a newer version."""
    records = []
    lines = list(segment.read(found.path.read_bytes()))
    _check_version(found, lines)
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
            records.append(record)
    return records


def _check_version(found: Segment, lines: list[bytes | segment.Damage]) -> None:
    if not lines or isinstance(lines[0], segment.Damage):
        return
    header = json.loads(lines[0])
    if header.get("kind") == "segment" and header.get("version", 0) > segment.VERSION:
        raise SchemaTooNew(
            f"{found.path} was written by a newer Triptych (segment version {header['version']}, "
            f"this one knows {segment.VERSION}); it stays until that one opens the archive."
        )
