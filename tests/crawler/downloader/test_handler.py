"""Chunks of a byte, which are the body's in a small answer and an attack in a large one."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web._newclient import Request as TwistedRequest
from twisted.web.http import _MalformedChunkedDataError
from twisted.web.http_headers import Headers

from crawler.downloader.handler import LARGEST, _Chunks, _Protocol


@pytest.mark.parametrize(
    ("chunk", "is_refused"), [(b"1\r\na\r\n", True), (b"4\r\nabcd\r\n", True), (b"5\r\nabcde\r\n", False)]
)
def test_half_of_what_comes_is_the_body_once_more_came_than_a_head_may_have(
    chunk: bytes, is_refused: bool
) -> None:
    bodies: list[bytes] = []
    chunks = _Chunks(bodies.append, bodies.append)
    number = LARGEST // len(chunk)
    for _ in range(number):
        chunks.dataReceived(chunk)
    content = chunk.split(b"\r\n")[1]
    assert b"".join(bodies) == content * number
    chunks.dataReceived(chunk[: LARGEST % len(chunk)])
    with pytest.raises(_MalformedChunkedDataError) if is_refused else nullcontext():
        chunks.dataReceived(chunk[LARGEST % len(chunk) :] + chunk)
    if not is_refused:
        with pytest.raises(_MalformedChunkedDataError):
            chunks.dataReceived(chunk[:1])


def test_what_follows_the_last_chunk_comes_behind_the_body() -> None:
    received: list[tuple[str, bytes]] = []
    chunks = _Chunks(
        lambda body: received.append(("body", body)), lambda rest: received.append(("end", rest))
    )
    chunks.dataReceived(b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\nbehind")
    assert received == [("body", b"abc"), ("end", b"behind")]


@pytest.mark.parametrize("more", [0, 1])
def test_a_head_has_256_kilobytes(more: int) -> None:
    protocol = _Protocol(lambda _: None)
    transport = StringTransport()
    protocol.makeConnection(transport)
    failures: list[Failure] = []
    head = Headers({"Host": ["a.example"]})
    protocol.request(TwistedRequest(b"GET", b"/", head, None)).addErrback(failures.append)
    line = b"X: " + b"a" * 1019 + b"\r\n"
    protocol.dataReceived(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 1002 + b"\r\n")
    for _ in range(255):
        protocol.dataReceived(line)
    assert not transport.disconnecting
    protocol.dataReceived(b"X" * more)
    assert transport.disconnecting is bool(more)
    if more:
        protocol.connectionLost(Failure(ConnectionDone()))
        assert "at most 256 kB of headers" in repr(failures[0].value.reasons[0].value)
