"""Indexes and archives that lie, send without end, or lead elsewhere: each costs itself, with a reason."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest
from scrapy.settings import Settings

from crawler.exceptions import SourceFailed, WrongSource
from crawler.importing.indexes.captures import (
    ArchiveClient,
    CaptureFailed,
    CaptureFetcher,
    _page_headers,
    _replayed_at,
)
from crawler.importing.indexes.cdx import DIALECTS, Dialect, Listing, Query, dialect_of, read_line, replay_of
from crawler.importing.indexes.index_source import index_source
from crawler.importing.records import NoPage
from crawler.importing.source_files import SourceFinder
from crawler.importing.web_server import Answer, WebServers
from tests.crawler.commands.test_import import address, page
from tests.crawler.importing.indexes.cdx_server import CdxServer, Stored, memento, status
from tests.crawler.importing.indexes.test_import_indexes import Import
from tests.crawler.importing.test_limits_of_imports import Hurried
from tests.crawler.importing.test_web_archives import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.crawler.importing.indexes.cdx_server import Fault, Handler
    from tests.support.running import Crawl


@pytest.fixture
def server() -> Iterator[CdxServer]:
    with CdxServer() as running:
        yield running


def listing(server: CdxServer, index: str) -> Listing:
    values = {"USER_AGENT": "test", "PROXY": "", "RESOLVE_TO": "web.example=127.0.0.1", "DOWNLOAD_TIMEOUT": 5}
    client = ArchiveClient(
        WebServers(Settings(values)), "test", 0, obeys_robots=True, pauses=(), largest_answer=100_000
    )
    return Listing(Query(index, dialect_of(index), "courier.example"), client.index_answer)


LINE = b"example,courier)/1 20250301100000 https://courier.example/1 text/html 200 SHA 100\n"


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([LINE * 2000], "its answer has more than 100,000 bytes"),
        ([b"x" * 200_000], "its answer has more than 100,000 bytes"),
        ([LINE + b"\nkey\n", LINE + b"\nkey\n"], "the same place to go on from twice"),
        ([LINE.replace(b"/1 ", b"/2 ") + b"\nkey\n", LINE + b"\nanother\n"], "goes back"),
    ],
    ids=["lines", "line", "resume key", "order"],
)
def test_an_index_without_end_is_ended(server: CdxServer, answers: list[bytes], words: str) -> None:
    server.faults["/cdx/search"] = [status(200, answer) for answer in answers]
    with pytest.raises(SourceFailed, match=words):
        list(listing(server, server.wayback).portions())


@pytest.mark.parametrize(
    "answer", [b'{"pages": 1000000000}', b"[" * 9000, b'{"pages": true, "x": ', b"{}", b"-1"]
)
def test_a_number_of_pages_that_is_none_ends_the_query(server: CdxServer, answer: bytes) -> None:
    server.faults["showNumPages"] = [status(200, answer)]
    with pytest.raises(SourceFailed, match="does not say how many pages"):
        list(listing(server, server.common_crawl).portions())


def test_lines_that_are_no_capture_are_counted(server: CdxServer) -> None:
    odd = (
        *(LINE.strip() + b" more", LINE.rpartition(b" ")[0]),
        *(b"[" * 5000, b"a b c", b'{"url": 7}', b"\xff\xfe", b"{" * 100, b"x" * 20_000),
        b'{"timestamp": "99999999999999", "url": "https://courier.example/"}',
        b'{"timestamp": "20250301100000", "url": "javascript:alert(1)"}',
    )
    server.faults["/cdx"] = [status(200, LINE + b"\n".join(odd))]
    captures = listing(server, server.pywb)
    assert [capture.url for portion in captures.portions() for capture in portion] == [
        "https://courier.example/1"
    ]
    assert captures.unread == len(odd)


def of(index: str, fetch: Callable[[str], bytes | None]) -> Listing:
    return Listing(Query(index, dialect_of(index), "courier.example"), fetch)


def test_a_line_of_an_index_has_16384_characters() -> None:
    longest = LINE.replace(b"/1 ", b"/1".ljust(16_384 - len(LINE) + 3, b"x") + b" ", 1).rstrip(b"\n")
    assert len(longest) == 16_384
    listing = of("https://web.example/cdx", lambda _: longest + b"\n" + longest + b"x")
    assert [len(portion) for portion in listing.portions()] == [1]
    assert listing.unread == 1


def test_an_index_has_20_000_answers_or_pages_of_5000_lines() -> None:
    addresses: list[str] = []

    def answer(address: str) -> bytes:
        addresses.append(address)
        return f"\n\nkey{len(addresses)}\n".encode()

    with pytest.raises(SourceFailed, match="more than 20,000 answers to one query"):
        list(of("https://web.archive.org/cdx/search/cdx", answer).portions())
    assert len(addresses) == 20_000
    assert "&limit=5000&" in addresses[0]
    for pages in (20_000, 20_001):
        with nullcontext() if pages == 20_000 else pytest.raises(SourceFailed, match="how many pages"):
            listing = of(
                "https://index.commoncrawl.org/CC-MAIN-2025-13-index", lambda _, pages=pages: b"%d" % pages
            )
            next(listing.portions())
            assert listing.pages == pages


def test_an_answer_may_begin_with_the_last_capture_of_the_one_before() -> None:
    answers = iter([LINE + b"\nkey\n", LINE])
    listing = of("https://web.archive.org/cdx/search/cdx", lambda _: next(answers))
    assert [len(portion) for portion in listing.portions()] == [1, 1]
    assert listing.unread == 0


@pytest.mark.parametrize("length", [16_384, 16_385])
def test_a_key_to_go_on_from_has_16384_characters_and_may_stand_alone(length: int) -> None:
    answers = iter([b"\n" + b"k" * length, LINE])
    listing = of("https://web.archive.org/cdx/search/cdx", lambda _: next(answers))
    with nullcontext() if length == 16_384 else pytest.raises(SourceFailed, match="to go on from"):
        assert [len(portion) for portion in listing.portions()] == [0, 1]
        assert listing.unread == 0


def test_the_first_line_says_how_many_pages_an_index_has() -> None:
    listing = of("https://index.commoncrawl.org/CC-MAIN-2025-13-index", lambda _: b"1\n2")
    next(listing.portions())
    assert listing.pages == 1
    assert list(of("https://index.commoncrawl.org/x-index", lambda _: b"0").portions()) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [(("a 0", "c 0"), ("b 0", "d 0")), (("a 0", "a 3"), ("a 2", "a 9")), (("a 0", "b 5"), ("a 9", "c 9"))],
)
def test_an_index_goes_on_behind_the_last_capture_of_the_answer_before(
    before: tuple[str, str], after: tuple[str, str]
) -> None:
    def lines(captures: tuple[str, str]) -> bytes:
        parts = (capture.split(" ") for capture in captures)
        return b"".join(
            LINE.replace(b"/1 2025030110000", f"/{key} 2025030110000".encode()).replace(
                b"0 https", f"{second} https".encode(), 1
            )
            for key, second in parts
        )

    answers = iter([lines(before) + b"\nkey\n", lines(after)])
    portions = of("https://web.archive.org/cdx/search/cdx", lambda _: next(answers)).portions()
    assert len(next(portions)) == 2
    with pytest.raises(SourceFailed, match="goes back"):
        next(portions)


@pytest.mark.parametrize(
    ("index", "replay", "reason"),
    [
        *((f"https://index.example/cdx{more}", None, "without `\\?`") for more in ("?url=x", "#x", "?a#b")),
        ("http://10.0.0.1/cdx", None, "private-address"),
        ("http://index.example/cdx", "http://169.254.169.254/", "private-address"),
    ],
)
def test_what_may_not_be_asked_is_refused_before_anything_is(
    index: str, replay: str | None, reason: str
) -> None:
    settings = Settings({"USER_AGENT": "test", "PROXY": "", "DOWNLOAD_MAXSIZE": 1000})
    with pytest.raises(WrongSource, match=reason):
        index_source(index, ["a.example"], SourceFinder(settings), settings, replay=replay)


def test_an_answer_of_an_index_has_64_megabytes() -> None:
    class Long:
        def whole(self, address: str, most: int) -> Answer:
            assert most == 67_108_864
            return Answer(address, 200, (), b"", is_cut=True)

    client = ArchiveClient(cast("WebServers", Long()), "test", 0, obeys_robots=True, pauses=())
    with pytest.raises(SourceFailed, match="its answer has more than 67,108,864 bytes"):
        client.index_answer("https://index.example/")


class Constant:
    """Servers that give one answer to whatever is asked."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.body = status, body
        self.addresses: list[str] = []
        self.stays_at_host: bool | None = None

    def whole(self, address: str, most: int, *, stays_at_host: bool = False) -> Answer:
        self.addresses.append(address)
        self.stays_at_host = stays_at_host
        return Answer(address, self.status, (), self.body, is_cut=False)

    def client(self, obeys_robots: bool = True) -> ArchiveClient:
        return ArchiveClient(cast("WebServers", self), "test", 0, obeys_robots, pauses=())


