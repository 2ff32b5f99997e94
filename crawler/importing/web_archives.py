"""The pages in WARC and ARC files, packed or not, and in WACZ; of any maker, so nothing in them is believed.

Read in the order of the file. A record that is cut or broken costs itself: reading goes on at the next member
of gzip that begins a record, or at the next sound record of a file that is not packed.
"""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from lzma import LZMAError
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import DecompressingBufferedReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ARCHeadersParser
from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from crawler.exceptions import SourceFailed
from crawler.importing.frames import LONGEST_HEAD, Gap, frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from warcio.recordloader import ArcWarcRecord

    from archive.pages.warc_record import Headers

_HTML = ("text/html", "application/xhtml+xml")
_GZIP = b"\x1f\x8b\x08"
_SHORTEST_RECORD = 18
"""Bytes: the line of a version, and a length."""
_CHUNK = 1 << 20
_BLOCK = 1 << 16
_BEGINNINGS = (b"WARC/", b"http:", b"https", b"filed")
"""Of a record, in as many letters: `filed` is an ARC's own description, `filedesc://`."""
_MOST_PAGES, _MOST_BYTES, _MOST_RECORDS = 16, 1 << 20, 500
"""After which a portion is given."""
_LONGEST_ADDRESS = 1024
_CPU_SECONDS, _CPU_SECONDS_A_MEGABYTE = 5.0, 0.5
"""That a file may take to read: ten times what the pages of a dense one do."""
_STATUS_LINES = ["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"]
"""Beginnings; HTTP/2 and 3 have no such line, and crawlers write what they like."""
_MOST_SENTENCES = 20
"""Of damage, for each file."""
_BROKEN = (
    *(ArchiveLoadFailed, zlib.error, EOFError, ValueError, OSError, UnicodeError, zipfile.BadZipFile),
    *(
        StatusAndHeadersParserException,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RuntimeError,
        LZMAError,
    ),
)
"""Errors of warcio, and of what it is made of, on bytes that are no WARC."""


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    url: str
    status: int
    headers: Headers
    """As the server sent them."""
    body: bytes
    """Of the record: still in the codings that the headers name."""
    fetched_at: datetime
    """Of the record; UTC."""
    ip: str | None
    record: str
    """Name of the file and id of the record; of an ARC, whose records have none, its place in the file."""
    begin: int
    """Place of the record in the file; of one in a WACZ, 0."""


