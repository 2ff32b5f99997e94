"""Files in the forms of other programs and of their test data, written here: what each gives, and says."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path

import pytest

from crawler.exceptions import Unreadable
from crawler.importing.page_task import _decoded
from tests.crawler.importing.test_web_archives import LARGEST, PAGE, arc, described, pages_of, read, record

FIRST, LAST = "https://courier.example/news/0", "https://courier.example/news/9"


def plain(url: str = "https://courier.example/news/1", **changes: str) -> bytes:
    return record(url, packed=False, **changes)


def between(middle: bytes) -> bytes:
    return plain(FIRST) + middle + plain(LAST)


def with_field(field: bytes) -> bytes:
    """A page whose own head has one more field."""
    return plain().replace(b"WARC-Date:", field + b"\r\nWARC-Date:", 1)


def with_extra_field(data: bytes) -> bytes:
    """A member of gzip with a field `sl`, the lengths that some writers add (RFC 1952, FEXTRA)."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = packer.compress(data) + packer.flush()
    head = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x00\xff" + b"\x0c\x00sl\x08\x00"
    lengths = len(body).to_bytes(4, "little") + len(data).to_bytes(4, "little")
    return head + lengths + body + zlib.crc32(data).to_bytes(4, "little") + len(data).to_bytes(4, "little")


READ = {
    "common crawl: a page that is stored unpacked": between(
        plain(Content_Encoding="gzip", Content_Length="9999")
    ),
    "common crawl: a page whose chunks were joined": between(
        plain(Transfer_Encoding="chunked", Content_Length="9999")
    ),
    "warcio: a file packed as a whole": gzip.compress(between(plain())),
    "warcio: two records in the middle member": record(FIRST) + gzip.compress(plain() + plain(LAST)),
    "pywb: lines that end with two carriage returns": between(
        plain().replace(b"\r\n", b"\r\r\n", 7)  # the head; its length is of what follows
    ),
    "pywb: a status line without a text": between(plain(status="200")),
    "pywb: HTTP/1.0": between(plain().replace(b"HTTP/1.1 200", b"HTTP/1.0 200")),
    "warctools: one line end between records": between(plain()[:-2]),
    "warctools: many line ends between records": between(plain() + b"\r\n\n\r\n\n\n"),
    "warctools: lines that end with a line feed": between(plain().replace(b"\r\n", b"\n", 7)),
    "heritrix 1: version 0.17": between(plain()).replace(b"WARC/1.1", b"WARC/0.17"),
    "heritrix 1: version 0.18": between(plain()).replace(b"WARC/1.1", b"WARC/0.18"),
    "wget 1.19: an address in angle brackets": between(plain("<https://courier.example/news/1>")),
    "jwarc: a head whose line goes on in the next": between(with_field(b"WARC-Filename: a\r\n b")),
    "jwarc: version 1.0 in a member with a field of its own": with_extra_field(plain(FIRST))
    + with_extra_field(plain())
    + with_extra_field(plain(LAST)),
    "ia-web-commons: a field twice": between(with_field(b"WARC-Protocol: h2\r\nWARC-Protocol: tls/1.3")),
    "browsertrix: HTTP/2 and fields of its own": between(
        plain()
        .replace(b"HTTP/1.1 200 OK", b"HTTP/2 200     ")
        .replace(b"WARC-Date:", b'WARC-Page-ID: 1\r\nWARC-JSON-Metadata: {"a": 1}\r\nWARC-Date:', 1)
    ),
}


@pytest.mark.parametrize("form", READ)
def test_a_page_in_this_form_is_read_with_those_around_it(tmp_path: Path, form: str) -> None:
    pages, opened = read(tmp_path / "a.warc", READ[form])
    assert [page.url[-1] for page in pages] == ["0", "1", "9"]
    assert {page.body for page in pages} == {PAGE}
    assert opened.damage == []


PASSED = {
    "heritrix: a page that it cut": (
        with_field(b"WARC-Truncated: length"),
        "cut short when they were fetched",
    ),
    "warcio: a first part of several": (
        with_field(b"WARC-Segment-Number: 1"),
        "parts of a page that has several records",
    ),
    "browsertrix: the text of a page": (
        plain("urn:pageinfo:https://courier.example/", kind="resource"),
        "requests and other records without a page",
    ),
    "heritrix: an answer of a name server": (plain("dns:courier.example"), "of no web address"),
    "archivebox: the log of wget": (
        plain("metadata://gnu.org/software/wget/warc/wget.log", kind="resource"),
        "requests and other records without a page",
    ),
    "jwarc: no type": (
        plain().replace(b"WARC-Type: response\r\n", b""),
        "requests and other records without a page",
    ),
    "ia-web-commons: an answer without an address": (
        plain().replace(b"WARC-Target-URI: https://courier.example/news/1\r\n", b""),
        "of no web address",
    ),
    "warcio: an answer of no bytes": (
        plain().partition(b"Content-Length")[0] + b"Content-Length: 0\r\n\r\n\r\n\r\n",
        "without an answer of a server",
    ),
}