def test_404_alone_says_that_an_index_has_no_capture() -> None:
    for code in (200, 403, 404, 405):
        with pytest.raises(SourceFailed) if code in {403, 405} else nullcontext():
            answer = Constant(code, b"x").client().index_answer("https://index.example/")
            assert answer == (b"x" if code == 200 else None)


@pytest.mark.parametrize(
    ("code", "obeys", "may"), [(200, True, False), (404, True, True), (200, False, True)]
)
def test_robots_txt_of_an_archive_is_asked_for_once_and_obeyed_where_it_is_there(
    code: int, obeys: bool, may: bool
) -> None:
    servers = Constant(code, b"User-agent: *\nDisallow: /web/")
    client = servers.client(obeys)
    for _ in range(2):
        assert client.may_replay("https://web.example/web/1/x") is may
    assert servers.addresses == ["https://web.example/robots.txt"] * obeys


@pytest.mark.parametrize("code", [199, 200, 201])
def test_a_page_is_replayed_with_200_by_the_host_that_was_asked(code: int) -> None:
    servers = Constant(code, b"<html>")
    fetcher = CaptureFetcher(
        servers.client(obeys_robots=False), None, "https://web.example/web/", "https://index.example/", 1000
    )
    with nullcontext() if code == 200 else pytest.raises(NoPage, match=f"the archive answered {code}"):
        page = fetcher.page(read_line(LINE.decode()))
        assert (page.url, page.status, page.body) == ("https://courier.example/1", 200, b"<html>")
        assert (page.begin, page.fetched_at) == (0, datetime(2025, 3, 1, 10, tzinfo=UTC))
    assert servers.addresses == ["https://web.example/web/20250301100000id_/https://courier.example/1"]
    assert servers.stays_at_host is True


