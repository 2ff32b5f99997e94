"""Records of web archives, whole, cut, lying or of no page, as other programs make them."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.exceptions import SourceFailed, Unreadable
from crawler.importing.frames import Frame, Gap, frames
from crawler.importing.page_task import _decoded
from crawler.importing.records import WebPage
from crawler.importing.web_archives import WebArchive

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


def read(path: Path, *parts: bytes) -> tuple[list[WebPage], WebArchive]:
    path.write_bytes(b"".join(parts))
    return pages_of(path, lambda url: "unwanted" not in url)


def pages_of(path: Path, wanted: Callable[[str], bool] = lambda _: True) -> tuple[list[WebPage], WebArchive]:
    with path.open("rb") as file:
        opened = WebArchive(file, path.name, wanted, LARGEST)
        return list(opened.pages()), opened


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_a_page_is_read_with_its_time_and_its_record(tmp_path: Path, packed: bool) -> None:
    pages, opened = read(
        tmp_path / "a.warc", record(packed=packed), record(url="https://b.example/", packed=packed)
    )
    assert [page.url for page in pages] == ["https://courier.example/news/1", "https://b.example/"]
    assert (pages[0].status, pages[0].body) == (200, PAGE)
    assert pages[0].fetched_at.isoformat() == "2025-03-01T10:00:00+00:00"
    assert pages[0].record.startswith("a.warc <urn:uuid:")
    assert not opened.damage


@pytest.mark.parametrize("date", ["2025-03-01T12:30:00+02:00", "2025-03-01T10:30:00", "20250301103000"])
def test_a_time_is_of_utc_unless_it_names_its_zone(tmp_path: Path, date: str) -> None:
    (page,), _ = read(tmp_path / "a.warc", record(date=date))
    assert page.fetched_at.isoformat() == "2025-03-01T10:30:00+00:00"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (record(kind="request"), "requests and other records without a page"),
        (record(kind="revisit"), "revisits, whose page is another record"),
        (record(url="https://courier.example/unwanted"), "outside the selection"),
        (record(url="file:///etc/passwd"), "of no web address"),
        (record(url="https://courier.example/" + "a" * 2000), "of no web address"),
        (record(status="404 Not Found"), "of another status than 200"),
        (record(Content_Type="image/png"), "no HTML"),
        (record(body=b"<p>" + b"x" * (LARGEST + 1)), "larger than a page may be"),
        (record(Content_Length="9999"), "cut short when they were fetched"),
        (record(date="2999-01-01T00:00:00Z"), "without a date between 1991 and today"),
        (record(date="yesterday"), "without a date between 1991 and today"),
        (record(date="1991-08-05T23:59:59Z"), "without a date between 1991 and today"),
        (record(date="0001-01-01T00:00:00+14:00"), "without a date between 1991 and today"),
        (record(date="9999-12-31T23:59:59-14:00"), "without a date between 1991 and today"),
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
    pages, _ = pages_of(tmp_path / "a.wacz")
    assert [page.record.split(" ")[0] for page in pages] == ["a.wacz#evil.warc.gz"]
    with zipfile.ZipFile(tmp_path / "c.wacz", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("archive/a.warc.gz", record())
        packed.writestr("archive/b.warc.gz", record())
    torn = bytearray((tmp_path / "c.wacz").read_bytes())
    torn[60:120] = bytes(60)
    (tmp_path / "c.wacz").write_bytes(torn)
    pages, damaged = pages_of(tmp_path / "c.wacz")
    assert [page.record.split(" ")[0] for page in pages] == ["c.wacz#b.warc.gz"]
    assert damaged.damage
    (tmp_path / "b.wacz").write_bytes((tmp_path / "a.wacz").read_bytes()[:100])
    pages, cut = pages_of(tmp_path / "b.wacz")
    assert pages == []
    assert cut.damage


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_entry_that_unpacks_without_bounds_costs_itself(tmp_path: Path, method: int) -> None:
    """zipfile gives all that a piece of it unpacks to at once."""
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as packed:
        packed.writestr("archive/bomb.warc", record(packed=False), method)
        packed.writestr("archive/deflated.warc", record(packed=False), zipfile.ZIP_DEFLATED)
        packed.writestr("archive/stored.warc", record(packed=False))
    pages, opened = pages_of(tmp_path / "a.wacz")
    assert [page.record.split(" ")[0] for page in pages] == ["a.wacz#deflated.warc", "a.wacz#stored.warc"]
    assert opened.damage == ["a.wacz#bomb.warc is not read: it is neither stored nor packed by deflate"]


def test_a_wacz_with_a_table_of_contents_without_end_is_not_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as packed:
        for number in range(260):
            packed.writestr(f"{number:065000}", b"")
    pages, opened = pages_of(tmp_path / "a.wacz")
    assert pages == []
    assert "is not a complete WACZ: its table of contents has 16," in opened.damage[0]


def arc(
    url: str = "http://courier.example/news/1",
    body: bytes = PAGE,
    *,
    date: str = "20030501100000",
    packed: bool = True,
    length: int | None = None,
) -> bytes:
    """A record as the crawlers of the Internet Archive wrote it until 2008."""
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    made = f"{url} 192.0.2.7 {date} text/html {len(block) if length is None else length}\n".encode()
    made += block + b"\n"
    return gzip.compress(made) if packed else made


def described(packed: bool = True) -> bytes:
    about = b"1 0 InternetArchive\nURL IP-address Archive-date Content-type Archive-length\n"
    made = b"filedesc://a.arc 0.0.0.0 20030501100000 text/plain %d\n%s\n" % (len(about), about)
    return gzip.compress(made) if packed else made


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_an_arc_has_its_time_in_digits_and_its_place_for_an_id(tmp_path: Path, packed: bool) -> None:
    first, second = arc(packed=packed), arc("http://b.example/?q=a b", date="20031231235959", packed=packed)
    pages, opened = read(tmp_path / "a.arc", described(packed), first, second)
    assert [page.url for page in pages] == ["http://courier.example/news/1", "http://b.example/?q=a%20b"]
    assert [page.fetched_at.isoformat() for page in pages] == [
        "2003-05-01T10:00:00+00:00",
        "2003-12-31T23:59:59+00:00",
    ]
    assert pages[0].body.strip() == PAGE
    assert pages[0].ip == "192.0.2.7"
    assert not opened.damage
    begin = len(described(packed))
    assert pages[0].record == f"a.arc at byte {begin}"
    with (tmp_path / "a.arc").open("rb") as file:
        again = WebArchive(file, "a.arc", lambda _: True, LARGEST, pages[1].begin)
        assert [page.url for page in again.pages()] == ["http://b.example/?q=a%20b"]


def test_a_broken_arc_costs_its_record(tmp_path: Path) -> None:
    for bad in (
        arc()[:60],
        arc(length=10**9),
        arc(length=-5),
        arc(date="20039999999999"),
        arc(date="00000000000000"),
        arc("http://courier.example/" + "a" * 300_000),
        gzip.compress(b"http://courier.example/ 1 2\n"),
    ):
        pages, opened = read(tmp_path / "a.arc.gz", described(), arc(), bad, arc("http://b.example/2"))
        assert [page.url for page in pages] == ["http://courier.example/news/1", "http://b.example/2"]
        assert opened.damage or opened.passed["without a date between 1991 and today"] == 1


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


def six(packed: bool) -> list[bytes]:
    return [record(f"https://courier.example/news/{n}", packed=packed) for n in range(6)]


def repacked(whole: bytes, before: bytes, after: bytes) -> bytes:
    plain = gzip.decompress(whole) if whole.startswith(b"\x1f") else whole
    assert before in plain
    changed = plain.replace(before, after, 1)
    return gzip.compress(changed) if whole.startswith(b"\x1f") else changed


FAULTS = {
    "no length": (b"Content-Length:", b"Content-Lemgth:"),
    "two lengths": (b"WARC-Date:", b"Content-Length: 7\r\nWARC-Date:"),
    "a length too long": (b"Content-Length: ", b"Content-Length: 9"),
    "a length too short": (b"Content-Length: ", b"Content-Length: 1\r\nX: "),
    "no head": (b"WARC/1.1", b"WARK/1.1"),
    "another's status line": (b"HTTP/1.1 200", b"ICY 200"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", ["response", "metadata"])
def test_a_record_that_is_broken_in_an_unpacked_file_costs_itself(
    tmp_path: Path, fault: str, kind: str
) -> None:
    parts = six(packed=False)
    parts[2] = repacked(record("https://courier.example/news/2", kind=kind, packed=False), *FAULTS[fault])
    pages, opened = read(tmp_path / "a.warc", *parts)
    assert [page.url[-1] for page in pages] == list("01345")
    assert {page.body for page in pages} == {PAGE}
    at = sum(map(len, parts[:2]))
    if (kind, fault) != ("metadata", "another's status line"):  # no answer of a server: nobody reads it
        assert f"a.warc is damaged near byte {at}" in opened.damage[0]
    # the rest is read by who goes on there
    with (tmp_path / "a.warc").open("rb") as file:
        again = WebArchive(file, "a.warc", lambda _: True, LARGEST, pages[3].begin)
        assert [page.url[-1] for page in again.pages()] == list("45")


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_an_answer_of_http_2_is_a_page_and_of_nobody_s_protocol_costs_itself(
    tmp_path: Path, packed: bool
) -> None:
    parts = six(packed)
    parts[1] = repacked(parts[1], b"HTTP/1.1 200 OK", b"HTTP/2 200 ")
    parts[3] = repacked(parts[3], b"HTTP/1.1 200 OK", b"ICY-/1.1 200 OK")
    pages, opened = read(tmp_path / "a.warc", *parts)
    assert [page.url[-1] for page in pages] == list("01245")
    (sentence,) = opened.damage
    assert f"near byte {sum(map(len, parts[:3]))}" in sentence


def test_an_arc_whose_description_has_a_wrong_length_loses_the_description_alone(tmp_path: Path) -> None:
    about = described(packed=False).replace(b"text/plain ", b"text/plain 1")
    pages, opened = read(tmp_path / "a.arc", about, arc(packed=False), arc("http://b.example/", packed=False))
    assert [page.url for page in pages] == ["http://courier.example/news/1", "http://b.example/"]
    assert "from there to byte" in opened.damage[0]


@pytest.mark.parametrize("size", [0, 1, 17])
def test_a_file_too_short_for_a_record_is_no_web_archive(tmp_path: Path, size: int) -> None:
    pages, opened = read(tmp_path / "a.warc", record(packed=False)[:size])
    assert (pages, opened.damage) == ([], [f"a.warc has {size} bytes, which is not a web archive"])


@given(st.data())
def test_every_byte_of_an_unpacked_file_is_read_or_in_a_gap(data: st.DataObject) -> None:
    whole = b"".join(six(packed=False))
    place = data.draw(st.integers(0, len(whole) - 1))
    altered = whole[:place] + data.draw(st.binary(max_size=9)) + whole[place + data.draw(st.integers(0, 9)) :]
    at = 0
    for part in frames(io.BytesIO(altered), 0, LARGEST):
        assert at <= part.begin
        assert not altered[at : part.begin].strip(b"\r\n")
        at = len(altered) if isinstance(part, Gap) and part.end is None else at
        at = part.end if isinstance(part, Gap) and part.end is not None else at
        at = part.begin + len(part.data) if isinstance(part, Frame) else at
    assert not altered[at:].strip(b"\r\n")


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.wacz"])
def test_a_file_that_takes_too_much_of_the_processor_is_read_no_further(tmp_path: Path, name: str) -> None:
    """Entries of a zip file may be the same bytes: some kilobytes that are hours of work."""
    path = tmp_path / name
    path.write_bytes(b"".join(six(name.endswith("gz"))))
    if name.endswith("wacz"):
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr("archive/a.warc", b"".join(six(packed=False)))
    with path.open("rb") as file:
        archive = WebArchive(file, name, lambda _: True, LARGEST, cpu_seconds=-1.0)
        with pytest.raises(SourceFailed, match="s of CPU"):
            list(archive.pages())


@pytest.mark.parametrize("size", [1, 2, 3, 4095, 4096, 4097])
def test_a_member_is_found_behind_any_number_of_other_bytes(tmp_path: Path, size: int) -> None:
    pages, opened = read(tmp_path / "a.warc.gz", record(), bytes(size), record("https://b.example/"))
    assert [page.url for page in pages] == ["https://courier.example/news/1", "https://b.example/"]
    assert len(opened.damage) == 1


@pytest.mark.parametrize("short", [0, 1, 2, 3])
def test_the_next_record_is_looked_for_across_the_pieces_that_are_read(tmp_path: Path, short: int) -> None:
    """Its first bytes lie at the end of one piece of a megabyte, the others at the beginning of the next."""
    broken = record()[:60]
    junk = b"\0" * ((1 << 20) + 1 - short - len(broken))
    pages, opened = read(tmp_path / "a.warc.gz", broken, junk, record("https://b.example/"))
    assert [page.url for page in pages] == ["https://b.example/"]
    assert opened.damage
