"""Real pages cut, garbled and mislabelled: each is read or refused, and what is read is sound."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from crawler.items import Article
from tests.newsrooms.sound_article import read_soundly

CUTS = 20
AT = datetime(2026, 11, 1, tzinfo=UTC)
CHARSETS = ("koi8-r", "utf-16", "windows-1251", "iso-8859-1", "shift_jis", "utf-7", "base64", "no such", "")
_CLOSING = re.compile(rb"</[a-zA-Z][^>]*>")
_META_CHARSET = re.compile(rb"(charset\s*=\s*[\"']?)[\w-]+")
# of a page cut after its head no more may be left than the markup of a check for robots
REFUSALS = {
    "empty", "unparseable", "not-html", "too-deep", "too-many-elements", "too-many-attributes", "blocked",
}  # fmt: skip


def mauled(html: bytes) -> Iterator[tuple[str, bytes, str | None]]:
    for i in range(CUTS):
        yield f"cut {i}/{CUTS}", html[: len(html) * i // CUTS + i], None
    for charset in CHARSETS:
        yield f"header {charset}", html, charset
        yield f"meta {charset}", _META_CHARSET.sub(rb"\g<1>" + charset.encode(), html), None
    yield "nothing closed", _CLOSING.sub(b"", html), None
    yield "no </p> and </div>", html.replace(b"</p>", b"").replace(b"</div>", b""), None
    yield "every second end", b"".join(p for i, p in enumerate(_CLOSING.split(html)) if i % 2), None
    yield "closed twice", _CLOSING.sub(rb"\g<0>\g<0></body>", html), None
    yield "NUL in each tag", html.replace(b"<", b"\x00<\x00"), None
    yield "NUL before each tag", html.replace(b"<", b"\x00<"), None
    yield "surrogates", html.replace(b"<p", b"&#xD800;\xed\xa0\x80&#0;&#x110000;<p"), None
    yield "surrogates in attributes", html.replace(b'="', b'="&#xDC00;\xed\xb0\x80\x1b[31m'), None
    yield "no quotes", html.replace(b'"', b""), None
    yield "its second half first", html[len(html) // 2 :] + html[: len(html) // 2], None
    yield "as UTF-16", html.decode("utf-8", "replace").encode("utf-16"), None


def maul(path: Path) -> list[tuple[str, str]]:
    """What was done to a page, and the reason for which it was refused; an unsound reading raises."""
    outcomes = []
    for how, body, encoding in mauled(gzip.decompress(path.read_bytes())):
        try:
            result = read_soundly(body, encoding, AT)
        except Exception as error:
            raise AssertionError(f"{path.name}, {how}: {type(error).__name__}: {error}") from error
        outcomes.append((how, "read" if isinstance(result, Article) else result))
    return outcomes


def maul_all(paths: list[Path]) -> Counter[str]:
    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        ended = Counter(end for outcomes in pool.map(maul, paths, chunksize=2) for _, end in outcomes)
    assert set(ended) <= {"read", *REFUSALS}
    return ended


def real_pages(shared_data: Path) -> list[Path]:
    return sorted([*shared_data.glob("pages/*/*.html.gz"), *shared_data.glob("aeb/html/*.html.gz")])


def test_some_real_pages(shared_data: Path) -> None:
    # the shortest: what is cut and garbled is the same in a long page
    paths = sorted(real_pages(shared_data), key=lambda path: path.stat().st_size)[::40]
    ended = maul_all(paths)
    assert ended["read"] > 0.8 * ended.total()


@pytest.mark.slow
def test_all_real_pages(shared_data: Path) -> None:
    paths = real_pages(shared_data)
    assert len(paths) > 200
    ended = maul_all(paths)
    assert ended["read"] > 0.8 * ended.total()