def test_120_characters_of_an_answer_are_shown(server: CdxServer) -> None:
    server.faults["/cdx/search"] = [status(400, b"x" * 999)]
    with pytest.raises(SourceFailed, match=r"the index answered 400: x{120}$"):
        list(listing(server, server.wayback).portions())
    server.faults["showNumPages"] = [status(200, b"x" * 999 + b"\ny")]
    with pytest.raises(SourceFailed, match=r"how many pages it has: x{120}$"):
        list(listing(server, server.common_crawl).portions())


@pytest.mark.parametrize("more", [0, 1])
def test_a_capture_has_the_bytes_of_a_page_and_two_heads(more: int) -> None:
    class Nothing:
        def part(self, filename: str, offset: int, length: int) -> tuple[str, bytes]:
            raise SourceFailed("not there")

    servers = WebServers(Settings({"USER_AGENT": "test", "PROXY": "", "DOWNLOAD_TIMEOUT": 5}))
    client = ArchiveClient(servers, "test", 0, obeys_robots=True, pauses=())
    place = {"filename": "a.warc.gz", "offset": "0", "length": str(1000 + 2 * 256_000 + more)}
    capture = read_line(json.dumps({"timestamp": "20250301100000", "url": address(1, "uk")} | place))
    with pytest.raises(
        NoPage if more else CaptureFailed, match="larger than a page" if more else "not there"
    ):
        CaptureFetcher(client, Nothing(), None, "http://index.example/", 1000).page(capture)


