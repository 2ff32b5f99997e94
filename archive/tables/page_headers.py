"""Headers of the pages in a Parquet file: they decide how much memory reading takes, not the footer.

Arrow trusts the header of each page, allocates the memory it states and makes as many values. So we read the
headers before Arrow reads the file, and refuse what our writer never makes: an encoding in which a few bytes
are many values or long texts (the delta ones), another compression, a file by another writer. Arrow itself
cannot do this: some footers crash the process that reads them with it.
The format: https://github.com/apache/parquet-format, parquet.thrift, in Thrift's compact protocol.
"""

import mmap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from archive.format import gate

Numbers = dict[int, int]
"""Whole numbers of a struct by their field; those of a struct in it by `its field << 8 | field`."""

_MAGIC = b"PAR1"
_WRITER = b"parquet-cpp-arrow"
_MOST_PAGES = 250_000
"""Of a file; ours have 7,000 at most."""
_MOST_COLUMNS, _DEEPEST = 1000, 12
"""Of the schema; ours have 56 and 5."""
_LARGEST_FOOTER = 32 << 20
_UNCOMPRESSED, _ZSTD = 0, 6
_DATA, _DICTIONARY, _SECOND = 0, 2, 3
_KINDS = {_DATA: 5, _DICTIONARY: 7, _SECOND: 8}
"""Field of the page header for each type of page: data, dictionary, data of version 2."""
_PLAIN, _LEVELS, _BY_DICTIONARY = 0, 3, frozenset({2, 8})
_PER_VALUE = 16
"""Bytes in memory of a value without its text: the value or an offset, and its levels."""
_SEARCHED = 1 << 20
"""Texts of a dictionary may take so many bytes before its longest entry is determined."""


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
    """Range of its packed contents."""


def unpacked_size(path: Path) -> int:
    """An upper bound of the bytes that all columns of a file take in memory.

    Raises Refused, OSError, or ArrowInvalid for what is no Parquet file.
    """
    size = path.stat().st_size
    if size < 12:
        raise pa.ArrowInvalid(f"{path} has {size} bytes, too few for a Parquet file")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        length = int.from_bytes(data[-8:-4], "little")
        if data[-4:] != _MAGIC or length > len(data) - 12:
            raise pa.ArrowInvalid(f"{path} does not end as a Parquet file does")
        if length > _LARGEST_FOOTER:
            raise Refused(f"a footer of {length} bytes")
        try:
            return _all_columns(data, data[-8 - length : -8])
        except (IndexError, KeyError):
            raise Refused("an incomplete footer or page header") from None


def _all_columns(data: mmap.mmap, footer: bytes) -> int:
    size = pages = 0
    for chunk in _chunks(footer):
        if chunk.keys() & _ENCRYPTED or chunk[_CODEC] not in {_UNCOMPRESSED, _ZSTD}:
            raise Refused("a column that is encrypted or packed with another codec")
        start = chunk[_DATA_PAGE]
        if 0 < chunk.get(_DICTIONARY_PAGE, 0) < start:
            start = chunk[_DICTIONARY_PAGE]
        end = start + chunk[_PACKED]
        if not 0 < start <= end <= len(data):
            raise Refused(f"a column from {start} to {end}")
        column_size, count = _column(data, start, end, packed=chunk[_CODEC] == _ZSTD)
        size += column_size
        pages += count
        if pages > _MOST_PAGES:
            raise Refused(f"more than {_MOST_PAGES} pages")
        if size > gate.LARGEST_UNPACKED:
            break
    return size


