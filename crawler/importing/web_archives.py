"""The pages in WARC files, packed or not, and in WACZ; of any maker, so nothing in them is believed.

Read in the order of the file. A record that is cut or broken costs itself: reading goes on at the next member
of gzip that begins a record.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from lzma import LZMAError
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from archive.pages.warc_record import Headers

_HTML = ("text/html", "application/xhtml+xml")
_GZIP = b"\x1f\x8b\x08"
_CHUNK = 1 << 20
_LONGEST_ADDRESS = 1024
_LONGEST_HEAD = 256_000
"""Bytes of the fields of a record, or of the headers of its answer."""
_MOST_SENTENCES = 20
"""Of damage, for each file."""
_BROKEN = (
    *(ArchiveLoadFailed, zlib.error, EOFError, ValueError, OSError, UnicodeError, zipfile.BadZipFile),
    *(LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, LZMAError),
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
    """Name of the file and id of the record."""


class WebArchive:
    """One file. `wanted` is asked with an address before the page is read."""

    def __init__(self, path: Path, wanted: Callable[[str], bool], largest: int) -> None:
        self._path, self._wanted, self._largest = path, wanted, largest
        self.passed: Counter[str] = Counter()
        """Records that are no page, or none that is wanted, by reason."""
        self.damage: list[str] = []
        """Sentences."""
        self.read = 0
        """Bytes of the file so far, of `size`."""
        self.size = path.stat().st_size

    def pages(self) -> Iterator[ArchivedPage]:
        """Raises OSError where the file cannot be opened."""
        with self._path.open("rb") as file:
            if file.read(4) == b"PK\x03\x04":
                yield from self._packed(file)
            else:
                file.seek(0)
                yield from self._records(file, self._path.name)

    def _damaged(self, sentence: str) -> None:
        if len(self.damage) < _MOST_SENTENCES:
            self.damage.append(sentence)
        elif len(self.damage) == _MOST_SENTENCES:
            self.damage.append(f"{self._path.name} is damaged in more places")

    def _packed(self, file: BinaryIO) -> Iterator[ArchivedPage]:
        try:
            packed = zipfile.ZipFile(file)
        except _BROKEN as error:
            self._damaged(f"{self._path.name} is no whole WACZ: {_told(error)}")
            return
        with packed:
            for entry in packed.infolist():
                self.read += entry.compress_size
                if not entry.filename.endswith((".warc", ".warc.gz")):
                    continue
                # the name is shown, and is no path
                name = f"{self._path.name}#{Path(entry.filename).name[:200]}"
                try:
                    with packed.open(entry) as inner:
                        yield from self._records(inner, name)
                except _BROKEN as error:
                    self._damaged(f"{name} cannot be unpacked: {_told(error)}")

    def _records(self, file: IO[bytes], name: str) -> Iterator[ArchivedPage]:
        begin: int | None = 0
        while begin is not None:
            file.seek(begin)
            try:
                iterator = _iterator(file)
                for record in iterator:
                    begin = iterator.offset
                    if self._path.name == name:
                        self.read = begin
                    page = self._page(record, name)
                    if page is not None:
                        yield page
                return
            except _BROKEN as error:
                self._damaged(f"{name} is damaged near byte {begin}: {_told(error)}")
                # to go back in a packed entry is to unpack it anew, each time
                begin = None if isinstance(file, zipfile.ZipExtFile) else _next_member(file, begin + 1)

    def _page(self, record: object, name: str) -> ArchivedPage | None:
        """None, and a count, for a record that is no page."""
        reason = self._passed_by(record)
        if reason is not None:
            self.passed[reason] += 1
            return None
        headers = record.rec_headers  # type: ignore[attr-defined]
        url = headers.get_header("WARC-Target-URI").strip("<>")
        fetched_at = _moment(headers.get_header("WARC-Date"))
        status = _number(record.http_headers.get_statuscode())  # type: ignore[attr-defined]
        body = _read(record.raw_stream, self._largest + 1)  # type: ignore[attr-defined]
        if fetched_at is None or status is None:
            self.passed["without a date or a status"] += 1
            return None
        if len(body) > self._largest:
            self.passed["larger than a page may be"] += 1
            return None
        if getattr(record.raw_stream, "limit", 0):  # type: ignore[attr-defined]
            # bytes that the record still promises: the file was cut, or is still being written
            self._damaged(f"{name} is damaged near byte {self.read}: a record is cut short")
            return None
        promised = _number(record.http_headers.get_header("Content-Length"))  # type: ignore[attr-defined]
        coded = record.http_headers.get_header("Content-Encoding")  # type: ignore[attr-defined]
        if promised is not None and not coded and len(body) < promised:
            self.passed["cut short when they were fetched"] += 1
            return None
        return ArchivedPage(
            url,
            status,
            tuple((str(key), str(value)) for key, value in record.http_headers.headers),  # type: ignore[attr-defined]
            body,
            fetched_at,
            headers.get_header("WARC-IP-Address"),
            f"{name} {headers.get_header('WARC-Record-ID') or ''}".strip(),
        )

    def _passed_by(self, record: object) -> str | None:
        kind = record.rec_type  # type: ignore[attr-defined]
        if kind == "revisit":
            return "revisits, whose page is another record"
        if kind != "response":
            return "requests and other records without a page"
        url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")  # type: ignore[attr-defined]
        if not url.startswith(("http://", "https://")) or len(url) > _LONGEST_ADDRESS:
            return "of no web address"
        if not self._wanted(url):
            return "not asked for"
        http = record.http_headers  # type: ignore[attr-defined]
        if http is None or _number(http.get_statuscode()) != 200:
            return "of another status than 200"
        if (http.get_header("Content-Type") or "").partition(";")[0].strip().lower() not in _HTML:
            return "no HTML"
        return None


def _iterator(file: IO[bytes]) -> ArchiveIterator:
    """Warcio's, with heads of records that end: it reads a line however long it is."""
    iterator = ArchiveIterator(file)
    for name, names in (("warc_parser", "WARC_TYPES"), ("http_parser", "HTTP_TYPES")):
        setattr(iterator.loader, name, _BoundedHead(getattr(iterator.loader, names)))
    return iterator


class _BoundedHead(StatusAndHeadersParser):  # type: ignore[misc]
    def parse(self, stream: BinaryIO, full_statusline: str | None = None) -> object:
        return super().parse(_Head(stream), full_statusline)


class _Head:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._left = stream, _LONGEST_HEAD

    def readline(self) -> bytes:
        line = self._stream.readline(self._left)
        self._left -= len(line)
        if self._left <= 0:
            raise ValueError(f"the head of a record has more than {_LONGEST_HEAD:,} bytes")
        return line


def _told(error: Exception) -> str:
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
                if member.decompress(text[at : at + 4096], 5) == b"WARC/":
                    return place - len(before) + at
            except zlib.error:
                pass
            at = text.find(_GZIP, at + 1)
        before = text[-4096:]
        place += len(chunk)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None


def _moment(text: str | None) -> datetime | None:
    """A time of the web's age, and not of the future's."""
    try:
        at = datetime.fromisoformat(text or "")
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if datetime(1991, 8, 6, tzinfo=UTC) <= at <= datetime.now(UTC) else None