@pytest.mark.parametrize(("second", "is_same"), [("00.999", True), ("01", False)])
def test_a_capture_is_of_the_second_that_the_index_says(second: str, is_same: bool) -> None:
    class Files:
        def part(self, filename: str, offset: int, length: int) -> tuple[str, bytes]:
            return filename, record(address(1, "uk"), date=f"2025-03-01T10:00:{second}Z")

    servers = WebServers(Settings({"USER_AGENT": "test", "PROXY": "", "DOWNLOAD_TIMEOUT": 5}))
    client = ArchiveClient(servers, "test", 0, obeys_robots=True, pauses=())
    place = {"filename": "a.warc.gz", "offset": "0", "length": "100"}
    capture = read_line(json.dumps({"timestamp": "20250301100000", "url": address(1, "uk")} | place))
    with nullcontext() if is_same else pytest.raises(NoPage, match="another time"):
        fetcher = CaptureFetcher(client, Files(), None, "http://index.example/", 100_000)
        assert fetcher.page(capture).fetched_at == capture.at


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (record()[:60], CaptureFailed, "a.warc.gz from byte 7, 100 bytes: a.warc.gz is damaged near byte 0"),
        (record(kind="request"), NoPage, "requests and other records without a page"),
        (b"\r\n" * 20, CaptureFailed, "a.warc.gz has no record at byte 7"),
    ],
    ids=["damaged", "request", "blank"],
)
def test_what_lies_at_the_place_of_a_capture_is_told(data: bytes, error: type[Exception], words: str) -> None:
    class Files:
        def part(self, filename: str, offset: int, length: int) -> tuple[str, bytes]:
            return filename, data

    client = Constant(404, b"").client()
    place = {"filename": "a.warc.gz", "offset": "7", "length": "100"}
    capture = read_line(json.dumps({"timestamp": "20250301100000", "url": address(1, "uk")} | place))
    with pytest.raises(error, match=words):
        CaptureFetcher(client, Files(), None, "http://index.example/", 1000).page(capture)


def test_the_headers_of_a_replay_are_those_of_the_page_s_own_server() -> None:
    sent = (
        *(("Content-Type", "text/html"), ("Memento-Datetime", "at"), ("Link", "<x>")),
        ("Content-Encoding", "gzip"),
    )
    dropped = (("Server", "archive"), ("Set-Cookie", "a=b"), ("Transfer-Encoding", "chunked"))
    assert _page_headers((*sent, *dropped)) == sent
    own = (("X-Archive-Orig-ETag", "1"), ("x-archive-orig-content-type", "text/html"))
    of_its_connection = (("X-Archive-Orig-Server", "x"), ("X-Archive-Orig-Content-Encoding", "br"))
    assert _page_headers((*sent, *dropped, *own, *of_its_connection)) == (
        *(("ETag", "1"), ("content-type", "text/html")),
        *sent[1:],
    )


@pytest.mark.parametrize("lacks", ["filename", "offset", "length"])
def test_a_capture_without_a_place_is_in_no_file(lacks: str) -> None:
    class Files:
        def part(self, filename: str, offset: int, length: int) -> tuple[str, bytes]:
            raise AssertionError(filename)

    servers = WebServers(Settings({"USER_AGENT": "test", "PROXY": "", "DOWNLOAD_TIMEOUT": 5}))
    client = ArchiveClient(servers, "test", 0, obeys_robots=True, pauses=())
    place = {"filename": "a.warc.gz", "offset": "0", "length": "100"}
    del place[lacks]
    capture = read_line(json.dumps({"timestamp": "20250301100000", "url": address(1, "uk")} | place))
    with pytest.raises(NoPage, match="nor replayed"):
        CaptureFetcher(client, Files(), None, "http://index.example/", 1000).page(capture)


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_tokyo")
def test_the_time_of_a_replay_is_in_its_header_or_its_address() -> None:
    at = datetime(2025, 3, 1, 10, tzinfo=UTC)
    assert _replayed_at("http://a.example/web/20250301100000id_/http://b.example/", {}) == at
    header = {"memento-datetime": "Sat, 01 Mar 2025 10:00:00 GMT"}
    assert _replayed_at("http://a.example/web/20240301100000id_/x", header) == at
    for zone in ("+0200", "-0000"):  # the second says that no zone is known
        hour = 12 if zone == "+0200" else 10
        header = {"memento-datetime": f"Sat, 01 Mar 2025 {hour}:00:00 {zone}"}
        assert _replayed_at("http://a.example/x", header) == at
    for url in ("http://a.example/x", "http://a.example/web/20259901100000id_/x"):
        assert _replayed_at(url, {"memento-datetime": "yesterday"}) is None


