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

from archive.exceptions import ArchiveWriteError
from archive.storage import durable, inside, locks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from archive.format.layout import Layout

_log = logging.getLogger(__name__)

_MAGIC = zstandard.FRAME_HEADER
_WINDOW = 1 << 14
_RECORD_LIMIT = 1 << 28
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


def read(data: bytes) -> Iterator[bytes | Damage]:
    """Read the lines of a segment in order; bytes that cannot be read are returned as Damage."""
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
        yield line
    if broken_from is not None:
        yield Damage(broken_from, data[broken_from:])


def _frame(data: bytes, position: int) -> tuple[bytes, int] | None:
    try:
        parameters = zstandard.get_frame_parameters(data[position : position + 18])
        # a flipped bit in the header can switch the checksum off: such a frame proves nothing
        if not parameters.has_checksum or parameters.content_size > _RECORD_LIMIT:
            return None
        decoder = zstandard.ZstdDecompressor(max_window_size=_RECORD_LIMIT).decompressobj()
        parts = []
        start = position
        while not decoder.eof:
            if start >= len(data):
                return None
            parts.append(decoder.decompress(data[start : start + _WINDOW]))
            start = min(start + _WINDOW, len(data))
    except zstandard.ZstdError:
        return None
    line = b"".join(parts)
    if not line.endswith(b"\n"):
        return None
    return line, start - len(decoder.unused_data)


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
