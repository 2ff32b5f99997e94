"""Unpacking of the bytes of a list, in a form that the parsers accept."""

import re
import zlib

from archive.format.reasons import Reason
from crawler.exceptions import DiscoveryError

# the sitemap protocol's limit for one file, unpacked
LARGEST = 50 << 20

_TAIL, _COMMENTS = 1 << 20, 20
"""Bytes and comments that may follow the root of a document."""
_LAST = 4096
"""Bytes before those that contain the end of the root."""
_CHARACTER = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")


def unpack(body: bytes, url: str) -> bytes:
    """XML, unpacked if needed, without references to characters that XML does not allow.

    Of a file cut short, the part that was received. Raises DiscoveryError: `too-large`, `not-gzip`.
    """
    if body.startswith(b"\x1f\x8b"):
        body = _gunzip(body, url)
    if len(body) > LARGEST:
        message = f"{url}: expected at most {LARGEST >> 20} MB, got more; it was not read"
        raise DiscoveryError(message, Reason.TOO_LARGE)
    # feeds have emoji as surrogate pairs, &#55357;&#56832;, at which lxml and feedparser would raise
    return _CHARACTER.sub(_existing, body)


def is_cut_short(document: bytes, *roots: str) -> bool:
    """Return True if the end tag of the root is missing, as in a gzip file that was cut."""
    # without the zero bytes of UTF-16
    end = document[-_TAIL:].replace(b"\0", b"").rstrip()
    for _ in range(_COMMENTS):
        if end.endswith(b"-->"):
            before, opening, _ = end.rpartition(b"<!--")
            end = before.rstrip() if opening else end
    end = end[-_LAST:]
    end_tags = (rf"</(?:[\w.-]+:)?{root}\s*>|<(?:[\w.-]+:)?{root}[^<>]*/>" for root in roots)
    return re.search("|".join(end_tags).encode(), end, re.IGNORECASE) is None


def _gunzip(body: bytes, url: str) -> bytes:
    """At most one byte more than LARGEST."""
    parts: list[bytes] = []
    room = LARGEST + 1
    try:
        # a file may be several gzip members in a row
        while body.startswith(b"\x1f\x8b") and room > 0:
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            parts.append(member.decompress(body, room))
            room -= len(parts[-1])
            # a cut one is the last, and the end of its document is missing
            body = member.unused_data.lstrip(b"\0")
    except zlib.error as error:
        if not any(parts):
            message = f"{url}: expected gzip, got a file that is none: {error}"
            raise DiscoveryError(message, Reason.NOT_GZIP) from None
    return b"".join(parts)


def _existing(reference: re.Match[bytes]) -> bytes:
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    # no code point has as many digits as eight; int() of a million digits would take long
    code = int(digits.lstrip(b"0")[:8] or b"0", base)
    exists = (
        code in {0x9, 0xA, 0xD}
        or 0x20 <= code < 0xD800
        or 0xE000 <= code < 0xFFFE
        or 1 << 16 <= code < 17 << 16
    )
    return reference[0] if exists else b""
