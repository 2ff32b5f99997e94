"""The pages in WARC and ARC files, packed or not, and in WACZ; of any maker, so nothing in them is believed.

Read in the order of the file. A record that is cut or broken costs itself: reading goes on at the next sound
record, or at the next member of gzip that begins one.
"""

import io
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, cast

from crawler.exceptions import SourceFailed
from crawler.importing.frames import (
    LONGEST_HEAD,
    MOST_TRIES,
    MOST_TRIES_PACKED,
    Gap,
    Readable,
    Window,
    frames,
)
from crawler.importing.members import GZIP, Member, next_member
from crawler.importing.records import BROKEN, NoPage, WebPage, read_page

_ENTRIES = (".warc", ".warc.gz", ".arc", ".arc.gz")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of packing, that zipfile undoes in bounded memory: half a megabyte of LZMA or bzip2 took 9 GB."""
_ZIP, _ZSTD = b"PK\x03\x04", (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
_SHORTEST_RECORD = 18
"""Bytes: the line of a version, and a length."""
_MOST_PAGES, _MOST_BYTES, _MOST_RECORDS = 16, 1 << 20, 500
"""Pages, their bytes and records after which a portion is handed to the crawl."""
_CPU_SECONDS, _CPU_SECONDS_A_MEGABYTE = 5.0, 2.0
"""That a file may take to read: twice what a file of the smallest records takes, packed as a whole."""
_LARGEST_CONTENTS = 16 << 20
"""Bytes of the table of contents of a WACZ, and more than what is read at once anywhere else."""
_MOST_SENTENCES = 20
"""Of damage, for each file."""


@dataclass(frozen=True, slots=True)
class _Stream:
    """Unpacked records: of a file, of an entry of a zip file, or of a member of gzip."""

    bytes: Readable
    name: str
    member: Member | None = None

    def begin(self, place: int) -> int:
        """Place in the file where reading can begin again."""
        return place if self.member is None else self.member.begin

    def where(self, place: int) -> str:
        if self.member is None or not place:
            return f"byte {self.begin(place)}"
        return f"byte {self.member.begin}, unpacked {place}"

    @property
    def last(self) -> str:
        return "the end" if self.member is None else "the end of its member of gzip"

    def cause(self, gap: Gap) -> str:
        fault = self.member.fault if self.member is not None and gap.end is None else None
        return fault or gap.reason


class WebArchive:
    """One file, open. `is_selected` decides by its address whether a page is read.

    `begin` is the place of a record, from an earlier reading. An error of the file itself is a
    SourceFailed.
    """

    def __init__(
        self,
        file: IO[bytes],
        name: str,
        is_selected: Callable[[str], bool],
        largest: int,
        begin: int = 0,
        *,
        cpu_seconds: float = _CPU_SECONDS,
    ) -> None:
        self._meter = _Meter(cpu_seconds + _CPU_SECONDS_A_MEGABYTE * file.seek(0, io.SEEK_END) / (1 << 20))
        self._file, self._name = self._meter.metered(file), name
        self._is_selected, self._largest = is_selected, largest
        self._file.seek(0)
        self.passed: Counter[str] = Counter()
        """Records that are no page, or outside the selection, by reason."""
        self.damage: list[str] = []
        self.begin = begin
        """Place of the record that is read; all before it were given or passed over."""

    def portions(self) -> Iterator[list[WebPage]]:
        """Some pages at a time, or none after many records that are no page."""
        portion: list[WebPage] = []
        records = weight = 0
        failure: SourceFailed | None = None
        try:
            self._meter.start()
            for page in self._all():
                records += 1
                if page is not None:
                    portion.append(page)
                    weight += len(page.body)
                if len(portion) >= _MOST_PAGES or weight >= _MOST_BYTES or records >= _MOST_RECORDS:
                    self._meter.stop()
                    yield portion
                    self._meter.start()
                    portion, records, weight = [], 0, 0
        except SourceFailed as error:
            failure = error
        yield portion  # those before the failure too: `begin` is behind them
        if failure is not None:
            raise failure

    def pages(self) -> Iterator[WebPage]:
        for portion in self.portions():
            yield from portion

    def _all(self) -> Iterator[WebPage | None]:
        if self._file.read(len(_ZIP)) == _ZIP:
            yield from self._packed(self._file)
        else:
            yield from self._records(self._file, self._name, self.begin)

    def _damaged(self, sentence: str) -> None:
        if len(self.damage) < _MOST_SENTENCES:
            self.damage.append(sentence)
        elif len(self.damage) == _MOST_SENTENCES:
            self.damage.append(f"{self._name} is damaged in more places")

    def _packed(self, file: IO[bytes]) -> Iterator[WebPage | None]:
        try:
            packed = zipfile.ZipFile(file)
        except BROKEN as error:
            self._damaged(f"{self._name} is not a complete WACZ: {_cause(error)}")
            return
        with packed:
            entries = [entry for entry in packed.infolist() if entry.filename.endswith(_ENTRIES)]
            if not entries:
                self._damaged(f"{self._name} is a zip file without a web archive in it")
            for entry in entries:
                # the name is shown, and is no path
                name = f"{self._name}#{PurePosixPath(entry.filename).name[:200]}"
                if entry.compress_type not in _METHODS:
                    self._damaged(f"{name} is not read: it is neither stored nor packed by deflate")
                    continue
                try:
                    with packed.open(entry) as inner:
                        yield from self._records(self._meter.metered(inner), name, 0)
                except BROKEN as error:
                    self._damaged(f"{name} cannot be unpacked: {_cause(error)}")

    def _records(self, file: IO[bytes], name: str, first: int) -> Iterator[WebPage | None]:
        file.seek(0)
        beginning = file.read(_SHORTEST_RECORD)
        if len(beginning) < _SHORTEST_RECORD:
            self._damaged(f"{name} has {len(beginning)} bytes, which is not a web archive")
        elif beginning.startswith(_ZSTD):
            self._damaged(f"{name} is packed by zstd, which is not read: unpack it with zstd -d")
        elif beginning.startswith(GZIP):
            yield from self._members(file, name, first)
        else:
            tries = MOST_TRIES if file is self._file else MOST_TRIES_PACKED
            yield from self._frames(_Stream(file, name), first, tries, is_own=file is self._file)

    def _members(self, file: IO[bytes], name: str, first: int) -> Iterator[WebPage | None]:
        """Read a file of members of gzip, each with a record in it, or with many."""
        is_own = file is self._file
        packed = Window(file)
        begin: int | None = first
        while begin is not None and packed.read(begin, _SHORTEST_RECORD):
            member = Member(packed, begin, self._meter.check)
            stream = _Stream(member, name, member)
            sentences = len(self.damage)
            yield from self._frames(stream, 0, MOST_TRIES_PACKED, is_own=is_own)
            next_begin = member.end()
            if next_begin is None:
                if len(self.damage) == sentences:
                    self._damaged(f"{name} is damaged near byte {begin}: {member.fault}")
                # to go back in a packed entry is to unpack it anew, each time
                next_begin = next_member(file, begin + 1) if is_own else None
            begin = next_begin

    def _frames(self, stream: _Stream, first: int, tries: int, *, is_own: bool) -> Iterator[WebPage | None]:
        for frame in frames(stream.bytes, first, self._largest + 2 * LONGEST_HEAD, tries):
            if is_own:
                self.begin = stream.begin(frame.begin)
            place = f"{stream.name} is damaged near {stream.where(frame.begin)}"
            page = None
            if isinstance(frame, Gap):
                end = stream.last if frame.end is None else stream.where(frame.end)
                self._damaged(f"{place}, and not read from there to {end}: {stream.cause(frame)}")
            else:
                try:
                    page = read_page(
                        *(frame.data, stream.name, stream.where(frame.begin), stream.begin(frame.begin)),
                        is_selected=self._is_selected,
                        largest=self._largest,
                    )
                except NoPage as reason:
                    self.passed[str(reason)] += 1
                except BROKEN as error:
                    self._damaged(f"{place}: {_cause(error)}")
            yield page


class _Meter:
    """The CPU time that a file has taken, of whichever threads read it in turn."""

    _since: float
    """CPU time of the reading thread at the last start."""

    def __init__(self, seconds: float) -> None:
        self._limit, self._spent = seconds, 0.0

    def start(self) -> None:
        self._since = time.thread_time()

    def stop(self) -> None:
        self._spent += time.thread_time() - self._since

    def check(self) -> None:
        """Raise SourceFailed once the limit is passed."""
        if self._spent + time.thread_time() - self._since > self._limit:
            raise SourceFailed(f"it takes more than {self._limit:.0f} s of CPU, and is read no further")

    def metered(self, file: IO[bytes]) -> IO[bytes]:
        return cast("IO[bytes]", _MeteredFile(file, self))


class _MeteredFile(io.RawIOBase):
    def __init__(self, file: IO[bytes], meter: _Meter) -> None:
        self._file, self._meter = file, meter

    def read(self, size: int = -1, /) -> bytes:
        self._meter.check()
        if size > _LARGEST_CONTENTS:  # zipfile reads it at once, and makes six times as much of it
            raise ValueError(f"its table of contents has {size:,} bytes")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return self._file.seekable()


def _cause(error: Exception) -> str:
    return str(error).partition("\n")[0][:200] or type(error).__name__
