"""Addresses that a crawl is about to ask for, kept in its segment, so that a kill does not lose them.

They are a line of the segment that is no record, so that a commit skips it. An address that a dead writer
has asked for, and has no record of, becomes an observation `failed(unfinished)`.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from archive.format.reasons import Reason
from archive.format.records import ObservationRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BEGIN = b'{"kind": "asked"'


@dataclass(frozen=True, slots=True)
class Asked:
    url: str
    outlet: str
    at: datetime


def encode(asked: Iterable[Asked]) -> bytes:
    """Encode all addresses into one line."""
    values = [(one.url, one.outlet, one.at.astimezone(UTC).isoformat()) for one in asked]
    return (
        json.dumps({"kind": "asked", "asked": values}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    )


def read(lines: Iterable[object]) -> Iterator[Asked]:
    """Read addresses from the lines of a segment; other lines are skipped, and those that no writer wrote."""
    for line in lines:
        if not isinstance(line, bytes) or not line.startswith(_BEGIN):
            continue
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            for url, outlet, at in msgspec.json.decode(line, type=_Line).asked:
                if at.utcoffset() is not None:
                    yield Asked(url, outlet, at)


class _Line(msgspec.Struct):
    asked: list[tuple[str, str, datetime]]


def unfinished(asked: Asked, run_id: str) -> ObservationRecord:
    return ObservationRecord(
        url=asked.url,
        requested_url=asked.url,
        outlet=asked.outlet,
        outcome="failed",
        reason=Reason.UNFINISHED.value,
        observed_at=asked.at,
        http_status=None,
        run_id=run_id,
        detail="the crawl was killed before it came",
    )