def test_files_of_an_archive_are_asked_at_its_pace_too() -> None:
    class Nothing:
        def part(self, filename: str, offset: int, length: int) -> tuple[str, bytes]:
            raise SourceFailed("not there")

    servers = WebServers(Settings({"USER_AGENT": "test", "PROXY": "", "DOWNLOAD_TIMEOUT": 5}))
    client = ArchiveClient(servers, "test", 60.0, obeys_robots=True, pauses=())
    place = {"filename": "a.warc.gz", "offset": "0", "length": "100"}
    capture = read_line(json.dumps({"timestamp": "20250301100000", "url": address(1, "uk")} | place))
    with pytest.raises(CaptureFailed, match="not there"):
        CaptureFetcher(client, Nothing(), None, "http://index.example/", 1000).page(capture)
    assert client._next > 0  # the next request waits


def test_requests_begin_a_delay_apart_and_the_first_at_once() -> None:
    servers = WebServers(Settings({"USER_AGENT": "test", "PROXY": "", "DOWNLOAD_TIMEOUT": 5}))
    stopped = Hurried()
    client = ArchiveClient(servers, "test", 60.0, obeys_robots=True, pauses=(), stopped=stopped)
    for _ in range(3):
        client.ask(lambda: Answer("http://index.example/", 200, (), b"", is_cut=False))
    first, *others = stopped.seconds
    assert first <= 0
    # a machine that stands still between two requests has waited that long already
    assert 0 < others[0] <= 60 < others[1] <= 120


def test_every_dialect_is_read_alike() -> None:
    fields = {"url": "http://courier.example:80/1", "mime": "text/html", "status": "200", "digest": "SHA"}
    about = {"urlkey": "example,courier)/1", "timestamp": "20250301100000"}
    text = "example,courier)/1 20250301100000 http://courier.example:80/1 text/html 200 SHA 100"
    lines = {
        read_line(json.dumps(about | fields | {"length": "100"})),
        read_line(f"example,courier)/1 20250301100000 {json.dumps(fields | {'length': 100})}"),
        read_line(text),
    }
    assert len(lines) == 1
    capture = lines.pop()
    assert (capture.url, capture.mime) == ("http://courier.example/1", "text/html")
    assert capture.key == "example,courier)/1"
    assert read_line(json.dumps({"timestamp": "20250301100000"} | fields)).key == capture.url
    typed = fields | {"mime": "Text/HTML; charset=utf-8"}
    assert read_line(json.dumps(about | typed)).mime == "text/html"


def test_the_dialect_follows_from_the_address() -> None:
    for index, dialect, replay in (
        ("https://web.archive.org/cdx/search/cdx", "wayback", "https://web.archive.org/web/"),
        ("https://index.commoncrawl.org/CC-MAIN-2025-13-index", "commoncrawl", None),
        ("http://localhost:8080/news/cdx", "pywb", "http://localhost:8080/news/"),
    ):
        assert (dialect_of(index), replay_of(index, dialect_of(index))) == (dialect, replay)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_dialect_that_is_given_is_that_of_the_query(dialect: Dialect) -> None:
    settings = Settings({"USER_AGENT": "test", "PROXY": "", "DOWNLOAD_MAXSIZE": 1000})
    for index in ("http://index.example/news/cdx", "http://index.example/x-index"):
        finder = SourceFinder(settings)
        (source,) = index_source(index, ["courier.example"], finder, settings, dialect=dialect)
        assert source.query.dialect == dialect
        assert (source.fetcher.files is not None) == (dialect == "commoncrawl")
        assert (source.fetcher.replay is None) == (dialect == "commoncrawl")