class WebArchive:
    """One file, open. `wanted` is asked with an address before the page is read.

    `begin` is the place of a record, from an earlier reading. An error of the file itself, SourceFailed, is
    raised to whoever reads.
    """

    def __init__(
        self,
        file: IO[bytes],
        name: str,
        wanted: Callable[[str], bool],
        largest: int,
        begin: int = 0,
        *,
        cpu_seconds: float = _CPU_SECONDS,
    ) -> None:
        self._meter = _Meter(cpu_seconds + _CPU_SECONDS_A_MEGABYTE * file.seek(0, io.SEEK_END) / (1 << 20))
        self._file, self._name, self._wanted, self._largest = self._meter.metered(file), name, wanted, largest
        self._file.seek(0)
        self.passed: Counter[str] = Counter()
        """Records that are no page, or none that is wanted, by reason."""
        self.damage: list[str] = []
        """Sentences."""
        self.begin = begin
        """Place of the record that is read; all before it were given or passed over."""

    def portions(self) -> Iterator[list[ArchivedPage]]:
        """Some pages at a time, or none after many records that are no page."""
        portion: list[ArchivedPage] = []
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

    def pages(self) -> Iterator[ArchivedPage]:
        return (page for portion in self.portions() for page in portion)

    def _all(self) -> Iterator[ArchivedPage | None]:
        if self._file.read(4) == b"PK\x03\x04":
            yield from self._packed(self._file)
        else:
            yield from self._records(self._file, self._name, self.begin)

    def _damaged(self, sentence: str) -> None:
        if len(self.damage) < _MOST_SENTENCES:
            self.damage.append(sentence)
        elif len(self.damage) == _MOST_SENTENCES:
            self.damage.append(f"{self._name} is damaged in more places")

    def _packed(self, file: IO[bytes]) -> Iterator[ArchivedPage | None]:
        try:
            packed = zipfile.ZipFile(file)
        except _BROKEN as error:
            self._damaged(f"{self._name} is no whole WACZ: {_cause(error)}")
            return
        with packed:
            for entry in packed.infolist():
                if not entry.filename.endswith((".warc", ".warc.gz", ".arc", ".arc.gz")):
                    continue
                # the name is shown, and is no path
                name = f"{self._name}#{PurePosixPath(entry.filename).name[:200]}"
                try:
                    with packed.open(entry) as inner:
                        yield from self._records(self._meter.metered(inner), name, 0)
                except _BROKEN as error:
                    self._damaged(f"{name} cannot be unpacked: {_cause(error)}")

    def _records(self, file: IO[bytes], name: str, first: int) -> Iterator[ArchivedPage | None]:
        file.seek(0)
        beginning = file.read(_SHORTEST_RECORD)
        if len(beginning) < _SHORTEST_RECORD:
            self._damaged(f"{name} has {len(beginning)} bytes, which is no web archive")
        elif beginning.startswith(_GZIP):
            yield from self._members(file, name, first)
        else:
            yield from self._frames(file, name, first)

    def _frames(self, file: IO[bytes], name: str, first: int) -> Iterator[ArchivedPage | None]:
        is_own = file is self._file
        for frame in frames(file, first, self._largest + 2 * LONGEST_HEAD, goes_back=is_own):
            if is_own:
                self.begin = frame.begin
            if isinstance(frame, Gap):
                end = "the end" if frame.end is None else f"byte {frame.end}"
                place = f"{name} is damaged near byte {frame.begin}"
                self._damaged(f"{place}, and not read from there to {end}: {frame.reason}")
                yield None
                continue
            try:
                page = self._page(next(_iterator(io.BytesIO(frame.data))), name, frame.begin)
            except _BROKEN as error:
                self._damaged(f"{name} is damaged near byte {frame.begin}: {_cause(error)}")
                page = None
            yield page

    def _members(self, file: IO[bytes], name: str, first: int) -> Iterator[ArchivedPage | None]:
        """Read a file whose records are members of gzip."""
        begin: int | None = first
        is_own = file is self._file
        while begin is not None:
            file.seek(begin)
            iterator = _iterator(file)
            try:
                for record in iterator:
                    begin = iterator.offset
                    if is_own:
                        self.begin = begin
                    yield self._page(record, name, begin)
                return
            except _BROKEN as error:
                begin = max(begin, iterator.offset)
                self._damaged(f"{name} is damaged near byte {begin}: {_cause(error)}")
                # to go back in a packed entry is to unpack it anew, each time
                begin = _next_member(file, begin + 1) if is_own else None

    def _page(self, record: ArcWarcRecord, name: str, begin: int) -> ArchivedPage | None:
        """None, and a count, for a record that is no page."""
        is_arc = record.format == "arc"
        url = (record.rec_headers.get_header("uri" if is_arc else "WARC-Target-URI") or "").strip("<>")
        url = url.replace(" ", "%20")  # an ARC has it as somebody wrote it
        reason = self._passed_by(record, url)
        if reason is not None:
            self.passed[reason] += 1
            return None
        headers, http = record.rec_headers, record.http_headers
        fetched_at = _moment(headers.get_header("archive-date" if is_arc else "WARC-Date"))
        status = _number(http.get_statuscode())
        body = _read(record.raw_stream, self._largest + 1)
        if fetched_at is None or status is None:
            self.passed["without a date or a status"] += 1
            return None
        if len(body) > self._largest:
            self.passed["larger than a page may be"] += 1
            return None
        if getattr(record.raw_stream, "limit", 0):
            # bytes that the record still promises: the file was cut, or is still being written
            self._damaged(f"{name} is damaged near byte {begin}: a record is cut short")
            return None
        promised = _number(http.get_header("Content-Length"))
        coded = http.get_header("Content-Encoding")
        if promised is not None and not coded and len(body) < promised:
            self.passed["cut short when they were fetched"] += 1
            return None
        ip = headers.get_header("ip-address" if is_arc else "WARC-IP-Address")
        own = f"at byte {begin}" if is_arc else headers.get_header("WARC-Record-ID") or ""
        return ArchivedPage(
            url,
            status,
            tuple((str(key), str(value)) for key, value in http.headers),
            body,
            fetched_at,
            ip if ip != "0.0.0.0" else None,  # noqa: S104  as the crawlers of ARC wrote where they knew none
            f"{name} {own}".strip(),
            begin,
        )

    def _passed_by(self, record: ArcWarcRecord, url: str) -> str | None:
        if record.rec_type == "revisit":
            return "revisits, whose page is another record"
        if record.rec_type != "response":
            return "requests and other records without a page"
        if not url.startswith(("http://", "https://")) or len(url) > _LONGEST_ADDRESS:
            return "of no web address"
        if not self._wanted(url):
            return "not asked for"
        http = record.http_headers
        if http is None or _number(http.get_statuscode()) != 200:
            return "of another status than 200"
        if (http.get_header("Content-Type") or "").partition(";")[0].strip().lower() not in _HTML:
            return "no HTML"
        return None


