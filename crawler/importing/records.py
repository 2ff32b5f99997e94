"""One record of a WARC or ARC file: the page in it, or why it is no page."""

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO
from zipfile import BadZipFile

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeaders, StatusAndHeadersParser, StatusAndHeadersParserException

from archive.pages.warc_record import Headers
from crawler.importing.frames import LONGEST_HEAD
from crawler.items import WithBody

BROKEN = (
    *(ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError, OSError, UnicodeError),
    *(LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, BadZipFile, zlib.error),
)
"""Errors of warcio and of zipfile, on bytes that are no WARC and no zip file."""
HTML = ("text/html", "application/xhtml+xml")
_LONGEST_ADDRESS = 1024
_LOADER = ArcWarcRecordLoader(arc2warc=False)
_STATUS_LINES = StatusAndHeadersParser(["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"])
"""Beginnings; HTTP/2 and 3 have no such line, and crawlers write what they like."""


class NoPage(Exception):
    """A record that is not taken; the message is the reason."""


@dataclass(frozen=True)
class WebPage(WithBody):
    url: str
    status: int
    headers: Headers
    """As the server sent them."""
    body: bytes
    """Of the record: still in the codings that the headers name."""
    fetched_at: datetime
    """Of the record; UTC."""
    ip: str | None
    archive: str
    """Name of the file, or the address of the index that names the page."""
    record: str
    """Name of the file and id of the record, or its place in an ARC, whose records have none; or the address
    of a replay."""
    begin: int
    """Place of the record in the file; of one in a WACZ, 0."""


def read_page(
    data: bytes, name: str, where: str, begin: int, *, is_selected: Callable[[str], bool], largest: int
) -> WebPage:
    """Read the page of a whole record. Raises NoPage, and what BROKEN names."""
    version = "warc" if data.startswith(b"WARC/") else "arc"
    record = _LOADER.parse_record_stream(io.BytesIO(data), known_format=version, no_record_parse=True)
    is_arc = version == "arc"
    url = _address(record, is_arc)
    if not is_selected(url):
        raise NoPage("outside the selection")
    answer = _answer(record.raw_stream)
    head = record.rec_headers
    fetched_at = moment(head.get_header("archive-date" if is_arc else "WARC-Date"))
    if fetched_at is None:
        raise NoPage("without a date between 1991 and today")
    body = record.raw_stream.read()
    if len(body) > largest:
        raise NoPage("larger than a page may be")
    if head.get_header("WARC-Truncated") or _is_cut(answer, body):
        raise NoPage("cut short when they were fetched")
    ip = head.get_header("ip-address" if is_arc else "WARC-IP-Address")
    own_id = f"at {where}" if is_arc else head.get_header("WARC-Record-ID") or ""
    return WebPage(
        url,
        200,
        tuple((str(field), str(value)) for field, value in answer.headers),
        body,
        fetched_at,
        ip if ip != "0.0.0.0" else None,  # noqa: S104  as the crawlers of ARC wrote where they knew none
        name,
        f"{name} {own_id}".strip(),
        begin,
    )


def _address(record: ArcWarcRecord, is_arc: bool) -> str:
    head = record.rec_headers
    if record.rec_type == "revisit":
        raise NoPage("revisits, whose page is another record")
    if record.rec_type != "response":
        raise NoPage("requests and other records without a page")
    if head.get_header("WARC-Segment-Number"):
        raise NoPage("parts of a page that has several records")
    url = (head.get_header("uri" if is_arc else "WARC-Target-URI") or "").strip("<>")
    url = url.replace(" ", "%20")  # an ARC has it as somebody wrote it
    if not url.startswith(("http://", "https://")) or len(url) > _LONGEST_ADDRESS:
        raise NoPage("of no web address")
    return url


def _answer(stream: BinaryIO) -> StatusAndHeaders:
    """Read the head of a server's answer. Raises NoPage unless it announces a page."""
    try:
        answer = _STATUS_LINES.parse(_Head(stream))
    except EOFError:
        raise NoPage("without an answer of a server") from None
    if number(answer.get_statuscode()) != 200:
        raise NoPage("of another status than 200")
    if (answer.get_header("Content-Type") or "").partition(";")[0].strip().lower() not in HTML:
        raise NoPage("no HTML")
    return answer


def _is_cut(answer: StatusAndHeaders, body: bytes) -> bool:
    length = number(answer.get_header("Content-Length"))
    is_coded = answer.get_header("Content-Encoding") or answer.get_header("Transfer-Encoding")
    return length is not None and not is_coded and len(body) < length


class _Head:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._remaining = stream, LONGEST_HEAD

    def readline(self) -> bytes:
        line = self._stream.readline(self._remaining)
        self._remaining -= len(line)
        if self._remaining <= 0:
            raise ValueError(f"the head of a record has more than {LONGEST_HEAD:,} bytes")
        return line


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None


def moment(text: str | None) -> datetime | None:
    """A time of the web's age, and not of the future's; an ARC has it as 14 digits."""
    try:
        digits = text if text and len(text) == 14 and text.isascii() and text.isdecimal() else None
        at = datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}" if digits else text or "")
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at if datetime(1991, 8, 6, tzinfo=UTC) <= at <= datetime.now(UTC) else None
