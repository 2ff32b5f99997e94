"""A page that unpacks to more than any page has is refused, and no more of it is unpacked than that."""

import zlib

import pytest

from archive.exceptions import ArchiveDamaged
from archive.format import gate
from archive.pages import warc_record


def packed(size):
    squeeze = zlib.compressobj(9, wbits=31)
    head = b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: %d\r\n\r\n" % size
    parts = [squeeze.compress(head)]
    parts += [squeeze.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join([*parts, squeeze.compress(b"\r\n\r\n"), squeeze.flush()])


def test_a_large_page_is_read_and_one_that_is_too_large_is_not():
    record, length = warc_record.read_member(packed(1 << 20))
    assert (len(record.block), length) == (1 << 20, len(packed(1 << 20)))
    with pytest.raises(ArchiveDamaged, match="it unpacks to more"):
        warc_record.read_member(packed(gate.LARGEST_PAGE))
