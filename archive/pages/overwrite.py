"""Overwriting in place: erased bytes become a hole of the same length, so that nothing else moves.

Rows refer to pages by offset, and a running writer may append to the same file: rewriting a WARC file would
mean rewriting all rows that refer to it, and waiting for its writer. A hole is a WARC record in a gzip member
of stored blocks; readers of WARC skip it. Doing it twice gives the same bytes.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from archive.exceptions import ArchiveWriteError
from archive.pages import warc_record
from archive.pages.warc_files import Pointer
from archive.state.tombstones import Range, Tombstones
from archive.storage.interface import Storage

_BLOCK = 65_535
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"


def page_range(storage: Storage, pointer: Pointer) -> Range | None:
    """Range of a page and the request that follows it; None if there is no page, or no longer."""
    record = _record_start(storage, pointer)
    if record is None or record.fields.get("warc-type") != "response":
        return None
    length = pointer.length
    with storage.present_path(pointer.file).open("rb") as file:
        file.seek(pointer.offset + length)
        follows = file.read(1 << 20)
    request = warc_record.read_start(follows)
    if request is not None and request.fields.get("warc-type") == "request":
        length += warc_record.read_member(follows)[1]
    return Range(pointer.file, pointer.offset, length)


def address(storage: Storage, pointer: Pointer) -> str | None:
    """Address of the page at this place, if there is one."""
    record = _record_start(storage, pointer)
    return None if record is None else record.fields.get("warc-target-uri")


def _record_start(storage: Storage, pointer: Pointer) -> warc_record.Record | None:
    try:
        with storage.present_path(pointer.file).open("rb") as file:
            file.seek(pointer.offset)
            return warc_record.read_start(file.read(65_536))
    except FileNotFoundError:
        return None


def without_purged(storage: Storage, pages: Iterable[Pointer], at: datetime) -> list[Pointer]:
    """Overwrite the purged pages among these; return the others."""
    stones = Tombstones(storage.layout)
    remaining: list[Pointer] = []
    purged: list[Pointer] = []
    for page in pages:
        (purged if stones.of_address(address(storage, page)) else remaining).append(page)
    blank_pages(storage, purged, at)
    return remaining


def overwrite(storage: Storage, ranges: Iterable[Range], at: datetime) -> None:
    """Overwrite ranges; durable when it returns. `at`: the moment of the request, the same on every try."""
    for erased in ranges:
        path = storage.present_path(erased.path)
        hole = _page_hole if path.name.endswith(".warc.gz") else _line_hole
        try:
            # not O_APPEND: pwrite would append then
            descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            if os.fstat(descriptor).st_size >= erased.offset + erased.length:
                data = hole(erased, at)
                done = 0
                while done < len(data):
                    done += os.pwrite(descriptor, data[done:], erased.offset + done)
                os.fsync(descriptor)
                storage.enqueue(path)
        except OSError as error:
            raise ArchiveWriteError(f"Cannot overwrite a part of {path}: {error.strerror}.") from error
        finally:
            os.close(descriptor)


def blank_pages(storage: Storage, pointers: Iterable[Pointer], at: datetime) -> None:
    ranges = (page_range(storage, pointer) for pointer in pointers)
    overwrite(storage, list(filter(None, ranges)), at)


def _page_hole(erased: Range, at: datetime) -> bytes:
    """Make a gzip member of exactly this length: the size of stored blocks is known beforehand."""
    blocks = -(-(erased.length - len(_HEADER) - 8) // (_BLOCK + 5))
    size = erased.length - len(_HEADER) - 8 - 5 * blocks
    record = _record(size, erased.offset, at)
    parts = [_HEADER]
    for number in range(blocks):
        piece = record[number * _BLOCK : (number + 1) * _BLOCK]
        last = number == blocks - 1
        parts.append(struct.pack("<BHH", last, len(piece), len(piece) ^ 0xFFFF) + piece)
    return b"".join([*parts, struct.pack("<II", zlib.crc32(record), len(record) & 0xFFFFFFFF)])


def _record(size: int, offset: int, at: datetime) -> bytes:
    """Make a WARC record of exactly `size` bytes, or spaces if no record is so short."""
    head = (
        "WARC/1.1\r\nWARC-Type: metadata\r\n"
        f"WARC-Record-ID: <urn:uuid:{UUID(int=(offset << 64) + int(at.timestamp() * 1e6))}>\r\n"
        f"WARC-Date: {at:%Y-%m-%dT%H:%M:%SZ}\r\nContent-Type: text/plain\r\nContent-Length: "
    )
    room = size - len(head) - len("\r\n\r\n\r\n\r\n")
    for digits in range(1, 12):
        if (body := room - digits) >= 0 and len(str(body)) <= digits:
            return f"{head}{body:0{digits}d}\r\n\r\n{'purged':<{body}.{body}}\r\n\r\n".encode()
    return b" " * size


def _line_hole(erased: Range, at: datetime) -> bytes:
    """Make a line of quarantine; its length counts the line's end."""
    entry = {"at": at.isoformat(), "reason": "purged", "detail": "", "source": "", "content": ""}
    line = json.dumps(entry)
    short = line if len(line) < erased.length else "{}"[: max(erased.length - 1, 0)]
    return f"{short:<{erased.length - 1}}\n".encode()