class _Meter:
    """The CPU time that a file has taken, of whichever threads read it in turn."""

    def __init__(self, seconds: float) -> None:
        self._limit, self._spent, self._since = seconds, 0.0, 0.0

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
        return self._file.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()


def _iterator(file: IO[bytes]) -> ArchiveIterator:
    """Warcio's, with lines and heads of records that end: it reads a line however long it is."""
    iterator = ArchiveIterator(file)
    iterator.reader = _BoundedLines(iterator.fh, block_size=_BLOCK)
    loader = iterator.loader
    loader.warc_parser, loader.http_parser = _BoundedHead(loader.WARC_TYPES), _BoundedHead(_STATUS_LINES)
    loader.arc_parser = _BoundedArcHead()
    return iterator


class _BoundedLines(DecompressingBufferedReader):  # type: ignore[misc]
    def readline(self, length: int | None = None) -> bytes:
        line: bytes = super().readline(length or LONGEST_HEAD)
        return line


class _BoundedHead(StatusAndHeadersParser):  # type: ignore[misc]
    def parse(self, stream: BinaryIO, full_statusline: str | None = None) -> object:
        return super().parse(_Head(stream), full_statusline)


class _BoundedArcHead(ARCHeadersParser):  # type: ignore[misc]
    def parse(self, stream: BinaryIO, headerline: bytes | str | None = None) -> object:
        return super().parse(_Head(stream), headerline)


class _Head:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._left = stream, LONGEST_HEAD

    def readline(self) -> bytes:
        line = self._stream.readline(self._left)
        self._left -= len(line)
        if self._left <= 0:
            raise ValueError(f"the head of a record has more than {LONGEST_HEAD:,} bytes")
        return line


def _cause(error: Exception) -> str:
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def _read(stream: BinaryIO, most: int) -> bytes:
    """Up to `most` bytes; a stream gives at a time what it has unpacked."""
    parts = []
    while most > 0 and (part := stream.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _next_member(file: IO[bytes], begin: int) -> int | None:
    """The place of the next member of gzip whose text begins as a record does."""
    place, before = begin, b""
    while True:
        file.seek(place)
        chunk = file.read(_CHUNK)
        if not chunk:
            return None
        text = before + chunk
        at = text.find(_GZIP)
        while at >= 0:
            member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                if member.decompress(text[at : at + 4096], 5) in _BEGINNINGS:
                    return place - len(before) + at
            except zlib.error:
                pass
            at = text.find(_GZIP, at + 1)
        before = text[-4096:]
        place += len(chunk)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None


def _moment(text: str | None) -> datetime | None:
    """A time of the web's age, and not of the future's; an ARC has it as 14 digits."""
    try:
        digits = text if text and len(text) == 14 and text.isascii() and text.isdecimal() else None
        at = datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}" if digits else text or "")
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if datetime(1991, 8, 6, tzinfo=UTC) <= at <= datetime.now(UTC) else None
