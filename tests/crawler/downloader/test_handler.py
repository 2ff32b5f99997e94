"""Chunks of a byte, which are the body's in a small answer and an attack in a large one."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from twisted.web.http import _MalformedChunkedDataError

from crawler.downloader.handler import LARGEST, _Chunks


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
    with pytest.raises(_MalformedChunkedDataError) if is_refused else nullcontext():
        chunks.dataReceived(chunk * 2)


def test_what_follows_the_last_chunk_comes_behind_the_body() -> None:
    bodies: list[bytes] = []
    ends: list[bytes] = []
    _Chunks(bodies.append, ends.append).dataReceived(b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\nbehind")
    assert (bodies, ends) == ([b"abc"], [b"behind"])
