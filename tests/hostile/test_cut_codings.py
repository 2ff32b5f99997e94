"""A file that an outlet's cache holds in part, packed: its Content-Length is right, its end is missing."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from tests.hostile.crawled import HostileOutlet


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "members": ("gzip", lambda body: gzip.compress(body[:900]) + gzip.compress(body[900:])),
    "deflate": ("deflate", zlib.compress),
    "raw": ("deflate", raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstandard.ZstdCompressor().compress),
    "twice": ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
}


@pytest.mark.parametrize("end", ["</html>", ""], ids=["as usual", "that has no end tag"])
def test_a_page_is_whole_or_cut_short_in_every_coding(outlet: HostileOutlet, end: str) -> None:
    expected = {}
    for name, (coding, pack) in PACKED.items():
        page = outlet.page(f"/{name}.html").replace("</html>", end).encode()
        for path, body in ((f"/{name}.html", pack(page)), (f"/{name}-cut.html", pack(page)[:-200])):
            outlet.server[path] = lambda handler, body=body, coding=coding: handler.give(
                body, Content_Encoding=coding
            )
            expected[path] = "failed(cut-short)" if "cut" in path else "archived"
    outlet.server["/sitemap.xml"] = outlet.sitemap(*(outlet.base + path for path in expected))
    run = outlet.crawl()
    assert run.exit_code == 3, run.err
    outcomes = outlet.outcomes(run)
    assert {path: outcomes[path] for path in expected} == expected
