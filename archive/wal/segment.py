"""Segments: the write-ahead log of one writer, one zstd frame a record, readable with `zstdcat`.

A record is written by one write(2): when that returns, the kernel has it, and a kill of this process cannot
lose it. The frame's checksum detects a record that is cut or altered.
"""

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard

from archive.exceptions import ArchiveDamaged, ArchiveWriteError
from archive.format import gate
from archive.format.layout import Layout
from archive.storage import durable, locks, path_guard

_log = logging.getLogger(__name__)

_MAGIC = zstandard.FRAME_HEADER
_REPEATED = 1
"""A block that is one repeated byte."""
_CHECKSUM = 4
VERSION = 1


class Segment:
    """A segment that this process writes, or took over from a writer that is dead; locked while open."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self.path = path
        self.size = size
        self._descriptor = descriptor
        self._compressor = zstandard.ZstdCompressor(level=3, write_checksum=True, write_content_size=True)

    @property
    def id(self) -> str:
        return self.path.name.partition(".")[0]

    @classmethod
    def create(cls, layout: Layout, run_id: str) -> "Segment":
        header = {"kind": "segment", "version": VERSION, "run_id": run_id, "pid": os.getpid()}
        try:
            # another writer may sweep the new file as a dead writer's: then try another name
            while (segment := cls._start(layout)) is None:
                pass
            try:
                segment.append(json.dumps(header, separators=(",", ":")).encode() + b"\n")
                durable.sync_folder(layout.segments)
            except BaseException:
                segment.remove()
                raise
        except OSError as error:
            raise ArchiveWriteError(
                f"Cannot start a segment in {layout.segments}: {error.strerror}."
            ) from error
        return segment

    @classmethod
    def _start(cls, layout: Layout) -> "Segment | None":
        final = layout.new_segment()
        # locked under a name that recovery skips, so that nobody takes it over before it is locked
        early = final.with_name(f"new-{final.name}")
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(early, flags, 0o644)
        with _closing_unless_popped(descriptor) as closing:
            if locks.try_lock(descriptor):
                try:
                    early.rename(final)
                except FileNotFoundError:
                    return None
                closing.pop_all()
                return cls(final, descriptor, 0)
        return None

    @classmethod
    def take_over(cls, path: Path) -> "Segment | None":
        """Lock a segment whose writer is dead; None while it runs, or if another process was faster."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        with _closing_unless_popped(descriptor) as closing:
            # it may have been committed and removed between the listing and the lock
            if locks.try_lock(descriptor) and path.exists():
                size = os.fstat(descriptor).st_size
                closing.pop_all()
                return cls(path, descriptor, size)
        return None

    def append(self, line: bytes) -> None:
        frame = self._compressor.compress(line)
        try:
            size = os.write(self._descriptor, frame)
            if size != len(frame):
                raise OSError(None, f"only {size} of {len(frame)} bytes were taken")
        except OSError as error:
            # a reader would skip a partial frame anyway; truncating keeps the file clean
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
            raise ArchiveWriteError(
                f"The article was not stored, writing to {self.path} failed: {error.strerror}."
            ) from error
        self.size += len(frame)

    def borrow(self) -> int:
        """Duplicate the descriptor for a sync in another thread, which closes it."""
        return os.dup(self._descriptor)

    def sync(self) -> None:
        os.fdatasync(self._descriptor)

    def remove(self) -> None:
        """Remove a committed segment; the file is deleted first, so that it is never there unlocked.

        Raises OSError and releases the lock: the next writer takes the segment over.
        """
        try:
            self.path.unlink(missing_ok=True)
        finally:
            self.release()

    def discard(self) -> None:
        """Remove a segment that is no longer needed; if this fails the next writer tries again."""
        try:
            self.remove()
        except OSError as error:
            _log.warning("%s cannot be removed: %s", self.path, error.strerror or error)

    def release(self) -> None:
        if self._descriptor >= 0:
            locks.close(self._descriptor)
            self._descriptor = -1


@contextlib.contextmanager
def _closing_unless_popped(descriptor: int) -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as closing:
        closing.callback(locks.close, descriptor)
        yield closing


@dataclass(frozen=True, slots=True)
class Damage:
    offset: int
    data: bytes


def read(data: bytes, most: int | None = None) -> Iterator[bytes | Damage]:
    """Read the lines of a segment in order; unreadable bytes are returned as Damage.

    Raises ArchiveDamaged before more than `most` bytes, by default `gate.LARGEST_SEGMENTS`, are unpacked.
    """
    room = gate.LARGEST_SEGMENTS if most is None else most
    position = 0
    broken_from: int | None = None
    while position < len(data):
        frame = _frame(data, position)
        if frame is None:
            if broken_from is None:
                broken_from = position
            following = data.find(_MAGIC, position + 1)
            if following < 0:
                break
            position = following
            continue
        if broken_from is not None:
            yield Damage(broken_from, data[broken_from:position])
            broken_from = None
        line, position = frame
        room -= len(line)
        if room < 0:
            raise ArchiveDamaged(
                f"Segments in _wal unpack to more than {gate.LARGEST_SEGMENTS} bytes. Move them away, or, if "
                "they are your own, set TRIPTYCH_LARGEST_SEGMENTS."
            )
        yield line
    if broken_from is not None:
        yield Damage(broken_from, data[broken_from:])


def _frame(data: bytes, position: int) -> tuple[bytes, int] | None:
    try:
        parameters = zstandard.get_frame_parameters(data[position : position + 18])
        # a flipped bit in the header can switch the checksum off: such a frame proves nothing
        if not parameters.has_checksum or parameters.content_size > gate.LARGEST_PAGE:
            return None
        end = _end(data, position)
        # allocates the size in the header and no more, and fails if that is not the size
        line = zstandard.ZstdDecompressor(max_window_size=gate.LARGEST_PAGE).decompress(data[position:end])
    except (zstandard.ZstdError, IndexError):
        return None
    return (line, end) if line.endswith(b"\n") else None


def _end(data: bytes, position: int) -> int:
    """Find the end of a frame by the sizes of its blocks, see RFC 8878; IndexError where the bytes end."""
    at = position + zstandard.frame_header_size(data[position : position + 18])
    last = False
    while not last:
        header = int.from_bytes((data[at], data[at + 1], data[at + 2]), "little")
        last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
        at += 3 + (1 if kind == _REPEATED else size)
    if at + _CHECKSUM > len(data):
        raise IndexError(at)
    return at + _CHECKSUM


def orphans(layout: Layout) -> list[Segment]:
    """Take over every segment whose writer is dead, oldest first; remove segments that were never started.

    Raises OSError or ArchiveDamaged, and then holds none of them.
    """
    segments: list[Segment] = []
    with contextlib.ExitStack() as undo:
        for path in sorted(path_guard.files(layout.segments, ".jsonl.zst"), key=_age):
            segment = Segment.take_over(path)
            if segment is None:
                continue
            undo.callback(segment.release)
            if path.name.startswith("new-"):
                segment.discard()
            else:
                segments.append(segment)
        undo.pop_all()
    return segments


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
