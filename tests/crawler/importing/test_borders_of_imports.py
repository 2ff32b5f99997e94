"""Small functions of an import at the borders of what they take."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from scrapy.settings import Settings

from crawler.exceptions import SourceFailed, Unavailable, WrongSource
from crawler.importing.frames import Frame, Gap, Window, frames
from crawler.importing.members import Member, next_member
from crawler.importing.page_task import _decoded
from crawler.importing.records import moment, number
from crawler.importing.source_files import SourceFinder
from crawler.importing.web_archives import WebArchive
from crawler.importing.web_server import _seconds, _unavailable
from tests.crawler.importing.range_server import RangeServer, status
from tests.crawler.importing.test_limits_of_imports import servers
from tests.crawler.importing.test_web_archives import PAGE, read, record
from tests.crawler.importing.test_web_server import HTTPError, SSLError, failure_around


def test_a_page_that_was_stored_unpacked_is_read_though_its_header_says_packed() -> None:
    for blanks in (b"\n ", b" " * 300):
        assert _decoded(blanks + b"<html>", {"content-encoding": "gzip"}, 1000) == blanks + b"<html>"
    assert _decoded(gzip.compress(b"<html>"), {"content-encoding": "gzip"}, 1000) == b"<html>"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("2026-01-02T05:00:00+02:00", "2026-01-02T03:00:00+00:00"),
        ("2026-01-02T05:00:00", "2026-01-02T05:00:00+00:00"),
        ("20260102050000", "2026-01-02T05:00:00+00:00"),
        ("1991-08-06T00:00:00Z", "1991-08-06T00:00:00+00:00"),
        ("1991-08-05T23:59:59Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("2126-01-02T05:00:00Z", None),
        ("20260102", "2026-01-02T00:00:00+00:00"),
        ("2026010205000", None),
        ("202601020500000", None),
        ("²0260102050000", None),
        ("٢٠٢٦٠١٠٢٠٥٠٠٠٠", None),
        ("20261302050000", None),
        ("", None),
        (None, None),
    ],
)
def test_a_moment_is_of_the_web_s_age(printed: str | None, expected: str | None) -> None:
    assert moment(printed) == (None if expected is None else datetime.fromisoformat(expected))
    assert moment(datetime.now(UTC).isoformat()) is not None


def test_numbers_have_15_ascii_digits() -> None:
    assert (number("9" * 15), number("0")) == (10**15 - 1, 0)
    for text in ("9" * 16, "²", "٣", "-1", "+1", " 1", "1_0", "", None):
        assert number(text) is None


def test_a_server_may_ask_for_seven_digits_of_seconds() -> None:
    assert (_seconds("9999999"), _seconds("0")) == (9999999.0, 0.0)
    for text in ("10000000", "1.5", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "", None):
        assert _seconds(text) is None


def test_200_characters_of_an_error_are_shown() -> None:
    error = _unavailable(failure_around(SSLError("a" * 999), is_explicit=True))
    assert str(error) == "its certificate is not accepted: " + "a" * 200
    assert str(_unavailable(HTTPError("pool <x>: " + "a" * 999))) == "a" * 200
    assert str(_unavailable(HTTPError(""))) == "HTTPError"


def test_what_a_server_packs_of_a_part_stays_as_it_came() -> None:
    """Servers name the coding of a .warc.gz that they do not undo."""
    packed = gzip.compress(b"0123456789")
    with RangeServer() as server:
        head = {"Content_Range": f"bytes 0-{len(packed) - 1}/{len(packed)}", "Content_Encoding": "gzip"}
        server.faults = [status(206, packed, **head), status(200, packed, Content_Encoding="gzip")]
        url = f"http://files.example:{server.port}/a"
        assert servers().part(url, 0, len(packed)).data == packed
        assert servers().part(url, 0, len(packed)).data == packed


def test_as_many_redirects_as_the_setting_says() -> None:
    with RangeServer() as server:
        server.files["/b"] = b"0123456789"
        url = f"http://files.example:{server.port}/a"
        server.faults = [status(302, Location="/b")] * 3
        assert servers(REDIRECT_MAX_TIMES="3").part(url, 0, 10).size == 10
        server.faults = [status(302, Location="/b")] * 3
        with pytest.raises(SourceFailed, match="redirects more than 2 times"):
            servers(REDIRECT_MAX_TIMES="2").part(url, 0, 10)


def test_each_read_of_a_member_may_be_the_one_past_its_time() -> None:
    checks: list[None] = []
    member = Member(Window(io.BytesIO(gzip.compress(b"0123456789"))), 0, lambda: checks.append(None))
    assert member.read(4) + member.read(4) + member.read(4) + member.read(4) == b"0123456789"
    assert len(checks) == 4


class CountedFile(io.BytesIO):
    seeks = 0

    def seek(self, *place: int) -> int:
        self.seeks += 1
        return super().seek(*place)


@pytest.mark.parametrize("most", [9_999, 10_000])
def test_a_window_keeps_what_lies_behind_its_anchor(most: int) -> None:
    file = CountedFile(bytes(range(250)) * 1000)
    window = Window(file, most)
    for place in (70_000, 80_000):
        window.anchor = 70_000
        assert window.read(place, 70_000) == file.getvalue()[place : place + 70_000]
    seeks = file.seeks
    assert window.read(70_000, 5) == file.getvalue()[70_000:70_005]
    assert (file.seeks == seeks) == (most == 10_000)


def test_a_window_reads_on_without_going_back() -> None:
    data = bytes(range(250)) * 1000
    file = CountedFile(data)
    window = Window(file)
    for place, size, read_to in ((0, 1 << 16, 1 << 16), (0, 1 << 16, 1 << 16), (1 << 16, 5, 1 << 17)):
        assert window.read(place, size) == data[place : place + size]
        assert file.tell() == read_to
    assert file.seeks == 1
    file = CountedFile(data)
    window = Window(file, 100)
    window.read(0, 1 << 16)
    window.anchor = 1 << 16
    assert window.read((1 << 16) + 100, 5) == data[(1 << 16) + 100 : (1 << 16) + 105]
    assert file.seeks == 1


@pytest.mark.parametrize("distance", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) - 2])
def test_the_next_sound_beginning_is_found_at_any_distance(distance: int) -> None:
    """Chunks of a megabyte are looked at, and a beginning may lie across two."""
    whole = record(packed=False)
    junk = b"x" * distance + b"y\n"
    gap, frame = frames(io.BytesIO(junk + whole), 0, 1 << 20)
    assert isinstance(gap, Gap)
    assert (gap.end, frame.begin) == (len(junk), len(junk))
    packed = gzip.compress(whole)
    assert next_member(io.BytesIO(b"x" * distance + packed), 0) == distance
    assert next_member(io.BytesIO(b"x" * distance + gzip.compress(b"WARC")), 0) is None


def test_an_answer_of_an_index_is_as_long_as_it_may_be() -> None:
    with RangeServer() as server:
        url = f"http://files.example:{server.port}/a"
        for most in (9, 10, 11):
            server.faults = [status(404, b"0123456789")]
            answer = servers().whole(url, most)
            assert (answer.body, answer.is_cut) == (b"0123456789"[:most], most == 9)
        server.faults = [status(503, Retry_After="7")]
        with pytest.raises(Unavailable, match="answered 503") as failure:
            servers().whole(url, 10)
        assert failure.value.after == 7


def test_200_characters_of_another_host_are_shown() -> None:
    with RangeServer() as server:
        server.faults = [status(302, Location="http://b.example/" + "a" * 999)]
        with pytest.raises(SourceFailed, match=r"another host, http://b\.example/a{183}$"):
            servers().whole(f"http://files.example:{server.port}/a", 10, stays_at_host=True)


def test_200_characters_of_a_name_in_a_wacz_are_shown(tmp_path: Path) -> None:
    with ZipFile(tmp_path / "a.wacz", "w") as packed:
        packed.writestr(f"../archive/{'a' * 300}.warc", b"none")
    with (tmp_path / "a.wacz").open("rb") as file:
        opened = WebArchive(file, "a.wacz", lambda _: True, 1 << 20)
        assert list(opened.pages()) == []
    assert opened.damage == [f"a.wacz#{'a' * 200} has 4 bytes, which is not a web archive"]


def test_120_characters_of_a_wrong_path_are_shown(tmp_path: Path) -> None:
    (tmp_path / "a.paths").write_text("../" + "a" * 300)
    finder = SourceFinder(Settings({"PROXY": "", "USER_AGENT": "t"}), prefix="https://a.example/")
    with pytest.raises(WrongSource, match=r"not '\.\./a{117}'; nothing was read"):
        finder.sources([str(tmp_path / "a.paths")])


@pytest.mark.parametrize("kind", ["warc", "warc.gz", "wacz"])
def test_a_reading_goes_on_at_the_record_that_it_came_to(tmp_path: Path, kind: str) -> None:
    each = [record(f"https://a.example/{number}", packed=kind == "warc.gz") for number in range(20)]
    path = tmp_path / f"a.{kind}"
    if kind == "wacz":
        with ZipFile(path, "w") as packed:
            packed.writestr("archive/a.warc", b"".join(each))
    else:
        path.write_bytes(b"".join(each))
    with path.open("rb") as file:
        opened = WebArchive(file, path.name, lambda _: True, 1 << 20)
        assert len(next(opened.portions())) == 16
        assert opened.begin == (0 if kind == "wacz" else sum(map(len, each[:15])))
        further = WebArchive(file, path.name, lambda _: True, 1 << 20, opened.begin)
        assert len(list(further.pages())) == (20 if kind == "wacz" else 5)


@pytest.mark.parametrize(("more", "coding"), [(0, {}), (1, {}), (1, {"Content_Encoding": "br"})])
def test_a_page_has_the_bytes_that_its_server_announced(
    tmp_path: Path, more: int, coding: dict[str, str]
) -> None:
    """Of a packed page crawlers keep the length that it had before."""
    pages, opened = read(tmp_path / "a.warc", record(Content_Length=str(len(PAGE) + more), **coding))
    is_cut = more and not coding
    assert [page.body for page in pages] == ([] if is_cut else [PAGE])
    assert opened.passed == ({"cut short when they were fetched": 1} if is_cut else {})


def test_a_frame_is_its_record_to_the_byte() -> None:
    empty = b"WARC/1.0\r\nContent-Length: 0\r\n\r\n"
    records = [record(packed=False).removesuffix(b"\r\n\r\n"), empty, empty, record(packed=False)[:-4]]
    data = b"\r\n\r\n".join(records)
    begins = [sum(len(part) + 4 for part in records[:number]) for number in range(4)]
    assert [*frames(io.BytesIO(data), 0, 1 << 20)] == [
        Frame(begin, part) for begin, part in zip(begins, records, strict=True)
    ]
    *_, cut = frames(io.BytesIO(data[:-1]), 0, 1 << 20)
    assert isinstance(cut, Gap)
    assert (cut.begin, "cut short" in cut.reason) == (begins[3], True)