@pytest.mark.parametrize("form", PASSED)
@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_what_is_no_page_in_this_form_is_counted(tmp_path: Path, form: str, packed: bool) -> None:
    middle, reason = PASSED[form]
    data = between(middle)
    pages, opened = read(tmp_path / "a.warc", gzip.compress(data) if packed else data)
    assert [page.url for page in pages] == [FIRST, LAST]
    assert opened.passed == {reason: 1}
    assert opened.damage == []


REFUSED = {
    "archiveteam: zstd": (b"\x28\xb5\x2f\xfd" + bytes(40), "packed by zstd"),
    "archiveteam: zstd with a dictionary": (b"\x5d\x2a\x4d\x18" + bytes(40), "packed by zstd"),
    "pywb: an ARC whose lengths are none": (
        b"filedesc://bad.arc 127.0.0.1 20140301000000 text/plain -1\n1 0 Bad\n\n"
        b"http://courier.example/ 192.0.2.7 20140401000000 text/html -1\n\n",
        "no record begins here",
    ),
    "ipwb: a status line of a client": (
        plain().replace(b"HTTP/1.1 200 OK", b"HTTPX/1.1 200 O"),
        "Found: HTTPX/1.1 200 O",
    ),
}


@pytest.mark.parametrize("form", REFUSED)
def test_what_cannot_be_read_in_this_form_is_said(tmp_path: Path, form: str) -> None:
    data, words = REFUSED[form]
    pages, opened = read(tmp_path / "a.warc", data)
    assert pages == []
    (sentence,) = opened.damage
    assert words in sentence


def test_a_wacz_without_a_web_archive_is_none(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as packed:
        packed.writestr("datapackage.json", "{}")
    pages, opened = pages_of(tmp_path / "a.wacz")
    assert (pages, opened.damage) == ([], ["a.wacz is a zip file without a web archive in it"])


def test_a_broken_record_in_a_file_packed_as_a_whole_costs_itself(tmp_path: Path) -> None:
    broken = plain().replace(b"Content-Length", b"Content-Lemgth", 1)
    pages, opened = read(tmp_path / "a.warc.gz", gzip.compress(between(broken)))
    assert [page.url for page in pages] == [FIRST, LAST]
    assert [page.begin for page in pages] == [0, 0]
    place = len(plain(FIRST))
    assert f"near byte 0, unpacked {place}, and not read from there to byte 0, unpacked " in opened.damage[0]


def test_what_is_whole_before_a_cut_in_a_file_packed_as_a_whole_is_read(tmp_path: Path) -> None:
    whole = gzip.compress(between(plain()))
    pages, opened = read(tmp_path / "a.warc.gz", whole[:-30])
    assert [page.url[-1] for page in pages] == ["0", "1"]
    (sentence,) = opened.damage
    assert "its packed bytes end too early" in sentence


def test_records_of_an_arc_in_one_member_have_places_of_their_own(tmp_path: Path) -> None:
    data = described(packed=False) + arc(packed=False) + arc("http://b.example/", packed=False)
    pages, opened = read(tmp_path / "a.arc.gz", gzip.compress(data))
    assert opened.damage == []
    assert len({page.record for page in pages}) == 2
    assert {page.begin for page in pages} == {0}


@pytest.mark.parametrize(
    "end",
    ["", "0", "4\r\n<p>A", "5\r\n<p>A", "5\r\n<p>A</\r\n", "x\r\n", "3\r\n<p>XX2\r\nhi\r\n0\r\n\r\n"],
)
def test_chunks_that_end_early_are_no_page(end: str) -> None:
    body = b"3\r\n<p>\r\n" + end.encode()
    with pytest.raises(Unreadable, match="its chunks end after"):
        _decoded(body, {"transfer-encoding": "chunked"}, LARGEST)


def test_chunks_with_extensions_and_trailers_are_joined() -> None:
    body = b"3;a=b\r\n<p>\r\n2 \r\nhi\r\n0\r\nX: y\r\n\r\n"
    assert _decoded(body, {"transfer-encoding": "chunked"}, LARGEST) == b"<p>hi"
    assert _decoded(PAGE, {"transfer-encoding": "chunked"}, LARGEST) == PAGE