def _column(data: mmap.mmap, start: int, end: int, *, packed: bool) -> tuple[int, int]:
    """Bytes in memory of a column chunk, and how many pages it has."""
    most = gate.LARGEST_UNPACKED
    size = count = 0
    dictionary: _Page | None = None
    longest = -1
    for page in _pages(data, start, end):
        count += 1
        size += page.unpacked + page.values * _PER_VALUE
        if page.kind == _DICTIONARY:
            dictionary, longest = page, -1
        elif page.encoding in _BY_DICTIONARY:
            entry = dictionary.unpacked if dictionary is not None else 0
            if entry * page.values > _SEARCHED and dictionary is not None and dictionary.unpacked <= most:
                longest = _longest(data, dictionary, packed=packed) if longest < 0 else longest
                entry = longest
            size += page.values * entry
        elif page.encoding not in {_PLAIN, _LEVELS}:
            raise Refused(f"a page in encoding {page.encoding}")
        if size > most:
            break
    return size, count


def _longest(data: mmap.mmap, page: _Page, *, packed: bool) -> int:
    """Bytes of the longest entry of a dictionary, be it one of texts or of values of one length."""
    plain = data[page.start : page.end]
    if packed:
        try:
            plain = pa.decompress(plain, page.unpacked, codec="zstd", asbytes=True)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise Refused(f"a dictionary that cannot be unpacked ({error})") from None
    longest = len(plain) // max(page.values, 1)
    at = 0
    for _ in range(page.values):
        length = int.from_bytes(plain[at : at + 4], "little")
        at += 4 + length
        if at > len(plain):  # so the values are no texts
            break
        longest = max(longest, length)
    return longest


def _pages(data: mmap.mmap, at: int, end: int) -> Iterator[_Page]:
    while at < end:
        header: Numbers = {}
        at = _struct(data, at, header)
        kind, unpacked, packed = header[1], header[2], header[3]
        about = _KINDS[kind] << 8
        values, encoding = header[about | 1], header[about | (4 if kind == _SECOND else 2)]
        if min(unpacked, packed, values) < 0 or at + packed > end:
            raise Refused(f"a page too large: {packed} bytes packed, {unpacked} unpacked, {values} values")
        yield _Page(kind, unpacked, values, encoding, at, at + packed)
        at += packed


# The footer: where each column of each row group is.


_FILE = 1
_ENCRYPTED = frozenset({8, 9})
_ABOUT = 3 << 8
_CODEC, _PACKED, _DATA_PAGE, _DICTIONARY_PAGE = _ABOUT | 4, _ABOUT | 7, _ABOUT | 9, _ABOUT | 11
_SCHEMA, _ROWS, _GROUPS, _CREATED_BY = 2, 3, 4, 6
_GROUP_COLUMNS, _GROUP_ROWS = 1, 3
_CHILDREN = 5


def _chunks(footer: bytes) -> list[Numbers]:
    """The column chunks of a well-formed footer."""
    chunks: list[Numbers] = []
    writers: list[bytes] = []

    def groups(at: int) -> int:
        count, at = _list(footer, at)
        for _ in range(count):
            before = len(chunks)
            group: Numbers = {}
            at = _struct(footer, at, group, {_GROUP_COLUMNS: columns})
            if not 0 <= group[_GROUP_ROWS] <= gate.MOST_ROWS:
                raise Refused(f"a group of {group[_GROUP_ROWS]} rows")
            if group[_GROUP_ROWS] == 0:  # nothing of it is read
                del chunks[before:]
        return at

    def columns(at: int) -> int:
        count, at = _list(footer, at)
        if count > _MOST_COLUMNS or len(chunks) > _MOST_PAGES:
            raise Refused(f"{len(chunks)} columns of groups, and {count} more")
        for _ in range(count):
            chunk: Numbers = {}
            at = _struct(footer, at, chunk, {_FILE: refuse})
            chunks.append(chunk)
        return at

    def writer(at: int) -> int:
        length, at = _unsigned(footer, at)
        writers.append(footer[at : at + length])
        return at + length

    def refuse(_: int) -> int:
        raise Refused("a column in another file")

    top: Numbers = {}
    _struct(footer, 0, top, {_SCHEMA: lambda at: _schema(footer, at), _GROUPS: groups, _CREATED_BY: writer})
    if not writers or not writers[0].startswith(_WRITER):
        raise Refused(f"a file by {writers[:1]!r:.60}")
    if not 0 <= top[_ROWS] <= gate.MOST_ROWS:
        raise Refused(f"{top[_ROWS]} rows")
    return chunks


