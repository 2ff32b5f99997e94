"""The stories of a run on a terminal, with the time after which each language came."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from archive.addresses import story_of_one
from archive.format.records import Decisions, Membership
from archive.writer import ArchiveWriter
from crawler.extensions.ledger import Ledger
from crawler.reports.crawl import Published, print_report
from tests.archive.made import make_article

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("source", "cells"), [("meta", ["first", "+1h30", "·"]), ("meta day", ["●", "●", "·"])]
)
def test_a_page_without_an_hour_gives_no_time(tmp_path: Path, source: str, cells: list[str]) -> None:
    root = tmp_path / "news-archive"
    uk, en = (make_article(1, language) for language in ("uk", "en"))
    members = tuple(Membership(x.article_id, story_of_one(uk.article_id)) for x in (uk, en))
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        writer.add_article(replace(uk, published_at=NOON, published_source="meta"))
        writer.add_article(replace(en, published_at=NOON + timedelta(minutes=90), published_source=source))
        snapshot = writer.commit(lambda *_: Decisions((), members))
    assert snapshot is not None
    console = Console(file=StringIO(), force_terminal=True, color_system=None, width=100)
    print_report(console, Ledger(), Published("run-1", [snapshot], is_whole=True), str(root), "courier")
    assert "1; courier; 0 of them in uk, en and ru" in console.file.getvalue().replace(
        "  courier", "; courier"
    )
    (line,) = [line for line in console.file.getvalue().splitlines() if "Headline 1" in line]
    assert line.split()[3:6] == cells
    assert ("●: " in console.file.getvalue()) == ("●" in cells)


@pytest.mark.parametrize(
    ("languages", "counted"),
    [
        ((), "0 of them in uk, en and ru"),
        (("en", "uk"), "1 of them in uk and en"),
        (("uk",), "1 of them in uk"),
    ],
)
def test_a_story_is_whole_in_the_languages_of_its_outlet(
    tmp_path: Path, languages: tuple[str, ...], counted: str
) -> None:
    """Of an outlet in two languages "0 of them in uk, en and ru" was all that a run ever said."""
    root = tmp_path / "news-archive"
    uk, en = (make_article(1, language) for language in ("uk", "en"))
    members = tuple(Membership(x.article_id, story_of_one(uk.article_id)) for x in (uk, en))
    with ArchiveWriter.open(root, run_id="run-1") as writer:
        writer.add_article(uk)
        writer.add_article(en)
        snapshot = writer.commit(lambda *_: Decisions((), members))
    assert snapshot is not None
    console = Console(file=StringIO(), width=100)
    published = Published("run-1", [snapshot], is_whole=True, languages=languages)
    print_report(console, Ledger(), published, str(root), "courier")
    lines = map(str.rstrip, console.file.getvalue().splitlines())
    assert [line for line in lines if line.endswith(f"courier; {counted}")]
