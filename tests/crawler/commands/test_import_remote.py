"""`scrapy import` of files on servers: as of files here, on from where it was killed, and not twice."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawler.commands.test_import import address, page
from tests.crawler.importing.range_server import Handler, RangeServer, cut, passes, status
from tests.crawler.importing.test_web_archives import record
from tests.support.forked import A_WHILE
from tests.support.running import Crawl

NAME = "/crawl-data/CC-NEWS/news.warc.gz"
FIRST, LAST = 18, 2
"""Pages before and after what does not fit into the first part that is asked for."""


@pytest.fixture
def server() -> Iterator[RangeServer]:
    with RangeServer() as running:
        yield running


def packed() -> bytes:
    pages = [
        record(address(number, "uk"), page(number), date=f"2025-03-01T10:{number:02}:00Z")
        for number in range(FIRST + LAST)
    ]
    between = record(kind="request", body=random.Random(1).randbytes(400_000))
    return b"".join([*pages[:FIRST], between, *pages[FIRST:]])


def names() -> tuple[str, str]:
    return "-s", "RESOLVE_TO=files.example=127.0.0.1"


def test_an_import_that_is_killed_goes_on_from_its_record(
    crawl: Crawl, server: RangeServer, tmp_path: Path
) -> None:
    server.files[NAME] = packed()
    reached, released = threading.Event(), threading.Event()

    def hangs(_: Handler) -> bool:
        reached.set()
        released.wait(A_WHILE)
        return False

    server.faults = [passes, hangs]
    cache = {"TRIPTYCH_CACHE": str(tmp_path / "cache")}
    arguments = (*names(), f"http://files.example:{server.port}{NAME}")
    process = crawl.fork(*arguments, private=False, command="import", **cache)
    assert reached.wait(A_WHILE)
    kept = tmp_path / "cache" / "imports"
    while process.poll() is None and not [*kept.glob("*/*.json")]:
        with contextlib.suppress(TimeoutError):
            process.wait(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    released.set()
    at = json.loads(next(kept.glob("*/*.json")).read_text())["at"]
    assert 0 < at < len(server.files[NAME])
    before = len(server.asked)
    server.faults = [passes, status(503), cut(1000)]
    done = crawl(*arguments, private=False, command="import", **cache)
    assert done.exit_code == 0, done.err
    assert f"is read on from byte {at:,} of {len(server.files[NAME]):,}" in done.out
    # what the file is, and then what was not read
    assert [begin for _, begin, _ in server.asked[before:]] == [0, *[1 << 18] * 3]
    assert len(done.table("articles")) == len(done.table("versions")) == FIRST + LAST
    assert set(done.table("articles")["source_archive"]) == {f"http://files.example:{server.port}{NAME}"}

    server.tags[NAME] = '"2"'
    changed = crawl(*arguments, private=False, command="import", **cache)
    assert changed.exit_code == 0
    assert "is another file than the one that was begun" in changed.out
    assert f"{FIRST + LAST}  in the archive already" in changed.out
    assert len(changed.table("versions")) == FIRST + LAST


def test_a_file_that_cannot_be_read_on_costs_itself(
    crawl: Crawl, server: RangeServer, tmp_path: Path
) -> None:
    server.files[NAME] = packed()
    server.files["/other.warc.gz"] = record(address(99, "uk"), page(99))
    paths = tmp_path / "warc.paths"
    paths.write_text(f"{NAME[1:]}\nnone.warc.gz\nother.warc.gz\n")
    prefix = ("--prefix", f"http://files.example:{server.port}/")
    server.faults = [passes, status(403)]
    cache = {"TRIPTYCH_CACHE": str(tmp_path / "cache")}
    cut_short = crawl(*names(), *prefix, str(paths), private=False, command="import", **cache)
    assert cut_short.exit_code == 1
    assert "news.warc.gz: the server answered 403" in cut_short.err
    assert "none.warc.gz: the server answered 404" in cut_short.err
    assert len(cut_short.table("articles")) == FIRST + 1
    server.files["/none.warc.gz"] = record(address(98, "uk"), page(98))
    done = crawl(*names(), *prefix, str(paths), private=False, command="import", **cache)
    assert done.exit_code == 0, done.err
    assert "is read on from byte" in done.out
    assert len(done.table("articles")) == FIRST + LAST + 2
