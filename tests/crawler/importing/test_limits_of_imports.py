"""Limits of an import at their last value and at the first beyond, in the numbers that the documents name."""

from __future__ import annotations

import gzip
import os
import random
import threading
import time
import zipfile
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

import pytest
from scrapy.settings import Settings

from crawler.exceptions import SourceFailed, Unanswered, Unavailable, Unreadable, WrongSource
from crawler.importing.frames import Window
from crawler.importing.members import Member
from crawler.importing.page_task import _decoded
from crawler.importing.remote_file import PAUSES, Part, RemoteFile, patiently
from crawler.importing.source_files import SourceFinder
from crawler.importing.web_archives import WebArchive
from crawler.importing.web_server import WebServers
from tests.crawler.importing.range_server import RangeServer, status
from tests.crawler.importing.test_web_archives import LARGEST, pages_of, read, record

PREFIX = "https://courier.example/"
FIRST, LAST = f"{PREFIX}first", f"{PREFIX}last"


def portions(path: Path, *parts: bytes, **more: float) -> list[int]:
    path.write_bytes(b"".join(parts))
    with path.open("rb") as file:
        archive = WebArchive(file, path.name, lambda _: True, LARGEST, **more)
        return [len(portion) for portion in archive.portions()]


def test_a_portion_has_16_pages_or_a_megabyte_or_500_records(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    assert portions(path, record(packed=False) * 40) == [16, 16, 8]
    half = b"<p>" + b"a" * ((1 << 19) - 3)
    assert portions(path, record(body=half, packed=False) * 5) == [2, 2, 1]
    assert portions(path, record(body=half[:-1], packed=False) * 5) == [3, 2]
    nearly = record(body=half, packed=False) + record(body=half[:-1], packed=False)
    assert portions(path, (nearly + record(packed=False)) * 2) == [3, 3, 0]
    other = record(kind="request", packed=False)
    assert portions(path, other * 1499) == [0, 0, 0]
    assert portions(path, other * 499, record(packed=False), other * 500, record(packed=False)) == [1, 0, 1]


def test_the_cpu_time_of_a_file_grows_with_its_size(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    assert portions(path, record(packed=False), b"\r\n" * (2 << 20), cpu_seconds=0.0) == [1]
    with path.open("rb") as file:
        archive = WebArchive(file, path.name, lambda _: True, LARGEST)
    assert archive._meter._limit == 5 + 2 * path.stat().st_size / 2**20
    assert archive._meter._spent == 0


def test_the_cpu_time_of_a_file_is_that_of_its_own_reading(tmp_path: Path) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(record(packed=False) * 40)
    with path.open("rb") as file:
        archive = WebArchive(file, path.name, lambda _: True, LARGEST, cpu_seconds=time.thread_time() / 2)
        for _ in archive.portions():
            busy_until = time.thread_time() + 0.05
            while time.thread_time() < busy_until:
                pass
        assert 0 < archive._meter._spent < 0.05


@pytest.mark.parametrize("length", [1024, 1025])
def test_an_address_has_1024_characters(tmp_path: Path, length: int) -> None:
    pages, _ = read(tmp_path / "a.warc", record(PREFIX + "a" * (length - len(PREFIX))))
    assert len(pages) == (length == 1024)


@pytest.mark.parametrize("size", [255_999, 256_000])
def test_the_headers_of_an_answer_have_less_than_256_000_bytes(tmp_path: Path, size: int) -> None:
    length = len("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nX-: \r\n\r\n")
    pages, opened = read(tmp_path / "a.warc", record(X_="a" * (size - length)), record())
    assert len(pages) == 1 + (size < 256_000)
    assert len(opened.damage) == (size == 256_000)


@pytest.mark.parametrize("size", [256_000, 256_001])
def test_the_head_of_a_record_has_256_000_bytes(tmp_path: Path, size: int) -> None:
    whole = record(packed=False)
    missing = size - whole.index(b"\r\n\r\n") - 4 - len("X: \r\n")
    long = whole.replace(b"WARC-Date", b"X: " + b"a" * missing + b"\r\nWARC-Date", 1)
    pages, opened = read(tmp_path / "a.warc", long, record(packed=False))
    assert len(pages) == 1 + (size == 256_000)
    assert len(opened.damage) == (size == 256_001)


@pytest.mark.parametrize("size", [LARGEST, LARGEST + 1])
def test_a_page_has_as_many_bytes_as_it_may(tmp_path: Path, size: int) -> None:
    pages, opened = read(tmp_path / "a.warc", record(body=b"a" * size, packed=False), record(packed=False))
    assert len(pages) == 1 + (size == LARGEST)
    assert opened.passed["larger than a page may be"] == (size > LARGEST)


def test_the_largest_page_is_read_behind_the_longest_heads(tmp_path: Path) -> None:
    whole = record(body=b"a" * LARGEST, X_="a" * 250_000, packed=False)
    long = whole.replace(b"WARC-Date", b"X: " + b"a" * 250_000 + b"\r\nWARC-Date", 1)
    pages, opened = read(tmp_path / "a.warc", long)
    assert [len(page.body) for page in pages] == [LARGEST]
    assert opened.damage == []


def test_a_page_without_its_codings_has_as_many_bytes_as_it_may() -> None:
    assert _decoded(b"a" * LARGEST, {}, LARGEST) == b"a" * LARGEST
    with pytest.raises(Unreadable, match="more than"):
        _decoded(b"a" * (LARGEST + 1), {}, LARGEST)


def test_the_cause_of_a_damage_has_200_characters(tmp_path: Path) -> None:
    broken = record(status="200 " + "a" * 999, packed=False).replace(b"HTTP/1.1", b"HTTP/9.9")
    _, opened = read(tmp_path / "a.warc", broken)
    assert len(opened.damage[0]) == len("a.warc is damaged near byte 0: ") + 200


def test_20_sentences_tell_the_damage_of_a_file(tmp_path: Path) -> None:
    broken = record(packed=False).replace(b"HTTP/1.1 200", b"HTTP/9.9 200")
    for number in (20, 21, 30):
        _, opened = read(tmp_path / "a.warc", broken * number)
        assert len(opened.damage) == min(number, 21)
        assert opened.damage[-1].endswith("in more places") == (number > 20)


@pytest.mark.parametrize(("packed", "most"), [(False, 20_000), (True, 20)], ids=["plain", "gzip"])
def test_so_many_wrong_beginnings_are_looked_at(tmp_path: Path, packed: bool, most: int) -> None:
    """In a packed stream each way back unpacks it anew."""
    for number in (most, most + 1):
        data = record(FIRST, packed=False) + b"\nWARC/1.0\r\n" * number + b"\n" + record(LAST, packed=False)
        pages, opened = read(tmp_path / "a.warc", gzip.compress(data, 1) if packed else data)
        assert [page.url for page in pages] == ([FIRST, LAST] if number == most else [FIRST])
        assert "the head of its record has no Content-Length" in opened.damage[0]
        assert ("to the end of its member" in opened.damage[0]) == (packed and number > most)


def test_a_member_of_gzip_is_read_forward_and_back(tmp_path: Path) -> None:
    data = random.Random(9).randbytes(300_000)
    path = tmp_path / "a.gz"
    path.write_bytes(b"before" + gzip.compress(data) + b"behind")
    places = random.Random(3)
    with path.open("rb") as file:
        member = Member(Window(file), 6, lambda: None)
        for _ in range(60):
            place, size = places.randrange(310_000), places.randrange(1, 5000)
            assert member.seek(place) == min(place, len(data))
            part = member.read(size)
            assert data[place : place + size].startswith(part)
            assert bool(part) == (place < len(data))
        assert member.end() == path.stat().st_size - len(b"behind")
        assert member.fault is None


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("size", [64 << 20, (64 << 20) + 1])
def test_a_list_has_64_megabytes(tmp_path: Path, size: int, packed: bool) -> None:
    finder = SourceFinder(Settings({"PROXY": "", "USER_AGENT": "t"}), prefix=PREFIX)
    (tmp_path / "a.paths.gz").write_bytes(gzip.compress(b"%" * size, 1) if packed else b"")
    if not packed:
        os.truncate(tmp_path / "a.paths.gz", size)
    with pytest.raises(WrongSource, match="has more than 67,108,864" if size % 2 else "expected paths"):
        finder.sources([str(tmp_path / "a.paths.gz")])


@pytest.mark.parametrize("number", [1_000_000, 1_000_001])
def test_a_list_has_a_million_lines(tmp_path: Path, number: int) -> None:
    finder = SourceFinder(Settings({"PROXY": "", "USER_AGENT": "t"}), prefix=PREFIX)
    (tmp_path / "a.paths").write_text("a\n" * number)
    with nullcontext() if number == 1_000_000 else pytest.raises(WrongSource, match="1,000,000 lines"):
        assert len(finder._paths(str(tmp_path / "a.paths"))) == number


def test_a_path_of_a_list_has_1000_characters(tmp_path: Path) -> None:
    finder = SourceFinder(Settings({"PROXY": "", "USER_AGENT": "t"}), prefix=PREFIX)
    (tmp_path / "a.paths").write_text("a" * 1000)
    assert len(finder.sources([str(tmp_path / "a.paths")])) == 1
    (tmp_path / "a.paths").write_text("a" * 1001)
    with pytest.raises(WrongSource, match="expected paths below the prefix"):
        finder.sources([str(tmp_path / "a.paths")])


def test_a_list_on_a_server_may_be_signed() -> None:
    finder = SourceFinder(Settings({"PROXY": "", "USER_AGENT": "t"}))
    for name in ("https://files.example/a.paths.gz?signature=1", "https://files.example/a.paths?b=/c.warc"):
        with pytest.raises(WrongSource, match="say with --prefix what they begin with"):
            finder.sources([name])
    assert len(finder.sources(["https://files.example/a.warc?list=a.paths"])) == 1


def servers(**settings: str) -> WebServers:
    return WebServers(
        Settings({"PROXY": "", "USER_AGENT": "t", "RESOLVE_TO": "files.example=127.0.0.1", **settings})
    )


def test_a_request_has_ten_times_the_time_of_a_download_and_ten_seconds_to_connect() -> None:
    made = servers(DOWNLOAD_TIMEOUT="3")
    assert made._deadline == 30
    timeout = made._pools.connection_pool_kw["timeout"]
    assert (timeout.connect_timeout, timeout.read_timeout) == (10, 3)


def test_seven_answers_are_of_the_moment_and_no_others() -> None:
    with RangeServer() as server:
        for code in (*range(400, 432), *range(499, 506)):
            server.faults = [status(code)]
            with pytest.raises((SourceFailed, Unavailable)) as failure:
                servers().part(f"http://files.example:{server.port}/a", 0, 10)
            assert (failure.type is Unavailable) == (code in {408, 425, 429, 500, 502, 503, 504}), code


def test_five_answers_are_redirects_and_no_others() -> None:
    with RangeServer() as server:
        server.files["/b"] = b"0123456789"
        for code in range(300, 310):
            server.faults = [status(code, Location="/b")]
            is_redirect = code in {301, 302, 303, 307, 308}
            with nullcontext() if is_redirect else pytest.raises(SourceFailed, match=f"answered {code}"):
                assert servers().part(f"http://files.example:{server.port}/a", 0, 10).size == 10


@pytest.mark.parametrize("length", [10, 9])
def test_a_server_without_parts_may_send_a_file_that_is_no_larger_than_one(length: int) -> None:
    with RangeServer() as server:
        server.gives_parts = False
        server.files["/a"] = b"0123456789"
        with nullcontext() if length == 10 else pytest.raises(SourceFailed, match="no parts of a file"):
            part = servers().part(f"http://files.example:{server.port}/a", 0, length)
            assert (part.data, part.size) == (b"0123456789", 10)


def test_200_characters_of_a_wrong_redirect_are_shown() -> None:
    with RangeServer() as server:
        server.faults = [status(302, Location="http://[" + "a" * 999)]
        with pytest.raises(SourceFailed, match=r"'http://\[a{192}'"):
            servers().part(f"http://files.example:{server.port}/a", 0, 10)


def test_no_handle_of_a_connection_outlives_it() -> None:
    with RangeServer() as server:
        made = servers()
        for _ in range(3):
            server.faults = [status(404)]
            with pytest.raises(SourceFailed):
                made.part(f"http://files.example:{server.port}/a", 0, 10)
        made._pools.clear()
        assert made._lines == set()
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert all(timer.finished.is_set() for timer in timers)  # one would cut a later request


def test_the_last_part_of_a_file_is_shorter() -> None:
    with RangeServer() as server:
        server.files["/a"] = b"0123456789"
        part = servers().part(f"http://files.example:{server.port}/a", 7, 100)
        assert (part.data, part.size) == (b"789", 10)
        server.faults = [status(206, Content_Range="x" * 100)]
        with pytest.raises(SourceFailed, match="asked for bytes 0-9, it sent '" + "x" * 60 + "'$"):
            servers().part(f"http://files.example:{server.port}/a", 0, 10)


def test_a_part_that_is_said_to_lie_behind_the_end_of_its_file_is_not_waited_for() -> None:
    with RangeServer() as server:
        server.faults = [status(206, b"01234", Content_Range="bytes 5-9/3")]
        part = servers().part(f"http://files.example:{server.port}/a", 5, 5)
        assert (part.data, part.size) == (b"", 3)


class Hurried(threading.Event):
    """Waits for nothing, and notes for how long it was told to."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds.append(timeout)
        return False


def test_a_server_is_asked_eight_times_within_63_seconds_or_when_it_says() -> None:
    def fails(after: float | None = None) -> NoReturn:
        raise Unavailable("busy", after)

    stopped = Hurried()
    with pytest.raises(Unanswered, match=r"^it fails: busy\. Run the import again"):
        patiently(fails, PAUSES, stopped, "it fails")
    assert stopped.seconds == [0.5, 1, 2, 4, 8, 16, 32]
    for after in (300.0, 300.5):
        stopped = Hurried()
        with pytest.raises(Unanswered, match=f"it asks to wait {after:g} s"):
            patiently(lambda seconds=after: fails(seconds), PAUSES[:1], stopped, "it fails")
        assert stopped.seconds == ([300.0] if after == 300 else [])


def test_a_file_is_read_in_parts_of_8_megabytes_and_a_first_one_of_256_kilobytes() -> None:
    asked: list[tuple[int, int]] = []

    class Zeros:
        address = "https://files.example/a"

        def part(self, begin: int, length: int) -> Part:
            asked.append((begin, length))
            return Part(bytes(length), 20 << 20, None)

    with RemoteFile(Zeros()) as file:
        while file.read(1 << 20):
            pass
        file._ahead.shutdown()
    assert file.closed
    assert file._ahead._max_workers == 1
    first = 256 << 10
    assert asked == [
        (0, first),
        (first, 8 << 20),
        (first + (8 << 20), 8 << 20),
        (first + (16 << 20), (4 << 20) - first),
    ]


def test_a_table_of_contents_has_16_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.wacz"
    for more in (0, 1):
        with zipfile.ZipFile(path, "w") as packed:
            for number in range(257):  # 46 bytes and a name each
                packed.writestr(f"{number:064982}", b"")
            packed.writestr("a" * ((16 << 20) - 257 * (46 + 64982) - 46 + more), b"")
        _, opened = pages_of(path)
        expected = (
            "its table of contents has 16,777,217 bytes" if more else "a zip file without a web archive"
        )
        assert expected in opened.damage[0]


def test_18_bytes_may_be_a_record_and_200_characters_of_a_name_are_shown(tmp_path: Path) -> None:
    _, opened = read(tmp_path / "a.warc", b"a" * 18)
    assert "no record begins here" in opened.damage[0]
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as packed:
        packed.writestr("a" * 300 + ".warc", b"a")
    _, opened = pages_of(tmp_path / "a.wacz")
    (sentence,) = opened.damage
    assert sentence.startswith(f"a.wacz#{'a' * 200} has ")
