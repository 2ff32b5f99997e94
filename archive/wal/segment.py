"""Segments: the write-ahead log of one writer, one zstd frame a record, readable with `zstdcat`.

A record goes out in one write(2): when that returns, the kernel has it, and no kill of this process can take
it back. The frame's checksum tells a record that is whole from one that is cut or altered.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import zstandard

from archive.exceptions import ArchiveDamaged, ArchiveWriteError
from archive.format import gate
from archive.storage import durable, inside, locks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive.format.layout import Layout

_log = logging.getLogger(__name__)

_MAGIC = zstandard.FRAME_HEADER
_REPEATED = 1
"""A block that is one byte, many times."""
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
    def create(cls, layout: Layout, run_id: str) -> Segment:
        header = {"kind": "segment", "version": VERSION, "run_id": run_id, "pid": os.getpid()}
        try:
            # another writer that sweeps may take the early name for a dead one's: then there is another name
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
    def _start(cls, layout: Layout) -> Segment | None:
        final = layout.new_segment()
        # locked under a name that recovery does not look at, so that nobody can take it before the lock holds
        early = final.with_name(f"new-{final.name}")
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        descriptor = os.open(early, flags, 0o644)
        with _closing_unless_kept(descriptor) as kept:
            if locks.try_lock(descriptor):
                try:
                    early.rename(final)
                except FileNotFoundError:
                    return None
                kept.pop_all()
                return cls(final, descriptor, 0)
        return None

    @classmethod
    def take_over(cls, path: Path) -> Segment | None:
        """Lock a segment whose writer is dead; None while it lives, or when another was faster."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        with _closing_unless_kept(descriptor) as kept:
            # committed and removed between the listing and the lock: the name is gone, the open file is not
            if locks.try_lock(descriptor) and path.exists():
                size = os.fstat(descriptor).st_size
                kept.pop_all()
                return cls(path, descriptor, size)
        return None

    def append(self, line: bytes) -> None:
        frame = self._compressor.compress(line)
        try:
            written = os.write(self._descriptor, frame)
            if written != len(frame):
                raise OSError(None, f"only {written} of {len(frame)} bytes were taken")
        except OSError as error:
            # a part of a frame would be skipped by the reader anyway; taking it back keeps the file clean
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
        """Remove a committed segment; the name goes first, so that the lock is never free on a live name.

        Raises OSError, without the lock then: whoever opens the archive next takes it over.
        """
        try:
            self.path.unlink(missing_ok=True)
        finally:
            self.release()

    def discard(self) -> None:
        """Remove a segment that nobody needs; one that stays is met again by the next writer."""
        try:
            self.remove()
        except OSError as error:
            _log.warning("%s cannot be removed: %s", self.path, error.strerror or error)

    def release(self) -> None:
        if self._descriptor >= 0:
            locks.close(self._descriptor)
            self._descriptor = -1


@contextlib.contextmanager
def _closing_unless_kept(descriptor: int) -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as kept:
        kept.callback(locks.close, descriptor)
        yield kept


@dataclass(frozen=True, slots=True)
class Damage:
    offset: int
    data: bytes


def read(data: bytes, most: int | None = None) -> Iterator[bytes | Damage]:
    """Read the lines of a segment in order; bytes that cannot be read are returned as Damage.

    Raises ArchiveDamaged before more than `most` bytes, without it `gate.LARGEST_SEGMENTS`, are unpacked.
    """
    left = gate.LARGEST_SEGMENTS if most is None else most
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
        left -= len(line)
        if left < 0:
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
        # takes the size that the header says and no more, and fails where that is not the size
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
    """Take over every segment whose writer is dead, oldest first; sweep segments that were never started.

    Raises OSError or ArchiveDamaged, and has none of them then.
    """
    found: list[Segment] = []
    with contextlib.ExitStack() as undo:
        for path in sorted(inside.files(layout.segments, ".jsonl.zst"), key=_age):
            if (taken := Segment.take_over(path)) is None:
                continue
            undo.callback(taken.release)
            if not path.name.startswith("new-"):
                found.append(taken)
            else:
                taken.discard()
        undo.pop_all()
    return found


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
