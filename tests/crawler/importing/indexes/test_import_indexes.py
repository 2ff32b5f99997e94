"""`triptych import --from`: the past of an outlet out of web archives, in three dialects of indexes."""

from __future__ import annotations

import gzip
import json
import os
import signal
import threading
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import archive
from archive.writer import ArchiveWriter
from crawler.extraction.page import EXTRACTOR
from tests.archive.made import make_article
from tests.crawler.commands.test_import import address, page
from tests.crawler.importing.indexes.cdx_server import FILE, CdxServer, Stored, status
from tests.support.forked import A_WHILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crawler.importing.indexes.cdx_server import Handler
    from tests.support.running import Crawl, Run

EDITED = page(1).replace("1 Міст".encode(), "1 Великий міст".encode())
PAST = (
    Stored(address(1, "uk"), "20250301100000", page(1)),
    Stored(address(1, "uk"), "20250302100000", page(1)),
    Stored(address(1, "uk"), "20250401100000", EDITED),
    Stored(address(2, "uk"), "20250301100000", page(2)),
    Stored(address(2, "uk"), "20250501100000", b"gone", 404),
    Stored(address(2, "uk"), "20250502100000", b"gone", 404),
    Stored(address(2, "uk"), "20250503100000", b"gone", 410),
    Stored(address(3, "uk"), "20240301100000", page(3)),
)


@pytest.fixture
def server() -> Iterator[CdxServer]:
    with CdxServer() as running:
        running.collection.add(*PAST)
        yield running


class Import:
    def __init__(self, crawl: Crawl, folder: Path) -> None:
        self.crawl, self.report = crawl, folder / "report.json"
        self.cache = {"TRIPTYCH_CACHE": str(folder / "cache")}

    def arguments(self, *arguments: str) -> tuple[str, ...]:
        known = ("--report", str(self.report), "--host", "courier.example")
        return "-s", "RESOLVE_TO=web.example=127.0.0.1", *known, *arguments

    def __call__(self, *arguments: str) -> Run:
        return self.crawl(*self.arguments(*arguments), private=False, command="import", **self.cache)

    @property
    def accounts(self) -> list[dict[str, object]]:
        return json.loads(self.report.read_text())["files"]

    @property
    def account(self) -> dict[str, object]:
        return self.accounts[0]


@pytest.fixture
def past(crawl: Crawl, tmp_path: Path) -> Import:
    return Import(crawl, tmp_path)


@pytest.mark.parametrize("dialect", ["wayback", "pywb", "common_crawl"])
def test_edits_and_deletions_of_the_past_come_to_light(past: Import, server: CdxServer, dialect: str) -> None:
    prefix = ("--prefix", server.files) if dialect == "common_crawl" else ()
    days = ("--since", "2025-01-01", "--until", "2026-01-01")
    done = past("--from", getattr(server, dialect), *days, *prefix, "-s", "KEEP_RAW=warc")
    assert done.exit_code == 0, done.err
    rows = done.table("versions").sort_values(["url", "valid_from"])
    assert [(row.url[-1], f"{row.valid_from:%m-%d}") for row in rows.itertuples()] == [
        ("1", "03-01"),
        ("1", "04-01"),
        ("2", "03-01"),
    ]
    assert list(rows["version"]) == [1, 2, 1]
    articles = archive.open(str(done.archive)).articles().to_pandas().set_index("url")
    assert "Великий" in articles.loc[address(1, "uk")]["body"]
    # the third in a row
    assert articles.loc[address(2, "uk")]["gone"] == pd.Timestamp("2025-05-03T10:00Z")
    assert set(rows["source_archive"]) == {getattr(server, dialect)}
    begin = f"{server.files}{FILE} <urn:uuid:" if prefix else f"http://web.example:{server.server_port}/"
    assert rows["source_capture"].str.startswith(begin).all()
    assert past.account["passed_over"] == {"the same page as the capture before": 1}
    assert past.account["pages"] == {"archived": 3, "failed(http-404)": 2, "failed(http-410)": 1}
    assert (past.account["read_to"], past.account["problems"]) == (7, [])
    if dialect != "common_crawl":
        # the archive's times, and what the page's own server sent
        text = gzip.decompress((done.archive / rows["raw_file"].iloc[0]).read_bytes())
        assert b"Memento-Datetime: Sat, 01 Mar 2025 10:00:00 GMT" in text
        assert b'etag: "20250301100000"' in text
    asked = len(server.paths("id_")) + len(server.paths("/files/"))
    again = past("--from", getattr(server, dialect), *days, *prefix)
    assert again.exit_code == 0, again.err
    assert past.account["passed_over"]["imported before"] == 6
    assert len(server.paths("id_")) + len(server.paths("/files/")) == asked
    assert len(again.table("versions")) == 3


