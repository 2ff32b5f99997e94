"""Why a capture is not fetched: its day, its line, what the archive has, and the capture before."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crawler.importing.indexes.capture_journal import CaptureJournal
from crawler.importing.indexes.cdx import Capture, Listing, Query, read_line
from crawler.importing.indexes.index_import import IndexImport
from crawler.items import Observation

NOTHING = cast("Any", None)
SAME = "the same page as the capture before"
NO_ARTICLE = "missing pages of which no article is in the archive"
LATER = "later than the page itself was last seen: crawl it first"


def capture(
    timestamp: str = "20250301100000", path: str = "1", digest: str = "A", status: int = 200, mime: str = ""
) -> Capture:
    line = {"urlkey": path, "timestamp": timestamp, "url": f"https://a.example/{path}", "digest": digest}
    return read_line(json.dumps(line | {"status": status, "mime": mime}))


class Reader:
    def __init__(self, known: object = None) -> None:
        self.article = known

    def is_selected(self, url: str) -> bool:
        return "unwanted" not in url

    def outlet_name(self, url: str) -> str:
        return "a"

    def known(self, url: str) -> object:
        return self.article


def importing(folder: Path, known: object = None, **days: date) -> IndexImport:
    journal = CaptureJournal(folder / "journal", lambda: (1, "run"), lambda _: "run")
    query = Query("https://index.example/cdx", "pywb", "a.example", **days)
    fetcher = cast("Any", SimpleNamespace(archive="https://index.example/cdx"))
    summary = cast("Any", SimpleNamespace(at=0))
    return IndexImport(Listing(query, NOTHING), fetcher, journal, cast("Any", Reader(known)), summary)


@pytest.mark.parametrize("until", [None, date(2025, 3, 3)])
@pytest.mark.parametrize("since", [None, date(2025, 3, 2)])
def test_a_capture_is_of_a_day_that_was_asked_for(
    tmp_path: Path, since: date | None, until: date | None
) -> None:
    days = {name: day for name, day in (("since", since), ("until", until)) if day is not None}
    running = importing(tmp_path, **days)
    for timestamp, bound in (
        ("20250301235959", since),
        ("20250302000000", None),
        ("20250302235959", None),
        ("20250303000000", until),
    ):
        expected = None if bound is None else "of another day"
        assert running._reason_against(capture(timestamp, digest=timestamp)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"path": "unwanted"}, "outside the selection"),
        ({"path": "unwanted", "status": 404}, "outside the selection"),
        ({"status": 301}, "of another status than 200"),
        ({"mime": "image/png"}, "no HTML"),
        ({"mime": "text/html"}, None),
        ({"mime": "application/xhtml+xml"}, None),
        ({"mime": ""}, None),
        ({"status": 404, "mime": "image/png"}, NO_ARTICLE),
        ({"status": 410}, NO_ARTICLE),
        ({"status": 403}, "of another status than 200"),
    ],
)
def test_a_line_says_what_is_no_page(tmp_path: Path, line: dict[str, Any], expected: str | None) -> None:
    assert importing(tmp_path)._reason_against(capture(**line)) == expected


@pytest.mark.parametrize("status", [200, 404])
def test_what_was_captured_after_the_last_visit_waits_for_a_crawl(tmp_path: Path, status: int) -> None:
    seen = datetime(2025, 3, 1, 10, tzinfo=UTC)
    for source, timestamp, expected in (
        (None, "20250301100000", None),
        (None, "20250301100001", LATER),
        ("another.warc", "20250301100001", None),
    ):
        article = SimpleNamespace(source_archive=source, last_seen=seen)
        running = importing(tmp_path, article)
        assert running._reason_against(capture(timestamp, status=status)) == expected


def test_what_was_imported_before_is_the_capture_before(tmp_path: Path) -> None:
    running = importing(tmp_path)
    running._journal.add([capture(), capture("20250304100000", "2", status=404)])
    reasons = [
        running._reason_against(each)
        for each in (
            capture(),
            capture(),
            capture("20250302100000"),
            capture("20250302100001", digest=""),
            capture("20250303100000", status=404),
            capture("20250304100000", "2", status=404),
            capture("20250305100000", "2", status=404),
        )
    ]
    assert reasons == ["imported before", "listed twice", SAME, None, None, "imported before", NO_ARTICLE]


def test_a_missing_page_is_an_observation_behind_which_the_same_text_is_a_new_one(tmp_path: Path) -> None:
    running = importing(tmp_path)
    running._previous.key, running._previous.digest, running._previous.has_page = "1", "A", True
    step = running._missing(capture(status=410))
    assert isinstance(step, Observation)
    assert (step.outcome, step.reason, step.http_status) == ("failed", "http-410", 410)
    assert running._reason_against(capture("20250302100000")) is None


def test_pages_that_are_read_beside_each_other_come_in_the_order_of_their_captures(tmp_path: Path) -> None:
    importer = importing(tmp_path)
    captures = [capture(path=path) for path in "abc"]

    async def read(item: str) -> Any:
        return item

    async def come() -> list[Any]:
        running = deque((each, asyncio.ensure_future(read(each.key))) for each in captures)
        items = [await importer._first(running) for _ in range(2)]
        assert [each for each, _ in running] == captures[2:]
        return [*items, await importer._first(running)]

    assert asyncio.run(come()) == ["a", "b", "c"]
    assert importer._accounted == captures
