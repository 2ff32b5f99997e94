"""Members of gzip: most files have a record in each, some are packed as a whole."""

import zlib
from collections.abc import Callable

from zlib_ng import zlib_ng

from crawler.importing.frames import Readable, Window

GZIP = b"\x1f\x8b\x08"
_BEGINNINGS = (b"WARC/", b"http:", b"https", b"filed")
"""Of a record, in as many letters: `filed` is an ARC's own description, `filedesc://`."""
_PACKED_BLOCK, _UNPACKED_BLOCK = 1 << 14, 1 << 16
_CHUNK = 1 << 20


class Member:
    """One member, unpacked. Reading ends where its bytes cannot be unpacked; `fault` says why."""

    def __init__(self, packed: Window, begin: int, check: Callable[[], None]) -> None:
        """`check` is called before each read: it raises once unpacking has taken too long."""
        self._packed, self.begin, self._check = packed, begin, check
        self.fault: str | None = None
        self._restart()

    def _restart(self) -> None:
        self._unpacker = _unpacker()
        self._next = self.begin
        """Place of the first byte in the file that the unpacker does not have yet."""
        self._place, self._ready = 0, b""

    def read(self, size: int, /) -> bytes:
        """Return some bytes, at most `size`; none at the end of the member."""
        self._check()
        while not self._ready and not self._unpacker.eof and self.fault is None:
            self._ready = self._unpack()
        data, self._ready = self._ready[:size], self._ready[size:]
        self._place += len(data)
        return data

    def seek(self, offset: int, /) -> int:
        """Go on, or unpack from the beginning."""
        if offset < self._place:
            self._restart()
        while self._place < offset and self.read(min(offset - self._place, _UNPACKED_BLOCK)):
            pass
        return self._place

    def end(self) -> int | None:
        """Read the rest; return the place behind the member, None where it cannot be unpacked to its end."""
        while self.read(_UNPACKED_BLOCK):
            pass
        return None if self.fault is not None else self._next - len(self._unpacker.unused_data)

    def _unpack(self) -> bytes:
        packed = self._unpacker.unconsumed_tail
        if not packed:
            packed = self._packed.read(self._next, _PACKED_BLOCK)
            self._next += len(packed)
        if not packed:
            self.fault = "its packed bytes end too early"
            return b""
        try:
            return self._unpacker.decompress(packed, _UNPACKED_BLOCK)
        except zlib_ng.error as error:  # type: ignore[misc]
            self.fault = str(error)
            return b""


def _unpacker() -> "zlib_ng._Decompress":
    """Return an unpacker of gzip that takes half of zlib's time."""
    return zlib_ng.decompressobj(zlib.MAX_WBITS | 16)


def next_member(file: Readable, begin: int) -> int | None:
    """Find the next member whose text begins as a record does."""
    place, before = begin, b""
    while True:
        file.seek(place)
        chunk = file.read(_CHUNK)
        if not chunk:
            return None
        text = before + chunk
        candidate = text.find(GZIP)
        while candidate >= 0:
            try:
                if _unpacker().decompress(text[candidate : candidate + _PACKED_BLOCK], 5) in _BEGINNINGS:
                    return place - len(before) + candidate
            except zlib_ng.error:  # type: ignore[misc]
                pass
            candidate = text.find(GZIP, candidate + len(GZIP))
        before = text[-_PACKED_BLOCK:]
        place += len(chunk)