def test_nothing_is_newer_than_the_page_itself(past: Import, server: CdxServer) -> None:
    """Its own visit of March holds; what was captured before is its past, what was captured later waits."""
    at = datetime(2025, 3, 15, 10, tzinfo=UTC)
    with closing(ArchiveWriter.open(past.crawl.archive, run_id="live")) as writer:
        writer.add_article(make_article(1, extractor=EXTRACTOR, fetched_at=at))
        writer.commit()
    done = past("--from", server.pywb, "--since", "2025-01-01")
    assert done.exit_code == 0, done.err
    rows = done.table("versions")
    rows = rows[rows["url"] == address(1, "uk")].sort_values("valid_from")
    assert [f"{day:%m-%d}" for day in rows["valid_from"]] == ["03-01", "03-15"]
    assert past.account["passed_over"]["later than the page itself was last seen: crawl it first"] == 1


def test_an_import_of_captures_that_is_killed_goes_on(past: Import, server: CdxServer) -> None:
    server.collection.add(
        *(Stored(address(number, "uk"), "20250301100000", page(number)) for number in range(10, 20))
    )
    reached, released = threading.Event(), threading.Event()

    def hangs(_: Handler) -> bool:
        reached.set()
        released.wait(A_WHILE)
        return False

    server.faults["/uk/news/19"] = [hangs]
    arguments = past.arguments("--from", server.wayback)
    process = past.crawl.fork(*arguments, private=False, command="import", **past.cache)
    assert reached.wait(A_WHILE)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    released.set()
    before = server.paths("id_")
    assert len(before) > 10
    done = past("--from", server.wayback)
    assert done.exit_code == 0, done.err
    assert len(done.table("articles")) == len(done.table("versions")) - 1 == 13
    account = past.account
    assert account["passed_over"].get("imported before", 0) + sum(account["pages"].values()) == 17


def test_a_server_that_asks_to_wait_is_waited_for(past: Import, server: CdxServer) -> None:
    server.faults = {
        "/cdx/search": [status(503, Retry_After="0")],
        "id_": [status(429, Retry_After="0"), status(200, b"<html>", Content_Length="9")],
        "robots": [status(404)],
    }
    server.faults["id_"].pop()
    done = past("--from", server.wayback)
    assert done.exit_code == 0, done.err
    assert len(done.table("versions")) == 4
    # one that asks for more than five minutes is left alone until the next import
    server.faults = {"/cdx": [status(503, Retry_After="4000")]}
    later = past("--from", server.pywb)
    assert later.exit_code == 1
    assert "it asks to wait 4000 s. Run the import again" in later.err


def test_each_host_is_asked_for_whatever_became_of_the_one_before(past: Import, server: CdxServer) -> None:
    hosts = ("herald.example", "tribune.example")
    for number, host in enumerate(hosts, 5):
        url = address(number, "uk").replace("courier.example", host)
        server.collection.add(Stored(url, "20250301100000", page(number)))
    server.faults = {"url=herald": [status(503, Retry_After="4000")]}
    arguments = ("--from", server.pywb, *(word for host in hosts for word in ("--host", host)))
    first = past(*arguments)
    assert first.exit_code == 1
    assert [account["pages"].get("archived", 0) for account in past.accounts] == [4, 0, 1]
    assert [len(account["problems"]) for account in past.accounts] == [0, 1, 0]
    second = past(*arguments)
    assert second.exit_code == 0, second.err
    assert [account["pages"].get("archived", 0) for account in past.accounts] == [0, 1, 0]


def test_ctrl_c_ends_an_import_that_waits_for_its_archive(past: Import, server: CdxServer) -> None:
    asked = threading.Event()

    def is_busy(handler: Handler) -> bool:
        asked.set()
        return status(503, Retry_After="299")(handler)

    server.faults["/cdx"] = [is_busy]
    arguments = past.arguments("--from", server.pywb)
    process = past.crawl.fork(*arguments, private=False, command="import", **past.cache)
    assert asked.wait(A_WHILE)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=A_WHILE)
    assert process.returncode == 130, out + err
    assert len(server.paths("/cdx")) == 1


def test_robots_txt_of_the_archive_is_obeyed_where_it_replays(past: Import, server: CdxServer) -> None:
    server.collection.robots = "User-agent: *\nDisallow: /web/\n"
    done = past("--from", server.wayback)
    assert done.exit_code == 0, done.err
    assert server.paths("id_") == []
    assert past.account["passed_over"]["not replayed for robots (robots.txt of the archive)"] == 5


def test_wrong_arguments_end_before_anything_is_asked(past: Import, server: CdxServer) -> None:
    for wrong, words in (
        (("--from", f"{server.pywb}?url=x"), "without `?`"),
        (("--from", server.pywb, "--dialect", "other"), "--dialect: invalid choice: 'other' (choose from"),
        (("--from", server.pywb, "--since", "yesterday"), "is not a day"),
        (("--from", server.pywb, "--since", "2025-02-01", "--until", "2025-01-01"), "must be before"),
        (("--from", "http://127.0.0.1/cdx"), "refused (private-address)"),
        (("--since", "2025-01-01", "a.warc"), "--since needs --from"),
    ):
        refused = past(*wrong)
        assert refused.exit_code == 2, refused.err
        assert words in refused.err
    nobody = past.crawl("--from", server.pywb, command="import")
    assert (nobody.exit_code, "whose captures?" in nobody.err) == (2, True)
    assert server.requests == []
