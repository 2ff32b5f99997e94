"""A file on a server is read as one that lies here, whatever the server and the network do in between."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Iterator

import pytest
from scrapy.settings import Settings

from crawler.exceptions import SourceFailed
from crawler.importing.remote_file import RemoteFile
from crawler.importing.web_server import PrivateAddress, WebFile, WebServers
from tests.crawler.importing.range_server import Handler, RangeServer, cut, passes, status

PART = 1000
DATA = random.Random(7).randbytes(10 * PART + 123)
AT_ONCE = (0.0,) * 4


@pytest.fixture
def server() -> Iterator[RangeServer]:
    with RangeServer() as running:
        running.files["/a"] = DATA
        yield running


def servers(**more: str) -> WebServers:
    settings = Settings({"PROXY": "", "USER_AGENT": "t", "RESOLVE_TO": "files.example=127.0.0.1", **more})
    return WebServers(settings)


def remote(server: RangeServer, path: str = "/a", host: str = "files.example") -> RemoteFile:
    return RemoteFile(WebFile(f"http://{host}:{server.port}{path}", servers()), AT_ONCE, PART)


def test_it_is_read_in_order_and_anywhere_and_no_more_is_in_memory(server: RangeServer) -> None:
    with remote(server) as file:
        assert (file.size, file.tag) == (len(DATA), '"1"')
        assert file.read() == DATA
        assert file.read(1) == b""
        places = random.Random(3)
        for _ in range(40):
            begin, length = places.randrange(len(DATA) + 50), places.randrange(1, 300)
            assert file.seek(begin) == begin == file.tell()
            assert DATA[begin:].startswith(found := file.read(length))
            assert bool(found) == (begin < len(DATA))
        assert file.seek(-9, io.SEEK_SET) == file.tell() == 0  # as zipfile does in a file that is short
        assert io.BufferedReader(file).detach().read(4) == DATA[:4]
        assert file.read(0) == b""
        assert file.seek(-5, io.SEEK_END) == len(DATA) - 5
        assert file.read() == DATA[-5:]
    assert max(end - begin for _, begin, end in server.asked) < PART
    server.files["/empty"] = b""
    with remote(server, "/empty") as file:
        assert (file.size, file.read()) == (0, b"")


def test_a_file_that_is_stopped_or_closed_asks_for_nothing_more(server: RangeServer) -> None:
    with remote(server) as file:
        assert (file.readable(), file.seekable()) == (True, True)
        file.stop()
        file.seek(5 * PART)
        with pytest.raises(SourceFailed, match="the import was stopped"):
            file.read(1)
    with remote(server) as closed:
        pass
    assert closed._stopped.is_set()
    with pytest.raises(RuntimeError, match="after shutdown"):
        closed._ahead.submit(int)
    assert [begin for _, begin, _ in server.asked] == [0, 0]


def test_the_part_that_is_read_ahead_is_not_waited_for_at_the_end(server: RangeServer) -> None:
    begun, over = threading.Event(), threading.Event()
    ended: list[str] = []

    def waits(handler: Handler) -> bool:
        begun.set()
        over.wait(5)
        ended.append(handler.path)
        return False

    server.faults = [passes, passes, waits]
    with remote(server) as file:
        assert file.read(PART) + file.read(PART) == DATA[: 2 * PART]
        assert begun.wait(5)
    assert ended == []
    over.set()


def test_only_what_is_read_in_order_is_read_ahead(server: RangeServer) -> None:
    with remote(server) as file:
        for begin in (5 * PART, 2 * PART, 8 * PART):
            file.seek(begin)
            assert file.read(1) == DATA[begin : begin + 1]
        assert file.seek(8 * PART - 1) == 8 * PART - 1
        assert file.read(1) == DATA[8 * PART - 1 : 8 * PART]
        file._ahead.shutdown()
    assert [begin for _, begin, _ in server.asked] == [0, 5 * PART, 2 * PART, 8 * PART, 8 * PART - 1]


def test_a_file_may_have_moved_often(server: RangeServer) -> None:
    server.faults = [status(code, Location="/a") for code in (301, 302, 303, 307, 308) * 4]
    with remote(server) as file:
        assert file.read(PART) == DATA[:PART]


def test_a_fault_of_the_moment_is_asked_again(server: RangeServer) -> None:
    server.faults = [status(503), status(429, Retry_After="0"), passes, cut(10), cut(0), passes, status(500)]
    server.faults += [passes, cut(999)]
    with remote(server) as file:
        assert file.read() == DATA
    asked = [begin for _, begin, _ in server.asked]
    assert sorted(set(asked)) == list(range(0, len(DATA), PART))
    assert len(asked) == len(set(asked)) + 6


def without_length(handler: Handler) -> bool:
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    return True


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (without_length, "gives no parts of a file"),
        (status(404), "answered 404"),
        (status(206), "asked for bytes"),
        (status(206, Content_Range="bytes 7-9/10"), "it sent 'bytes 7-9/10'"),
        (status(206, Content_Range="bytes */10"), "it sent 'bytes */10'"),
        (status(503, Retry_After="9999"), "asks to wait 9999 s"),
        (status(302, Location="http://169.254.169.254/latest/meta-data"), "refused (private-address)"),
        (status(302, Location="http://127.0.0.1/"), "refused (private-address)"),
        (status(302, Location="file:///etc/passwd"), "refused (scheme)"),
        (status(302, Location="http://user:pass@files.example/"), "refused (credentials)"),
    ],
)
def test_what_will_not_pass_is_told_at_once(server: RangeServer, fault: object, told: str) -> None:
    server.faults = [fault]  # type: ignore[list-item]
    with pytest.raises(SourceFailed) as failed:
        remote(server)
    assert told in str(failed.value)
    assert len(server.asked) == 1


def test_a_server_that_stays_away_is_given_up(server: RangeServer) -> None:
    server.faults = [passes, *[status(503)] * 20]
    with remote(server) as file, pytest.raises(SourceFailed, match=r"byte 1,000 and those after it.*503"):
        file.read()
    assert len(server.asked) == 1 + len(AT_ONCE) + 1
    with pytest.raises(SourceFailed, match="be read: it cannot be reached"):
        RemoteFile(WebFile("http://files.example:1/a", servers()), AT_ONCE, PART)
    server.faults = [status(302, Location="/a")] * 30
    with pytest.raises(SourceFailed, match="redirects more than 20 times"):
        RemoteFile(WebFile(f"http://files.example:{server.port}/a", servers()), AT_ONCE, PART)


def test_a_file_that_was_replaced_is_not_read_on(server: RangeServer) -> None:
    def changes(handler: Handler) -> bool:
        handler.server.tags["/a"] = '"2"'
        return False

    server.faults = [passes, passes, changes]
    with remote(server) as file, pytest.raises(SourceFailed, match=r'another file is there.*"2", before'):
        file.read()


def test_a_server_without_parts_is_told_unless_the_file_is_small(server: RangeServer) -> None:
    server.gives_parts = False
    server.files["/small"] = DATA[:100]
    with remote(server, "/small") as file:
        assert file.read() == DATA[:100]
    with pytest.raises(SourceFailed, match="download it"):
        remote(server)


def test_every_address_is_guarded_before_it_is_connected_to(server: RangeServer) -> None:
    for url in ("http://localhost/", "http://127.0.0.1/", "http://2130706433/", "http://[::ffff:10.0.0.1]/"):
        with pytest.raises(SourceFailed, match="refused"):
            servers().part(url, 0, 10)
    # a name that looks like any other, and is of this machine
    with pytest.raises(PrivateAddress, match="localhost is at"):
        servers()._addresses("localhost")
    assert (
        servers(ALLOW_PRIVATE_NETWORK="True").part(f"http://127.0.0.1:{server.port}/a", 0, 9).data == DATA[:9]
    )
    assert not server.asked[1:]


def test_secrets_of_an_address_are_not_shown() -> None:
    place = WebFile("https://files.example/a.warc.gz?X-Amz-Signature=secret#x", servers())
    assert place.address == "https://files.example/a.warc.gz"


@pytest.mark.parametrize(
    ("allow", "table", "name", "addresses"),
    [
        ("False", "files.example=127.0.0.1", "Files.Example.", ["127.0.0.1"]),
        ("True", "files.example=127.0.0.1", "files.example", ["127.0.0.1"]),
        ("True", "127.0.0.1", "files.example", ["127.0.0.1"]),
        ("True", "127.0.0.1", "10.0.0.1", ["10.0.0.1"]),
        ("True", "", "127.0.0.2", ["127.0.0.2"]),
        ("False", "", "8.8.8.8", ["8.8.8.8"]),
    ],
)
def test_a_name_is_at_the_address_of_the_table_or_at_its_own(
    allow: str, table: str, name: str, addresses: list[str]
) -> None:
    assert servers(ALLOW_PRIVATE_NETWORK=allow, RESOLVE_TO=table)._addresses(name) == addresses


def test_a_name_of_this_machine_is_asked_for_where_that_is_allowed() -> None:
    assert "127.0.0.1" in servers(ALLOW_PRIVATE_NETWORK="True", RESOLVE_TO="")._addresses("localhost")
