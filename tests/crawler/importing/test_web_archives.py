"""Records of web archives, whole, cut, lying or of no page, as other programs make them."""

from __future__ import annotations

import gzip
import zipfile
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.exceptions import Unreadable
from crawler.importing.archived_task import _decoded
from crawler.importing.web_archives import ArchivedPage, WebArchive

if TYPE_CHECKING:
    from pathlib import Path

PAGE = b"<html><body><p>A bridge was opened.</p></body></html>"
LARGEST = 1 << 20


def record(
    url: str = "https://courier.example/news/1",
    body: bytes = PAGE,
    *,
    kind: str = "response",
    date: str = "2025-03-01T10:00:00Z",
    status: str = "200 OK",
    packed: bool = True,
    **headers: str,
) -> bytes:
    named = {"Content-Type": "text/html; charset=utf-8"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    block = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{uuid4()}>\r\nWARC-Date: {date}\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    made = head.encode() + block + b"\r\n\r\n"
    return gzip.compress(made) if packed else made


def read(path: Path, *parts: bytes) -> tuple[list[ArchivedPage], WebArchive]:
    path.write_bytes(b"".join(parts))
    opened = WebArchive(path, lambda url: "unwanted" not in url, LARGEST)
    return list(opened.pages()), opened


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_a_page_is_read_with_its_time_and_its_record(tmp_path: Path, packed: bool) -> None:
    pages, opened = read(
        tmp_path / "a.warc", record(packed=packed), record(url="https://b.example/", packed=packed)
    )
    assert [page.url for page in pages] == ["https://courier.example/news/1", "https://b.example/"]
    assert pages[0].body == PAGE
    assert pages[0].fetched_at.isoformat() == "2025-03-01T10:00:00+00:00"
    assert pages[0].record.startswith("a.warc <urn:uuid:")
    assert not opened.damage


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record(kind="request"), "requests and other records without a page"),
        (record(kind="revisit"), "revisits, whose page is another record"),
        (record(url="https://courier.example/unwanted"), "not asked for"),
        (record(url="file:///etc/passwd"), "of no web address"),
        (record(url="https://courier.example/" + "a" * 2000), "of no web address"),
        (record(status="404 Not Found"), "of another status than 200"),
        (record(Content_Type="image/png"), "no HTML"),
        (record(body=b"<p>" + b"x" * (LARGEST + 1)), "larger than a page may be"),
        (record(Content_Length="9999"), "cut short when they were fetched"),
        (record(date="2999-01-01T00:00:00Z"), "without a date or a status"),
        (record(date="yesterday"), "without a date or a status"),
        (record(date="0001-01-01T00:00:00+14:00"), "without a date or a status"),
        (record(date="9999-12-31T23:59:59-14:00"), "without a date or a status"),
    ],
)
def test_what_is_no_page_is_counted_and_the_next_is_read(tmp_path: Path, bad: bytes, reason: str) -> None:
    pages, opened = read(tmp_path / "a.warc.gz", bad, record())
    assert [page.body for page in pages] == [PAGE]
    assert opened.passed == {reason: 1}


def test_a_member_that_is_broken_costs_itself(tmp_path: Path) -> None:
    whole = record(body=PAGE * 40)
    broken = bytearray(whole)
    broken[60:90] = bytes(30)
    for bad in (
        bytes(broken),
        whole[: len(whole) // 2],
        b"no warc at all\r\n\r\n",
        b"\x1f\x8b\x08" + bytes(40),
    ):
        pages, opened = read(tmp_path / "a.warc.gz", record(), bad, record(url="https://b.example/2"))
        assert [page.url for page in pages][-1] == "https://b.example/2", bad[:20]
        assert pages[0].body == PAGE
        assert opened.damage


def test_a_wacz_is_a_zip_of_them(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as packed:
        packed.writestr("archive/../../evil.warc.gz", record())
        packed.writestr("pages/pages.jsonl", "{}")
    opened = WebArchive(tmp_path / "a.wacz", lambda _: True, LARGEST)
    pages = list(opened.pages())
    assert [page.record.split(" ")[0] for page in pages] == ["a.wacz#evil.warc.gz"]
    with zipfile.ZipFile(tmp_path / "c.wacz", "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("archive/a.warc.gz", record())
        packed.writestr("archive/b.warc.gz", record())
    torn = bytearray((tmp_path / "c.wacz").read_bytes())
    torn[60:120] = bytes(60)
    (tmp_path / "c.wacz").write_bytes(torn)
    damaged = WebArchive(tmp_path / "c.wacz", lambda _: True, LARGEST)
    assert [page.record.split(" ")[0] for page in damaged.pages()] == ["c.wacz#b.warc.gz"]
    assert damaged.damage
    (tmp_path / "b.wacz").write_bytes((tmp_path / "a.wacz").read_bytes()[:100])
    cut = WebArchive(tmp_path / "b.wacz", lambda _: True, LARGEST)
    assert list(cut.pages()) == []
    assert cut.damage


@given(st.binary(max_size=300))
def test_no_bytes_are_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "junk.warc"
    pages, _ = read(path, junk)
    assert pages == []


def test_codings_are_undone_within_the_limit() -> None:
    packed = gzip.compress(PAGE)
    assert _decoded(packed, {"content-encoding": "gzip"}, LARGEST) == PAGE
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    assert _decoded(chunked, {"content-encoding": "gzip", "transfer-encoding": "chunked"}, LARGEST) == PAGE
    # Common Crawl and others unpack a page and keep its header
    assert _decoded(PAGE, {"content-encoding": "gzip"}, LARGEST) == PAGE
    bomb = gzip.compress(bytes(LARGEST * 4))
    with pytest.raises(Unreadable):
        _decoded(bomb, {"content-encoding": "gzip"}, LARGEST)
    with pytest.raises(Unreadable):
        _decoded(packed[:-12], {"content-encoding": "gzip"}, LARGEST)
