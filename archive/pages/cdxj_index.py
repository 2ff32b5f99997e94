"""Index of the raw pages by address: sorted CDXJ files that pywb and similar tools can read.

Each commit adds one file in `_raw/index`; eight of a size are merged, so a commit costs the same in a large
archive. Every page in a WARC file is in the index, with or without a row: a purge uses it. It can be rebuilt
from the WARC files.
"""

import contextlib
import hashlib
import heapq
import json
import logging
import mmap
import os
import re
from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote_to_bytes, urlsplit

from archive.exceptions import ArchiveDamaged
from archive.pages import warc_files, warc_record
from archive.pages.warc_files import Pointer
from archive.storage import durable, path_guard
from archive.storage.interface import Storage

_log = logging.getLogger(__name__)

_MERGE_AT = 8
_WWW = re.compile(r"^www\d*\.")
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F))).replace("%", "").replace("#", "")
_MIME = re.compile(rb"\r\ncontent-type:[ \t]*([\w.+/-]+)", re.IGNORECASE)


def surt(url: str) -> str:
    """`http://www.pravda.com.ua/rus/1/?b&a` -> `ua,com,pravda)/rus/1?a&b`: the host reversed.

    Like the Python package `surt` of the Internet Archive, except that it removes session ids.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return _one_escape(url.strip())
    if not host:
        return _one_escape(url.strip())
    with contextlib.suppress(UnicodeError):
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    key = ",".join(reversed(_WWW.sub("", _one_escape(host)).split(".")))
    if port not in {None, {"http": 80, "https": 443}.get(parts.scheme.lower())}:
        key += f":{port}"
    path = re.sub("/{2,}", "/", _one_escape(parts.path)).rstrip("/") or "/"
    query = "&".join(sorted(_one_escape(parts.query).split("&"))) if parts.query else ""
    return f"{key}){path}" + (f"?{query}" if query else "")


def _one_escape(text: str) -> str:
    plain = text.encode("utf-8", "surrogatepass")
    while (once := unquote_to_bytes(plain)) != plain:
        plain = once
    return quote(plain, safe=_PRINTABLE).lower()


def add(storage: Storage, pointers: Iterable[Pointer]) -> None:
    """Index some pages; the same pages again change nothing. Call it under the commit lock."""
    lines = list(_lines_at(storage, pointers))
    if not lines:
        return
    _write(storage, sorted(set(lines)))
    if storage.is_shared:  # other machines have these files too: only `compact` merges them
        return
    sizes: dict[int, list[Path]] = {}
    for path in _files(storage):
        # powers of eight: a line is rewritten once a class
        sizes.setdefault((path.stat().st_size.bit_length() - 1) // 3, []).append(path)
    for group in sizes.values():
        if len(group) >= _MERGE_AT:
            _replace(storage, group, _merged(group))


def find(storage: Storage, url: str) -> list[Pointer]:
    """Find every page of an address, oldest first; http and https, with and without `www.`, are one."""
    storage.mirror("_raw/index")
    start = f"{surt(url)} ".encode()
    matches: set[bytes] = set()
    for path in _files(storage):
        matches.update(_lines_from(path, start))
    return [_pointer(line) for line in sorted(matches)]


def lines(storage: Storage) -> Iterator[str]:
    """Merge the whole index into the lines of one sorted CDXJ file."""
    return (line.decode(errors="replace") for line in _merged(_files(storage)))


def rebuild(storage: Storage) -> int:
    """Rebuild the index from the pages of a local archive; their number. Call it under the commit lock.

    If a file cannot be read to its end, the old entries after the damage stay.
    """
    before = _files(storage)
    old_lines: list[bytes] = []
    for path in before:
        old_lines += path.read_bytes().splitlines(keepends=True)
    new_lines: list[bytes] = []
    for path in path_guard.files(storage.layout.raw, ".warc.gz"):
        end = 0
        for pointer, record in warc_files.scan(storage, path):
            end = pointer.offset + pointer.length
            if line := _line(pointer, record):
                new_lines.append(line)
        if end < path.stat().st_size:
            new_lines += [line for line in old_lines if _is_after(line, f"_raw/{path.name}", end)]
    _replace(storage, before, sorted(set(new_lines)))
    return len(new_lines)


def _replace(storage: Storage, before: Iterable[Path], sorted_lines: Iterable[bytes]) -> None:
    """Replace index files by one with these lines, or by none if there are no lines."""
    lines = iter(sorted_lines)
    first = next(lines, None)
    after = None if first is None else _write(storage, chain([first], lines))
    for path in before:
        if path != after:
            storage.remove(path)


def _is_after(line: bytes, file: str, end: int) -> bool:
    try:
        pointer = _pointer(line)
    except ArchiveDamaged:  # the index itself is damaged
        return False
    return pointer.file == file and pointer.offset >= end


def remove(storage: Storage, places: set[tuple[str, int]]) -> None:
    """Remove pages from the index, by file and offset, if they are in it. Call it under the commit lock."""
    storage.mirror("_raw/index")
    for path in _files(storage):
        before = path.read_bytes().splitlines(keepends=True)
        remaining = []
        for line in before:
            pointer = _pointer(line)
            if (pointer.file, pointer.offset) not in places:
                remaining.append(line)
        if len(remaining) < len(before):
            _replace(storage, [path], remaining)


def merge(storage: Storage) -> None:
    """Merge index files where commits do not. Call it under the commit lock."""
    if not storage.is_shared:
        return
    storage.mirror("_raw/index")
    before = _files(storage)
    if len(before) >= _MERGE_AT:
        _replace(storage, before, _merged(before))


def _files(storage: Storage) -> list[Path]:
    return path_guard.files(storage.layout.raw_index, ".cdxj")


def _write(storage: Storage, sorted_lines: Iterable[bytes]) -> Path:
    """Write an index file named by its content, so that a repeated attempt writes the same file."""
    digest = hashlib.sha256()
    durable.make_folder(storage.layout.raw_index)
    temporary = storage.layout.new_temporary()
    try:
        with temporary.open("xb") as file:
            for line in sorted_lines:
                digest.update(line)
                file.write(line)
            file.flush()
            os.fsync(file.fileno())
        final = storage.layout.raw_index / f"{digest.hexdigest()[:32]}.cdxj"
        storage.enqueue(final)
        temporary.rename(final)
        durable.sync_folder(storage.layout.raw_index)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    return final


def _merged(paths: Iterable[Path]) -> Iterator[bytes]:
    with contextlib.ExitStack() as files:
        opened = [files.enter_context(path.open("rb")) for path in paths]
        for line, _ in groupby(heapq.merge(*opened)):
            yield line


def _lines_from(path: Path, start: bytes) -> Iterator[bytes]:
    """Find the lines that begin with a prefix, by bisection."""
    if not path.stat().st_size:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        low, high = 0, len(data)
        while low < high:
            middle = data.rfind(b"\n", 0, (low + high) // 2) + 1
            end = data.find(b"\n", middle) + 1 or len(data)
            if data[middle:end] < start:
                low = end
            else:
                high = middle
        while data[low : low + len(start)] == start:
            end = data.find(b"\n", low) + 1 or len(data)
            yield data[low:end]
            low = end


def _pointer(line: bytes) -> Pointer:
    """Raises ArchiveDamaged for a line that no writer of ours has written."""
    try:
        entry = json.loads(line.split(b" ", 2)[2])
        return Pointer(f"_raw/{entry['filename']}", int(entry["offset"]), int(entry["length"]))
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ArchiveDamaged(
            f"The index of pages has an invalid line ({line[:60]!r}): run "
            "`triptych archive repair --rebuild`."
        ) from error


def _lines_at(storage: Storage, pointers: Iterable[Pointer]) -> Iterator[bytes]:
    with contextlib.ExitStack() as files:
        opened: dict[str, BinaryIO | None] = {}
        for pointer in pointers:
            if pointer.file not in opened:
                try:
                    opened[pointer.file] = files.enter_context(storage.path(pointer.file).open("rb"))
                except FileNotFoundError:
                    opened[pointer.file] = None
            file = opened[pointer.file]
            record = None if file is None else _start_of(file, pointer)
            if record is not None and (line := _line(pointer, record)) is not None:
                yield line
            else:
                _log.warning("%s holds no page at %d: it is not in the index", pointer.file, pointer.offset)


def _start_of(file: BinaryIO, pointer: Pointer) -> warc_record.Record | None:
    """Read the start of a record up to the end of the HTTP headers; a kilobyte is mostly enough."""
    file.seek(pointer.offset)
    data = file.read(min(pointer.length, 65_536))
    record = warc_record.read_start(data, 2048)
    return record if record is not None and b"\r\n\r\n" in record.block else warc_record.read_start(data)


def _line(pointer: Pointer, record: warc_record.Record) -> bytes | None:
    fields = record.fields
    if fields.get("warc-type") != "response":
        return None
    mime = _MIME.search(record.block.partition(b"\r\n\r\n")[0])
    try:
        url, moment = fields["warc-target-uri"], re.sub(r"\D", "", fields["warc-date"])[:14]
        entry = {
            "url": url,
            "mime": mime[1].decode().lower() if mime else "unk",
            "status": record.block.split(b" ", 2)[1].decode(),
            "digest": fields["warc-payload-digest"],
            "length": str(pointer.length),
            "offset": str(pointer.offset),
            "filename": pointer.file.removeprefix("_raw/"),
        }
    except (KeyError, IndexError, UnicodeDecodeError):
        return None
    return f"{surt(url)} {moment} {json.dumps(entry)}\n".encode()
