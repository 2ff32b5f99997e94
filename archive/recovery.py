"""What a writer that died has left: whole records come back, the rest goes to quarantine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive import codec, segment
from archive.exceptions import PoisonRecord
from archive.validation import validate

if TYPE_CHECKING:
    from datetime import datetime

    from archive.codec import Record
    from archive.quarantine import Quarantine
    from archive.segment import Segment


def recover(found: Segment, quarantine: Quarantine, at: datetime) -> list[Record]:
    """The records of a segment that has been taken over."""
    records = []
    for line in segment.read(found.path.read_bytes()):
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
