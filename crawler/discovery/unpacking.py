"""The bytes of a list of stories, as the parsers can bear them."""

from __future__ import annotations

import re
import zlib

from archive.format.reasons import Reason
from crawler.exceptions import DiscoveryError

# the sitemap protocol's own limit of one file, unpacked
LARGEST = 50 << 20

_TAIL, _COMMENTS = 1 << 20, 20
"""Bytes and comments at the end of a document that may stand under its root."""
_LAST = 4096
"""Bytes before those in which the root ends."""
_CHARACTER = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")


def unpack(body: bytes, url: str) -> bytes:
    """XML out of gzip or not, without references to characters that XML has not.

    A file cut short gives what came. Raises DiscoveryError: `too-large`, `not-gzip`.
    """
    if body.startswith(b"\x1f\x8b"):
        body = _gunzip(body, url)
    if len(body) > LARGEST:
        message = f"{url}: expected at most {LARGEST >> 20} MB, got more; it was not read"
        raise DiscoveryError(message, Reason.TOO_LARGE)
    # emoji as two halves, &#55357;&#56832;, are seen in feeds: lxml and feedparser would raise
    return _CHARACTER.sub(_existing, body)


def is_cut_short(document: bytes, *roots: str) -> bool:
    """Return True if the end tag of the root is missing. A gzip file that was cut gives such a text, too."""
    # each second byte of UTF-16
    end = document[-_TAIL:].replace(b"\0", b"").rstrip()
    for _ in range(_COMMENTS):
        if not end.endswith(b"-->") or (start := end.rfind(b"<!--")) < 0:
            break
        end = end[:start].rstrip()
    end = end[-_LAST:]
    whole = (rf"</(?:[\w.-]+:)?{root}\s*>|<(?:[\w.-]+:)?{root}[^<>]*/>" for root in roots)
    return re.search("|".join(whole).encode(), end, re.IGNORECASE) is None


def _gunzip(body: bytes, url: str) -> bytes:
    """At most one byte more than LARGEST."""
    parts: list[bytes] = []
    left = LARGEST + 1
    try:
        # a file may be several gzip members in a row
        while body.startswith(b"\x1f\x8b") and left > 0:
            member = zlib.decompressobj(wbits=31)
            parts.append(member.decompress(body, left))
            left -= len(parts[-1])
            # a cut one is the last, and the end of its document is missing
            body = member.unused_data.lstrip(b"\0")
    except zlib.error as error:
        if not any(parts):
            message = f"{url}: expected gzip, got a file that is none: {error}"
            raise DiscoveryError(message, Reason.NOT_GZIP) from None
    return b"".join(parts)


def _existing(reference: re.Match[bytes]) -> bytes:
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    # more digits than a code point has are not even counted: int() of a million digits takes its time
    digits = digits.lstrip(b"0")
    code = int(digits or b"0", base) if len(digits) <= 7 else -1
    exists = (
        code in {0x9, 0xA, 0xD}
        or 0x20 <= code < 0xD800
        or 0xE000 <= code < 0xFFFE
        or 1 << 16 <= code < 17 << 16
    )
    return reference[0] if exists else b""
