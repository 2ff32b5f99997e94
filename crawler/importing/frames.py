"""Records of an unpacked WARC or ARC, each framed by the length in its head and checked by what follows.

A length that is wrong would swallow the records behind it, or cut the record itself. So a record counts only
if the file ends behind it or another record begins there. Where neither holds, reading goes on at the next
place that is certain: a blank line, a head with a length, and a sound end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

LONGEST_HEAD = 256_000
"""Bytes of the fields of a record, or of the headers of its answer."""
_FIRST_LOOK = 8_192
"""Bytes in which nearly every head ends."""
MOST_TRIES = 20_000
"""Wrong candidates for the beginning of a record, after which reading gives up."""
MOST_TRIES_PACKED = 20
"""The same in a packed stream, where each way back unpacks it anew."""
_BLOCK = 1 << 16
_CHUNK = 1 << 20
_VERSION = rb"WARC/\d\.\d{1,2}[ \t]*\r*\n"
_WARC = re.compile(_VERSION + rb"(?:[^\r\n]+\r*\n)*\r*\n")
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r*$", re.IGNORECASE | re.MULTILINE)
_ARC = re.compile(rb"[a-z]{2,20}:[^\r\n]{1,4096} \S{1,64} \d{8,17} \S{1,256} (\d{1,15})[ \t]*\r?\n")
_BEGINNING = re.compile(rb"(?<=\n)(?:" + _VERSION + rb"|" + _ARC.pattern + rb")")
_LINE_ENDS = b"\r\n"


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def seek(self, offset: int, /) -> object:
        """Raises nothing where a place lies behind the end."""


@dataclass(frozen=True, slots=True)
class Frame:
    begin: int
    data: bytes
    """Head and content, as far as the limit of the caller."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that are no sound record."""

    begin: int
    end: int | None
    """Place of the next record; None: to the end of the file."""
    reason: str


def frames(file: Readable, begin: int, most: int, tries: int = MOST_TRIES) -> Iterator[Frame | Gap]:
    """Yield what lies in the file from `begin` on: every byte but blank lines is in a frame or in a gap.

    `most`: bytes of a record that are read. `tries`: wrong candidates for a next record that are looked at.
    """
    window = Window(file, most)
    place = begin
    while True:
        place = _behind_blank_lines(window, place)
        window.anchor = place
        if not window.read(place, _FIRST_LOOK):
            return
        head = _head(window, place, LONGEST_HEAD)
        fault = "no record begins here" if head is None else _fault(window, head)
        if head is not None and fault is None:
            yield Frame(place, window.read(place, min(head.end - place, most)))
            place = head.end
            continue
        next_place, tries = _next_record(window, place, tries)
        yield Gap(place, next_place, fault or "")
        if next_place is None:
            return
        place = next_place


@dataclass(frozen=True, slots=True)
class _Head:
    is_warc: bool
    content: int
    """Place of the first byte of the content."""
    length: int | None
    """Bytes of the content; None where the head does not say it."""

    @property
    def end(self) -> int:
        return self.content + (self.length or 0)


def _behind_blank_lines(window: "Window", place: int) -> int:
    while (block := window.read(place, _BLOCK)) and not block.lstrip(_LINE_ENDS):
        place += len(block)
    return place + len(block) - len(block.lstrip(_LINE_ENDS))


def _head(window: "Window", place: int, longest: int) -> _Head | None:
    for size in (_FIRST_LOOK, longest):
        text = window.read(place, size)
        if match := _WARC.match(text):
            lengths = _LENGTH.findall(match[0])
            length = int(lengths.pop()) if len(lengths) == 1 else None
            return _Head(is_warc=True, content=place + match.end(), length=length)
        if match := _ARC.match(text):
            return _Head(is_warc=False, content=place + match.end(), length=int(match[1]))
        if not text.startswith(b"WARC/"):
            return None
    return None


def _fault(window: "Window", head: _Head) -> str | None:
    """Say why a record cannot be believed; None where its length leads to the next or to the end."""
    if head.length is None:
        return "the head of its record has no Content-Length, or two"
    if head.length and not window.read(head.end - 1, _FIRST_LOOK):
        return f"its record is cut short: {head.length:,} bytes are promised"
    text = window.read(head.end, _FIRST_LOOK)
    behind = text.lstrip(_LINE_ENDS)
    if not behind:
        return None
    if head.is_warc:
        # the next record may be the broken one
        is_end = text.startswith((b"\r\n\r\n", b"\n\n")) or behind.startswith(b"WARC/")
    else:
        is_end = _ARC.match(behind) is not None
    return None if is_end else "the length of its record is wrong: no record follows it"


def _next_record(window: "Window", place: int, tries: int) -> tuple[int | None, int]:
    """Find the next sound record; also how many tries are left."""
    while tries and (chunk := window.read(place, _CHUNK)):
        window.anchor = place
        for match in _BEGINNING.finditer(chunk):
            candidate = place + match.start()
            head = _head(window, candidate, _FIRST_LOOK)
            if head is not None and _fault(window, head) is None:
                return candidate, tries
            tries -= 1
            if not tries:
                return None, tries
        if len(chunk) < _CHUNK:
            break
        place += len(chunk) - _FIRST_LOOK
    return None, tries


class Window:
    """The file around the last place that was read, for many short reads that go forward."""

    def __init__(self, file: Readable, most: int = 0) -> None:
        """`most`: bytes behind the anchor to which a reader may return without another look at the file."""
        file.seek(0)
        self._file, self._data, self._most = file, b"", most
        self._start = self.anchor = 0

    def read(self, place: int, size: int) -> bytes:
        """Return bytes from a place, fewer where the file ends."""
        end = self._start + len(self._data)
        first = place
        if self._start <= self.anchor <= min(end, place) and place - self.anchor <= self._most:
            first = self.anchor
        if not self._start <= first <= end:
            self._file.seek(place)
            self._start, self._data, end = place, b"", place
        missing = place + size - end
        if missing > 0:
            self._data = self._data[first - self._start :] + read_up_to(self._file, max(missing, _BLOCK))
            self._start = first
        skipped = place - self._start
        return self._data[skipped : skipped + size]


def read_up_to(file: Readable, size: int) -> bytes:
    """Read so many bytes, fewer where the file ends; one read may bring a part of them."""
    parts = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
