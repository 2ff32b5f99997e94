"""Servers that keep an import waiting, or send it to no address."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from itertools import repeat

import pytest
from scrapy.settings import Settings
from urllib3.exceptions import HTTPError, SSLError

from crawler.exceptions import SourceFailed, Unavailable
from crawler.importing.web_server import PrivateAddress, WebServers, _unavailable

HEAD = b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-99/100\r\n"


@contextlib.contextmanager
def server(beginning: bytes, drop: bytes) -> Iterator[str]:
    """Answers each request with a beginning, then with a drop again and again."""
    over = threading.Event()

    def answer(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.recv(65_536)
            connection.sendall(beginning)
            for part in repeat(drop):
                if not part or over.wait(0.02):
                    return
                connection.sendall(part)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=[listener.accept()[0]], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/a.warc"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)


def servers() -> WebServers:
    values = {"ALLOW_PRIVATE_NETWORK": True, "REDIRECT_MAX_TIMES": 5, "USER_AGENT": "test", "PROXY": ""}
    return WebServers(Settings({**values, "DOWNLOAD_TIMEOUT": 0.1}))


@pytest.mark.parametrize(
    ("beginning", "drop"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 206 Partial Content\r\nX: ", b"a"),
        (HEAD + b"Content-Length: 100\r\n\r\n", b"a"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n", b"T: 1\r\n"),
    ],
    ids=["continue", "header", "body", "trailers"],
)
def test_no_server_keeps_an_import_waiting_past_the_deadline(beginning: bytes, drop: bytes) -> None:
    with server(beginning, drop) as url, pytest.raises(Unavailable):
        servers().part(url, 0, 100)


@pytest.mark.parametrize("location", ["http://[::1", "http://[v1.x]y/", "//[", "http://a:b/"])
def test_a_redirect_to_no_address_ends_the_file_with_a_sentence(location: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    with server(head.encode(), b"") as url, pytest.raises(SourceFailed):
        servers().part(url, 0, 100)


def failure_around(cause: Exception, *, is_explicit: bool) -> HTTPError:
    """As urllib3 raises its own errors: from another one, or while it handles that one."""
    try:
        try:
            raise cause
        except Exception as error:
            if is_explicit:
                raise HTTPError("of a request") from error
            raise HTTPError("of a request")  # noqa: B904  what is tested
    except HTTPError as failure:
        return failure


@pytest.mark.parametrize("is_explicit", [True, False])
def test_what_lies_behind_an_error_decides_if_another_try_may_help(is_explicit: bool) -> None:
    for cause, kind, words in (
        (PrivateAddress("private-address: a.example is at 10.0.0.1"), SourceFailed, "refused (private-addr"),
        (SSLError("certificate verify failed"), SourceFailed, "its certificate is not accepted"),
        (OSError("reset"), Unavailable, "of a request"),
    ):
        error = _unavailable(failure_around(cause, is_explicit=is_explicit))
        assert type(error) is kind
        assert words in str(error)
