"""A kept position counts for the same file, the same choice and the same archive, and for nothing else."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest

from crawler.importing.indexes.cdx import Listing, Query, read_line
from crawler.importing.indexes.index_import import IndexImport
from crawler.importing.positions import Positions

URL = "s3://bucket/a.warc.gz"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIPTYCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "imports"


def positions(root: Path, choice: str = "all", run: str | None = "run-1") -> Positions:
    return Positions(root, choice, lambda: (7, "run-1"), lambda snapshot: run if snapshot == 7 else None)


def test_it_is_of_a_file_a_choice_and_an_archive(tmp_path: Path) -> None:
    positions(tmp_path).keep(URL, 100, '"1"', 40)
    kept = positions(tmp_path).kept(URL)
    assert kept is not None
    assert (kept.at, kept.size, kept.tag, kept.is_end) == (40, 100, '"1"', False)
    positions(tmp_path).keep(URL, 100, '"1"', 100)
    assert positions(tmp_path).kept(URL).is_end  # type: ignore[union-attr]
    assert positions(tmp_path).kept(f"{URL}x") is None
    assert positions(tmp_path, "only uk").kept(URL) is None
    assert positions(tmp_path / "other").kept(URL) is None
    # another archive has come to lie there: its snapshot 7 is of another run, or it has none
    assert positions(tmp_path, run="run-2").kept(URL) is None
    assert positions(tmp_path, run=None).kept(URL) is None


@pytest.mark.parametrize(
    "found",
    [b"", b"{}", b"[" * 50_000, b"\xff", b'{"at": "1"}', b"x" * 70_000]
    + [b'{"address":"","size":%s,"tag":null,"at":%s,"snapshot":7,"run_id":"run-1"}' % pair
       for pair in ((b'"9"', b"1"), (b"9", b"-1"), (b"null", b"1"))],
)  # fmt: skip
def test_what_is_no_position_is_none(tmp_path: Path, cache: Path, found: bytes) -> None:
    positions(tmp_path).keep(URL, 100, None, 40)
    (path,) = cache.glob("*/*.json")
    path.write_bytes(found)
    assert positions(tmp_path).kept(URL) is None


@pytest.mark.parametrize("size", [65_536, 65_537])
def test_a_position_has_64_kilobytes_and_may_be_the_beginning(tmp_path: Path, cache: Path, size: int) -> None:
    positions(tmp_path).keep(URL, 100, None, 0)
    (path,) = cache.glob("*/*.json")
    path.write_bytes(path.read_bytes().ljust(size))
    kept = positions(tmp_path).kept(URL)
    assert (None if kept is None else kept.at) == (0 if size == 65_536 else None)


def test_captures_of_an_index_are_kept_as_positions_are(tmp_path: Path, cache: Path) -> None:
    first, second = (
        read_line(f"key 2025030110000{n} https://courier.example/ text/html 200 SHA 9") for n in (0, 1)
    )
    journal = positions(tmp_path).journal("index")
    journal.add([first])
    assert (first in journal, second in journal) == (True, False)
    journal.add([])
    (path,) = cache.glob("*/*.captures")
    head, key = path.read_text().split("\n")
    assert (json.loads(head), len(key)) == ({"snapshot": 7, "run_id": "run-1"}, 16)
    for text, is_kept in (
        (f"{head}\n{key}", True),
        (f"{head}\n{key[:-1]}", False),
        (f"{head}\n{key}0", False),
    ):
        path.write_text(text)
        assert (first in positions(tmp_path).journal("index")) is is_kept
    # another archive has come to lie there, or somebody wrote into it
    path.write_text(f"{head}\n{key}")
    assert first not in positions(tmp_path, run="run-2").journal("index")
    assert not path.exists()
    for text in ("", "[]", "{}", "[" * 50_000, f"{head}\n{'x' * 16}", '{"snapshot": null, "run_id": 1}'):
        path.write_text(text)
        assert first not in positions(tmp_path).journal("index")
        assert not path.exists()


@pytest.mark.parametrize("is_on_disk", [True, False])
def test_a_capture_is_kept_once_it_is_on_disk(tmp_path: Path, cache: Path, is_on_disk: bool) -> None:
    class Disk:
        async def on_disk(self) -> bool:
            return is_on_disk

    capture = read_line("key 20250301100000 https://courier.example/ text/html 200 SHA 9")
    journal = positions(tmp_path).journal("index")
    nothing = cast("Any", None)
    running = IndexImport(nothing, nothing, journal, cast("Any", Disk()), nothing)
    asyncio.run(running._write())
    assert not [*cache.glob("*/*.captures")]
    running._accounted.append(capture)
    asyncio.run(running._write())
    assert (capture in positions(tmp_path).journal("index")) is is_on_disk


def test_a_page_is_the_same_as_the_one_before_at_its_own_address_alone(tmp_path: Path) -> None:
    class Archive:
        def is_selected(self, url: str) -> bool:
            return True

        def known(self, url: str) -> None:
            return None

    query = Query("https://index.example/cdx", "pywb", "courier.example")
    nothing = cast("Any", None)
    running = IndexImport(
        Listing(query, lambda _: None),
        nothing,
        positions(tmp_path).journal("i"),
        cast("Any", Archive()),
        nothing,
    )
    reasons = []
    for key, time, digest in (("a", 0, "X"), ("a", 0, "X"), ("a", 1, "X"), ("a", 2, "Y"), ("b", 2, "Y")):
        capture = read_line(
            f"{key} 2025030110000{time} https://courier.example/{key} text/html 200 {digest} 9"
        )
        reasons.append(running._reason_against(capture))
        running._previous.digest = digest
    same = "the same page as the capture before"
    assert reasons == [None, "listed twice", same, None, None]
