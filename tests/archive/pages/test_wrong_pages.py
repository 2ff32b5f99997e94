"""Pages that are not what a row may lead to: too large when unpacked, or whole and another one."""

import zlib
from dataclasses import replace

import pytest

from archive.exceptions import ArchiveDamaged
from archive.format import gate
from archive.pages import warc_record
from tests.archive.findings import grave


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


def test_a_page_that_is_whole_and_not_the_rows_own_is_found(root, open_writer, article, page):
    """As after a file of pages was put back from another archive: each member is whole, and another one."""
    record, its_page = page(article(1))
    with open_writer() as writer:
        writer.add_article(replace(record, raw_sha256="0" * 64), its_page)
        writer.add_article(*page(article(2)))
        writer.commit()
    (found,) = grave(root)
    assert record.article_id in found
    assert found.endswith("holds another one")
