"""Addresses that a crawl is about to request, stored in its segment, so that a kill does not lose them.

They are a line of the segment that is no record, so a commit skips it. An address that a dead writer
requested and has no record of becomes an observation `failed(unfinished)`.
"""

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from archive.format.reasons import Reason
from archive.format.records import ObservationRecord

_BEGIN = b'{"kind": "asked"'


@dataclass(frozen=True, slots=True)
class RequestedAddress:
    url: str
    outlet: str
    at: datetime


def encode(addresses: Iterable[RequestedAddress]) -> bytes:
    """Encode all addresses into one line."""
    values = [(x.url, x.outlet, x.at.astimezone(UTC).isoformat()) for x in addresses]
    line = json.dumps({"kind": "asked", "asked": values}, ensure_ascii=False)
    return line.encode("utf-8", "replace") + b"\n"


def read(lines: Iterable[object]) -> Iterator[RequestedAddress]:
    """Read addresses from the lines of a segment; skip all other lines."""
    for line in lines:
        if not isinstance(line, bytes) or not line.startswith(_BEGIN):
            continue
        with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            for url, outlet, at in msgspec.json.decode(line, type=_Line).addresses:
                if at.utcoffset() is not None:
                    yield RequestedAddress(url, outlet, at)


class _Line(msgspec.Struct):
    addresses: list[tuple[str, str, datetime]] = msgspec.field(name="asked")


def unfinished(address: RequestedAddress, run_id: str) -> ObservationRecord:
    return ObservationRecord(
        url=address.url,
        requested_url=address.url,
        outlet=address.outlet,
        outcome="failed",
        reason=Reason.UNFINISHED.value,
        observed_at=address.at,
        http_status=None,
        run_id=run_id,
        detail="the crawl was killed before it came",
    )