def _schema(footer: bytes, at: int) -> int:
    """Refuse a schema so large or so deep that reading it takes long, or the whole stack."""
    count, at = _list(footer, at)
    if count > _MOST_COLUMNS:
        raise Refused(f"a schema of {count} parts")
    open_parts: list[int] = []
    for _ in range(count):
        part: Numbers = {}
        at = _struct(footer, at, part)
        while open_parts and open_parts[-1] == 0:
            open_parts.pop()
        if open_parts:
            open_parts[-1] -= 1
        if part.get(_CHILDREN, 0) > 0:
            open_parts.append(part[_CHILDREN])
        if len(open_parts) > _DEEPEST:
            raise Refused(f"a schema of more than {_DEEPEST} levels")
    return at


# Thrift's compact protocol. IndexError where the bytes end.


_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = frozenset({4, 5, 6})

Bytes = bytes | mmap.mmap


def _struct(
    data: Bytes,
    at: int,
    numbers: Numbers,
    readers: Mapping[int, Callable[[int], int]] = MappingProxyType({}),
    *,
    within: int = 0,
    depth: int = 0,
) -> int:
    """Read a struct and return the position after it; `readers` do the same for texts and lists, by field."""
    if depth > _DEEPEST:
        raise Refused(f"structs within structs, more than {_DEEPEST}")
    field = 0
    fields = set()
    while byte := data[at]:
        at += 1
        form = byte & 15
        if byte >> 4:
            field += byte >> 4
        else:
            field, at = _integer(data, at)
        # Arrow's reading of a repeated or impossible field is undefined
        if field in fields or not 0 < field < 256:
            raise Refused(f"a struct with the impossible field {field}")
        fields.add(field)
        key = within << 8 | field
        if form in _INTEGERS:
            numbers[key], at = _integer(data, at)
        elif form == _STRUCT:
            numbers[key] = 0
            # numbers of deeper structs are not needed
            inner = numbers if within == 0 and depth == 0 else {}
            at = _struct(data, at, inner, within=key if inner is numbers else 0, depth=depth + 1)
        elif field in readers and form in {_LIST, _BINARY}:
            at = readers[field](at)
        else:
            at = _skip(data, at, form, depth)
    return at + 1


def _skip(data: Bytes, at: int, form: int, depth: int) -> int:
    if form == _BINARY:
        length, at = _unsigned(data, at)
        return at + length
    if form in _INTEGERS:
        return _unsigned(data, at)[1]
    if form in {_TRUE, _FALSE}:  # the value is in the byte of the field
        return at
    if form in {_LIST, _SET} and depth < _DEEPEST:
        form = data[at] & 15
        count, at = _list(data, at)
        for _ in range(count):
            # in a list a truth value has a byte
            at = at + 1 if form in {_TRUE, _FALSE} else _skip(data, at, form, depth + 1)
        return at
    if form == _STRUCT:
        return _struct(data, at, {}, depth=depth + 1)
    if form in {_BYTE, _DOUBLE}:
        return at + (1 if form == _BYTE else 8)
    raise Refused(f"a field of form {form}")


def _list(data: Bytes, at: int) -> tuple[int, int]:
    """The number of elements of a list, and the place of the first."""
    count = data[at] >> 4
    at += 1
    if count == 15:
        count, at = _unsigned(data, at)
    if count > len(data):
        raise Refused(f"a list of {count}")
    return count, at


def _unsigned(data: Bytes, at: int) -> tuple[int, int]:
    byte = data[at]
    if byte < 128:
        return byte, at + 1
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise Refused("a number without end")


def _integer(data: Bytes, at: int) -> tuple[int, int]:
    value, at = _unsigned(data, at)
    return (value >> 1) ^ -(value & 1), at
