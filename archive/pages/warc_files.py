"""WARC files in `_raw`: one a writer, each page two gzip members, found by the row that refers to it.

The bytes of a page are written before the record that points at them, in one write(2), and are synced before
it too. So a kill leaves at worst a page without a row, and an incomplete member at the end of a file.
"""

import contextlib
import logging
import mmap
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from archive.exceptions import ArchiveDamaged, ArchiveWriteError
from archive.format import gate
from archive.format.codec import Record
from archive.format.layout import Layout
from archive.format.records import ArticleRecord
from archive.pages import warc_record
from archive.storage import durable, locks, path_guard
from archive.storage.interface import Storage

_log = logging.getLogger(__name__)

ROLL_AT = 1 << 30
SOFTWARE = "Triptych"
# the start of every member that archive/pages/warc_record.py makes: no name, no time, written on Unix
_MAGIC = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Place of the response record of a page, a separate gzip member."""

    file: str
    """Relative to the archive's root."""
    offset: int
    length: int

    def __post_init__(self) -> None:
        """Raise ArchiveDamaged for a place where no page can be."""
        gate.page_name(self.file)
        gate.number(self.offset, gate.LARGEST_FILE, "a place in a file")
        gate.number(self.length, gate.LARGEST_PAGE, "the length of a page")


class RawFile:
    """The WARC file of one writer, created with the first page, locked while it may grow."""

    def __init__(
        self, storage: Storage, run_id: str, now: Callable[[], datetime], roll_at: int = ROLL_AT
    ) -> None:
        self._storage = storage
        self._layout = storage.layout
        self._run_id = run_id
        self._now = now
        self._roll_at = roll_at
        self._descriptor = -1
        self._size = 0
        self._name = ""
        self._suffix = storage.writer_suffix()

    def append(self, page: warc_record.WarcRecords) -> Pointer:
        """Append a page. ArchiveWriteError when the disk refuses it; the page is removed then."""
        try:
            if self._descriptor < 0 or self._size >= self._roll_at:
                self.close()
                self._start()
            return self._write(page)
        except OSError as error:
            raise ArchiveWriteError(
                f"The page was not stored, writing to {self._layout.raw} failed: {error.strerror}."
            ) from error

    @contextlib.contextmanager
    def keeping(self, record: Record, page: warc_record.WarcRecords | None) -> Iterator[Record]:
        """Append a page, then store its record in the `with` block; if that fails remove the page."""
        if page is None or not isinstance(record, ArticleRecord):
            yield record
            return
        pointer = self.append(page)
        try:
            yield replace(record, raw_file=pointer.file, raw_offset=pointer.offset, raw_length=pointer.length)
        except ArchiveWriteError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, pointer.offset)
                self._size = pointer.offset
            raise

    def borrow(self) -> list[int]:
        """Duplicate the descriptor for a sync in another thread, which closes it; empty before any page."""
        return [os.dup(self._descriptor)] if self._descriptor >= 0 else []

    def release(self) -> None:
        """Release the file, so that the next page begins another; a thread that borrowed it syncs it."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            locks.close(descriptor)

    def close(self) -> None:
        """Make the file durable and release it; the next page would begin another."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            try:
                os.fdatasync(descriptor)
            finally:
                locks.close(descriptor)

    def _write(self, page: warc_record.WarcRecords) -> Pointer:
        data = page.response + page.request
        offset = self._size
        try:
            size = os.write(self._descriptor, data)
            if size != len(data):
                raise OSError(None, f"only {size} of {len(data)} bytes were taken")
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, offset)
            raise
        self._size += len(data)
        return Pointer(f"_raw/{self._name}", offset, len(page.response))

    def _start(self) -> None:
        durable.make_folder(self._layout.raw)
        at = self._now()
        number = 0
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        while True:
            self._name = f"{at:%Y%m%d}-{_safe(self._run_id)}-{number:05d}{self._suffix}.warc.gz"
            try:
                path = self._layout.raw / self._name
                self._storage.enqueue(path)
                descriptor = os.open(path, flags, 0o644)
                break
            except FileExistsError:
                number += 1
        try:
            locks.try_lock(descriptor)
            self._size = os.write(descriptor, warc_record.warcinfo(SOFTWARE, self._run_id, at))
            durable.sync_folder(self._layout.raw)
        except OSError:
            locks.close(descriptor)
            raise
        self._descriptor = descriptor


