"""Headers of the pages in a Parquet file: they say what reading takes, whatever the footer says.

Arrow believes the header of each page, takes the memory it names and makes as many values as it says. So the
headers are read before the file is, and what our writer never makes is refused: an encoding in which a few
bytes are many values or long texts (the delta ones), or a file by another writer.
The form: https://github.com/apache/parquet-format, parquet.thrift, in Thrift's compact protocol.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from archive.format import gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WRITER = "parquet-cpp-arrow"
_MOST_PAGES = 250_000
"""Of a file; ours have 7,000 at most."""
_LARGEST_FOOTER = 32 << 20
_DATA, _DICTIONARY, _SECOND = 0, 2, 3
_KINDS = {_DATA: 5, _DICTIONARY: 7, _SECOND: 8}
"""Field of the page header that is about a page of that type: data, dictionary, data of version 2."""
_PLAIN, _LEVELS, _BY_DICTIONARY = 0, 3, frozenset({2, 8})
_PER_VALUE = 16
"""Bytes in memory of a value beside its text: itself or the place of its text, its levels."""
_SEARCHED = 1 << 20
"""Bytes that texts out of a dictionary take at most before its longest entry is looked for."""


class Refused(Exception):
    """The reason why a file is not one of ours."""


@dataclass(frozen=True, slots=True)
class _Page:
    kind: int
    unpacked: int
    values: int
    encoding: int
    start: int
    end: int
    """Place of what it holds, packed."""


def unpacked_size(path: Path) -> int:
    """An upper bound of the bytes that all columns of a file take in memory.

    Raises Refused, OSError, or ArrowException for what is no Parquet file.
    """
    if path.stat().st_size < 12:
        raise pa.ArrowInvalid("too short for a Parquet file")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        footer = int.from_bytes(mapped[-8:-4], "little")
        if footer > _LARGEST_FOOTER:
            raise Refused(f"a footer of {footer} bytes")
        try:
            about = pq.read_metadata(path)
            if not (about.created_by or "").startswith(_WRITER):
                raise Refused(f"a file by {str(about.created_by)[:40]!r}")
            if about.num_rows > gate.MOST_ROWS:
                raise Refused(f"{about.num_rows} rows")
            return _all_columns(about, mapped)
        except UnicodeDecodeError:
            raise Refused("a name in the footer that is no text") from None


def _all_columns(about: pq.FileMetaData, data: mmap.mmap) -> int:
    size = pages = 0
    for number in range(about.num_row_groups):
        group = about.row_group(number)
        if group.num_rows == 0:  # nothing of it is read
            continue
        for column in range(about.num_columns):
            chunk = group.column(column)
            start = chunk.data_page_offset
            if chunk.has_dictionary_page and 0 < chunk.dictionary_page_offset < start:
                start = chunk.dictionary_page_offset
            end = start + chunk.total_compressed_size
            if not 0 < start <= end <= len(data):
                raise Refused(f"a column from {start} to {end}")
            taken, count = _column(data, start, end, chunk)
            size += taken
            pages += count
            if pages > _MOST_PAGES:
                raise Refused(f"more than {_MOST_PAGES} pages")
            if size > gate.LARGEST_UNPACKED:
                return size
    return size


def _column(data: mmap.mmap, start: int, end: int, chunk: pq.ColumnChunkMetaData) -> tuple[int, int]:
    """Bytes in memory of a column chunk, and how many pages it has."""
    size = count = longest = 0
    for page in _pages(data, start, end):
        count += 1
        size += page.unpacked + page.values * _PER_VALUE
        if page.kind == _DICTIONARY:
            longest = _longest(data, page, chunk) if chunk.physical_type.endswith("BYTE_ARRAY") else 0
        elif page.encoding in _BY_DICTIONARY:
            size += page.values * longest
        elif page.encoding not in {_PLAIN, _LEVELS}:
            raise Refused(f"a page in encoding {page.encoding}")
        if size > gate.LARGEST_UNPACKED:
            break
    return size, count


def _longest(data: mmap.mmap, page: _Page, chunk: pq.ColumnChunkMetaData) -> int:
    """Bytes of the longest entry of a dictionary; an upper bound where it cannot matter."""
    if page.unpacked * chunk.num_values <= _SEARCHED or chunk.physical_type != "BYTE_ARRAY":
        return page.unpacked
    if page.unpacked > gate.LARGEST_UNPACKED:
        return page.unpacked
    plain = data[page.start : page.end]
    if chunk.compression != "UNCOMPRESSED":
        try:
            plain = pa.decompress(plain, page.unpacked, codec=chunk.compression.lower(), asbytes=True)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise Refused(f"a dictionary that cannot be unpacked ({error})") from None
    at = longest = 0
    while at + 4 <= len(plain):
        (length,) = struct.unpack_from("<I", plain, at)
        longest = max(longest, length)
        at += 4 + length
    return longest


def _pages(data: mmap.mmap, at: int, end: int) -> Iterator[_Page]:
    while at < end:
        header: dict[int, int] = {}
        try:
            at = _struct(data, at, header, 0)
            kind, unpacked, packed = header[1], header[2], header[3]
            about = _KINDS[kind] << 8
            values, encoding = header[about | 1], header[about | (4 if kind == _SECOND else 2)]
        except (KeyError, IndexError):
            raise Refused("a page without a header") from None
        if min(unpacked, packed, values) < 0 or at + packed > end:
            raise Refused(f"a page of {packed} bytes, {unpacked} unpacked, with {values} values")
        yield _Page(kind, unpacked, values, encoding, at, at + packed)
        at += packed


# Thrift's compact protocol, as far as page headers use it. IndexError where the bytes end.


def _struct(data: mmap.mmap, at: int, numbers: dict[int, int], within: int) -> int:
    """Keep the whole numbers, by field, those of a struct by its field and theirs; the place behind it."""
    if within > 1 << 24:
        raise Refused("a page whose header is nested")
    field = 0
    while byte := data[at]:
        at += 1
        form = byte & 15
        if byte >> 4:
            field += byte >> 4
        else:
            field, at = _integer(data, at)
        own = within << 8 | field
        # one that comes twice, or has a number of another, would be read by Arrow as it likes
        if own in numbers or not 0 < field < 256:
            raise Refused(f"a page whose header has the field {field} where it cannot be")
        if form in {4, 5, 6}:
            numbers[own], at = _integer(data, at)
        elif form == 8:  # statistics have texts, which nobody asks for here
            length, at = _unsigned(data, at)
            at += length
        elif form == 12:
            at = _struct(data, at, numbers, own)
        elif form == 3:
            at += 1
        elif form not in {1, 2}:  # true and false
            raise Refused(f"a page whose header has a field of form {form}")
    return at + 1


def _unsigned(data: mmap.mmap, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise Refused("a page whose header has a number without end")


def _integer(data: mmap.mmap, at: int) -> tuple[int, int]:
    value, at = _unsigned(data, at)
    return (value >> 1) ^ -(value & 1), at