def test_lies_about_captures_cost_those_captures(crawl: Crawl, server: CdxServer, tmp_path: Path) -> None:
    server.collection.add(
        *(Stored(address(number, "uk"), "20250301100000", page(number)) for number in range(1, 9))
    )
    lines = server.collection.lines
    lines[1]["length"] = "100"
    lines[2]["length"] = "900000000"
    lines[3]["offset"] = "900000000"
    lines[4]["filename"] = "../../etc/passwd"
    lines[5]["offset"], lines[5]["length"] = lines[0]["offset"], lines[0]["length"]
    lines[6]["timestamp"] = "20250302100000"
    lines.append(lines[7] | {"url": "https://elsewhere.example/1", "urlkey": "z"})
    lines.append(lines[-1])
    for number in range(9, 40):
        path = f"{number}{'x' * 300}"
        lines.append(lines[4] | {"url": f"{address(number, 'uk')}{path}", "urlkey": f"zz{number:02}"})
    past = Import(crawl, tmp_path)
    server.lines_a_page = 100
    server.faults["page=0"] = [status(200, "".join(json.dumps(line) + "\n" for line in lines).encode())]
    done = past("--from", server.common_crawl, "--prefix", server.files)
    assert done.exit_code == 1
    assert "Traceback" not in done.err
    account = past.account
    assert account["passed_over"] == {
        "larger than a page may be": 1,
        "of another address than the index says": 1,
        "of another time than the index says": 1,
        "outside the selection": 1,
        "listed twice": 1,
    }
    assert account["pages"] == {"archived": 2, "failed(damaged)": 3 + 31}
    assert account["read_to"] == len(lines)
    told = [problem for problem in account["problems"] if problem.startswith("the capture ")]
    assert len(told) == 20
    assert len(told[-1].split(" ")[4].removesuffix(":")) == 200
    for words in ("its packed bytes end too early", "has 0 bytes", "the index names no path of a WARC file"):
        assert any(words in problem for problem in account["problems"])


def test_replays_that_lead_elsewhere_are_no_captures(crawl: Crawl, server: CdxServer, tmp_path: Path) -> None:
    stored = [Stored(address(number, "uk"), "20250301100000", page(number)) for number in range(1, 7)]
    server.collection.add(*stored)
    elsewhere = Stored("https://elsewhere.example/1", "20250301100000", page(1))
    later = Stored(address(3, "uk"), "20250701100000", page(3))

    def goes_to(location: str) -> list[Fault]:
        return [status(302, b"", Location=location)]

    def endless(handler: Handler) -> bool:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"<p>" * 4_000_000)
        handler.close_connection = True
        return True

    server.faults = {
        "/news/1": goes_to(f"http://elsewhere.example:{server.server_port}/"),
        "/news/2": [_replays(elsewhere)],
        "/news/3": [_replays(later)],
        "/news/4": [endless],
        "/news/5": [status(404, b"not archived")],
    }
    past = Import(crawl, tmp_path)
    done = past("--from", server.pywb)
    assert done.exit_code == 1
    account = past.account
    assert account["passed_over"] == {
        "of another address than the index says": 1,
        "of another time than the index says": 1,
        "larger than a page may be": 1,
        "not replayed: the archive answered 404": 1,
    }
    assert account["pages"] == {"archived": 1, "failed(damaged)": 1}
    assert "it redirects to another host" in done.err
    (article,) = done.table("articles").itertuples()
    assert (article.url, article.http_status) == (address(6, "uk"), 200)


def _replays(capture: Stored) -> Fault:
    def fault(handler: Handler) -> bool:
        handler.answer(200, capture.body, memento(capture))
        return True

    return fault