def read(storage: Storage, pointer: Pointer) -> warc_record.RawPage:
    """Read a page. Raises ArchiveDamaged if there is no complete response record."""
    return read_with_record(storage, pointer)[0]


def read_with_record(storage: Storage, pointer: Pointer) -> tuple[warc_record.RawPage, bytes]:
    """Read a page, and its record as stored, a gzip member. Raises ArchiveDamaged as `read` does."""
    where = f"{storage.path(pointer.file)} at {pointer.offset}"
    try:
        with storage.present_path(pointer.file).open("rb") as file:
            file.seek(pointer.offset)
            data = file.read(pointer.length)
        record, length = warc_record.read_member(data)
        if length != pointer.length:
            raise ArchiveDamaged(f"expected a record of {pointer.length} bytes, got {length}")
        return warc_record.page(record), data
    except OSError as error:
        raise ArchiveDamaged(f"{where}: cannot be read, {error.strerror}.") from error
    except ArchiveDamaged as error:
        raise ArchiveDamaged(f"{where}: {error}.") from None


def pointer_of(record: Record) -> Pointer | None:
    if not isinstance(record, ArticleRecord):
        return None
    file, offset, length = record.raw_file, record.raw_offset, record.raw_length
    return None if file is None or offset is None or length is None else Pointer(file, offset, length)


def without_lost(storage: Storage, record: Record) -> Record:
    """Remove the reference to a page that a power cut has lost from its record."""
    if isinstance(record, ArticleRecord):
        try:
            if (pointer := pointer_of(record)) is not None:
                read(storage, pointer)
        except ArchiveDamaged as error:
            _log.warning("the page of %s is lost, its text is not: %s", record.url, error)
            return replace(record, raw_file=None, raw_offset=None, raw_length=None)
    return record


def mend(layout: Layout, run_id: str) -> list[Pointer]:
    """Cut off the incomplete member of a dead writer, and sync the rest.

    Returns the last page of each file: it may be a page without a row.
    """
    last = []
    for path in path_guard.files(layout.raw, ".warc.gz"):
        if f"-{_safe(run_id)}-" not in path.name:
            continue
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if not locks.try_lock(descriptor) or not os.fstat(descriptor).st_size:
                continue
            end, pages = _last_pages(descriptor)
            if end < os.fstat(descriptor).st_size:
                os.ftruncate(descriptor, end)
            os.fsync(descriptor)
            last += [Pointer(f"_raw/{path.name}", *place) for place in pages]
        finally:
            locks.close(descriptor)
    return last


def scan(storage: Storage, path: Path) -> Iterator[tuple[Pointer, warc_record.Record]]:
    """Read the start of every record of a file in order; ends at damage."""
    name = storage.stored_name(path)
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            position = 0
            while position < len(data):
                start = warc_record.read_start(data[position : position + 65_536])
                length = warc_record.member_length(data, position)
                if start is None or length is None:
                    return
                yield Pointer(name, position, length), start
                position += length


def complete_length(descriptor: int) -> int:
    """Count the bytes up to the end of the last complete member."""
    return _last_pages(descriptor)[0] if os.fstat(descriptor).st_size else 0


def _last_pages(descriptor: int) -> tuple[int, list[tuple[int, int]]]:
    """Find the end of the last complete member, and offset and length of the response among the last two."""
    pages: list[tuple[int, int]] = []
    end = 0
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
        start = data.rfind(_MAGIC)
        members = 0
        while start >= 0 and members < 2:
            length = warc_record.member_length(data, start)
            if length is not None:
                members += 1
                end = max(end, start + length)
                record = warc_record.read_start(data[start : start + 65_536])
                if record is not None and record.fields.get("warc-type") == "response":
                    pages.append((start, length))
            start = data.rfind(_MAGIC, 0, start)
        return end or len(data), pages


def _safe(run_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "_", run_id)[:100] or "run"
