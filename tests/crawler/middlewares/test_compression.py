"""Packed bodies cut anywhere: each is told as cut short, or is whole."""

from __future__ import annotations

import gzip
import itertools
import zlib
from collections.abc import Callable
from contextlib import nullcontext

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Request, Response
from scrapy.utils.test import get_crawler

from crawler.exceptions import BadCoding
from crawler.middlewares.compression import CodingsMiddleware

MIDDLEWARE = CodingsMiddleware.from_crawler(get_crawler())


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def with_a_name(body: bytes) -> bytes:
    """A gzip member with each field that its head may have."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    head = b"\x1f\x8b\x08\x1c\x00\x00\x00\x00\x00\xff" + b"\x04\x00more" + b"page.html\x00" + b"a comment\x00"
    return (
        head + packer.compress(body) + packer.flush() + zlib.crc32(body).to_bytes(4, "little")
        + len(body).to_bytes(4, "little")
    )  # fmt: skip


# with the name of its coding; the first three may stand in a row
PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip with a name": ("x-gzip", with_a_name),
    "zstd": ("zstd", zstandard.ZstdCompressor().compress),
    "br": ("br", brotli.compress),
    "deflate": ("deflate", zlib.compress),
    "raw": ("deflate", raw_deflate),
}
IN_A_ROW = tuple(PACKED)[:3]
# a page that has its end is whole, whatever is missing behind it
PART = st.binary(max_size=200).filter(lambda part: b"</html" not in part.lower())
PARTS = st.lists(PART, min_size=1, max_size=4)


def unpacked(coding: str, body: bytes) -> bytes:
    response = Response("http://a.example/", headers={"Content-Encoding": coding}, body=body)
    decoded = MIDDLEWARE.process_response(Request(response.url), response)
    assert isinstance(decoded, Response)
    return decoded.body


@pytest.mark.parametrize("name", PACKED)
@given(st.data())
def test_a_body_cut_anywhere_is_cut_short(name: str, data: st.DataObject) -> None:
    coding, pack = PACKED[name]
    parts = data.draw(PARTS if name in IN_A_ROW else PARTS.map(lambda parts: parts[:1]))
    members = [pack(part) for part in parts]
    whole = b"".join(members)
    assert unpacked(coding, whole) == b"".join(parts)
    ends = {0, *itertools.accumulate(map(len, members))}
    cut = data.draw(st.integers(0, len(whole)).filter(lambda position: position not in ends))
    # the first byte alone is of any file
    expected = (ResponseDataLossError, BadCoding) if cut == 1 else ResponseDataLossError
    with pytest.raises(expected):
        unpacked(coding, whole[:cut])


@pytest.mark.parametrize("name", PACKED)
@given(st.binary(min_size=1, max_size=20).filter(lambda more: b"\x1f" not in more))
def test_what_follows_a_whole_body_is_no_part_of_it(name: str, more: bytes) -> None:
    coding, pack = PACKED[name]
    page = b"<p>whole" * 20
    if coding in {"br", "zstd"}:
        # up to three bytes may be the beginning of a frame of zstd
        with pytest.raises((BadCoding, ResponseDataLossError)):
            unpacked(coding, pack(page) + more)
    else:
        assert unpacked(coding, pack(page) + more) == page


def test_gzip_members_with_padding_between_them_are_one_body() -> None:
    padded = gzip.compress(b"one ") + bytes(100) + gzip.compress(b"two") + bytes(100)
    assert unpacked("gzip", padded) == b"one two"
    with pytest.raises(ResponseDataLossError):
        unpacked("gzip", padded[:-110])


def test_one_byte_of_a_further_member_is_a_cut_and_a_byte_like_it_is_none() -> None:
    with pytest.raises(ResponseDataLossError):
        unpacked("gzip", gzip.compress(b"") + b"\x1f")
    with pytest.raises(BadCoding):
        unpacked("gzip", b"no gzip at all\x1f")
    with pytest.raises(BadCoding):
        unpacked("gzip", gzip.compress(b"") + b"behind")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_no_body_at_all_is_whole_in_every_coding(coding: str) -> None:
    assert unpacked(coding, b"") == b""


@pytest.mark.parametrize(
    ("coding", "member"),
    [
        ("gzip", gzip.compress(b"", mtime=0)),
        ("zstd", zstandard.ZstdCompressor().compress(b"")),
        ("zstd", b"\x50\x2a\x4d\x18\x00\x00\x00\x00"),
    ],
)
def test_members_without_number_are_refused_before_they_are_unpacked(coding: str, member: bytes) -> None:
    with pytest.raises(BadCoding, match="more than 1000 members"):
        unpacked(coding, member * 1001)


def test_a_body_has_a_thousand_members() -> None:
    assert unpacked("gzip", gzip.compress(b"") * 999 + gzip.compress(b"<p>")) == b"<p>"


@pytest.mark.parametrize("behind", [4090, 4091])
def test_the_end_of_a_page_is_looked_for_in_its_last_4096_bytes(behind: int) -> None:
    cut = gzip.compress(b"<p>" * 99 + b"</html" + b" " * behind)[:-8]
    with nullcontext() if behind == 4090 else pytest.raises(ResponseDataLossError):
        assert unpacked("gzip", cut).endswith(b" " * behind)


def test_the_first_byte_of_one_more_member_is_a_cut_and_other_bytes_are_a_fault() -> None:
    empty = gzip.compress(b"")
    with pytest.raises(ResponseDataLossError):
        unpacked("gzip", empty + b"\x1f")
    for body in (b"PK\x1f", b"no gzip"):
        with pytest.raises(BadCoding):
            unpacked("gzip", body)
    with pytest.raises(BadCoding, match=r"expected a body in a{94}, gzip, its decoder refuses it") as failure:
        unpacked("a" * 94 + ", gzip", b"no gzip")
    with pytest.raises(BadCoding) as failure:
        unpacked("a" * 95 + ", gzip", b"no gzip")
    assert "gzi, its decoder" in str(failure.value)
