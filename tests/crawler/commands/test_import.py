"""`scrapy import` as a person types it: into the archive, once, whatever happens in between."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from pathlib import Path

import pandas as pd

from tests.crawler.importing.test_web_archives import record
from tests.newsrooms.story_pages import HEADLINES, PARAGRAPHS, Page
from tests.support.forked import A_WHILE, HEARTBEAT
from tests.support.running import Crawl

PAGES = 40


def page(number: int, language: str = "uk") -> bytes:
    """A story of its own: the same texts at two addresses are one article."""
    paragraphs = (f"{number} {PARAGRAPHS[language][0]}", *PARAGRAPHS[language][1:])
    other = "en" if language == "uk" else "uk"
    named = ((other, address(number, other)), (language, address(number, language)))
    headline = f"{HEADLINES[language]}, {number}"
    return Page(language, hreflang=named, headline=headline, paragraphs=paragraphs).render().encode()


def address(number: int, language: str) -> str:
    return f"https://courier.example/{language}/news/{number}"


def web_archive(path: Path) -> Path:
    records = [
        record(address(number, language), page(number, language), date=f"2025-03-01T10:{number:02}:00Z")
        for number in range(PAGES // 2)
        for language in ("uk", "en")
    ]
    path.write_bytes(b"".join(records))
    return path


def test_pages_become_paired_articles_of_their_time(crawl: Crawl, tmp_path: Path) -> None:
    packed = web_archive(tmp_path / "news.warc.gz")
    broken = tmp_path / "broken.warc.gz"
    broken.write_bytes(packed.read_bytes()[:-100])
    # all that is brought is an item of `start`; where it ended at a heartbeat, this would take half an hour
    done = crawl(str(packed), command="import", **{HEARTBEAT: str(A_WHILE)})
    assert done.exit_code == 0, done.err
    articles = done.table("articles")
    assert len(articles) == PAGES
    assert set(articles["outlet"]) == {"courier.example"}
    assert sorted(articles["fetched_at"])[0] == pd.Timestamp("2025-03-01T10:00Z")
    assert set(articles["source_archive"]) == {"news.warc.gz"}
    assert articles["source_capture"].str.startswith("news.warc.gz <urn:uuid:").all()
    assert len(done.table("stories")) == PAGES // 2
    assert len(done.table("pairs")) >= PAGES // 2
    assert f"file  news.warc.gz: {PAGES} archived; 0 passed over; " in done.out
    report = tmp_path / "report.json"
    again = crawl(str(broken), str(packed), "--report", str(report), command="import")
    assert again.exit_code == 1
    assert "broken.warc.gz" in again.err
    assert "Warning" not in again.err
    assert len(again.table("versions")) == PAGES
    document = json.loads(report.read_text())
    assert (document["ended"], document["exit_code"]) == ("lost", 1)
    assert [problem for problem in document["problems"] if "broken.warc.gz" in problem]
    cut, whole = document["files"]
    assert (cut["name"], cut["passed_over"]) == ("broken.warc.gz", {"in the archive already": PAGES - 1})
    assert len(cut["problems"]) == 1
    # it has not changed since it was read to its end
    assert (whole["begin"], whole["read_to"]) == (packed.stat().st_size, packed.stat().st_size)
    assert "whole files that were read to their end before" in whole["passed_over"]


def test_pages_of_the_past_that_are_no_articles_are_no_alarm(crawl: Crawl, tmp_path: Path) -> None:
    packed = tmp_path / "home.warc.gz"
    shell = b"<html><title>Courier</title><div id=app></div></html>"
    packed.write_bytes(b"".join(record(address(number, "uk"), shell) for number in range(PAGES)))
    done = crawl(str(packed), command="import")
    assert (done.exit_code, done.err) == (0, "")
    assert "missed" not in done.out


def test_an_import_that_is_killed_goes_on(crawl: Crawl, tmp_path: Path) -> None:
    packed = web_archive(tmp_path / "news.warc.gz")
    process = crawl.fork(str(packed), command="import")
    segments = crawl.archive / "_wal"
    while process.poll() is None:
        # a segment gets its name when it is whole: what is listed may have another by now
        with contextlib.suppress(FileNotFoundError):
            if any(path.stat().st_size > 20_000 for path in segments.glob("*")):
                break
        with contextlib.suppress(TimeoutError):
            process.wait(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    done = crawl(str(packed), command="import")
    assert done.exit_code == 0, done.err
    assert len(done.table("articles")) == PAGES
    assert len(done.table("versions")) == PAGES
    assert len(done.table("stories")) == PAGES // 2


def test_only_what_was_asked_for(crawl: Crawl, tmp_path: Path) -> None:
    packed = web_archive(tmp_path / "news.warc.gz")
    for chosen in (("--host", "elsewhere.example"), ("--outlet", "elsewhere.example")):
        none = crawl(str(packed), *chosen, command="import")
        assert none.exit_code == 0
        assert f"{PAGES}  outside the selection" in none.out
    some = crawl(str(packed), "--language", "en", command="import")
    assert set(some.table("articles")["language"]) == {"en"}
    for wrong, told in (
        (("nowhere.warc.gz",), "No such file"),
        ((str(packed), "--language", "ua"), "the language is uk"),
        ((str(packed), "--outlet", "nobody"), "no outlet 'nobody'"),
        ((), "at least one file"),
        ((str(tmp_path),), "is not a file"),
    ):
        refused = crawl(*wrong, command="import")
        assert refused.exit_code == 2
        assert told in refused.err
        assert "Traceback" not in refused.err


def test_captures_of_one_page_are_versions_in_their_order(crawl: Crawl, tmp_path: Path) -> None:
    """Whichever comes first; and the same text again is no version."""
    edited = page(1).replace("1 Міст".encode(), "1 Великий міст".encode())
    parts = {
        "late": record(address(1, "uk"), edited, date="2025-03-03T10:00:00Z"),
        "early": record(address(1, "uk"), page(1), date="2025-03-01T10:00:00Z"),
        "again": record(address(1, "uk"), edited, date="2025-03-05T10:00:00Z"),
    }
    for name, part in parts.items():
        (tmp_path / f"{name}.warc.gz").write_bytes(part)
        done = crawl(str(tmp_path / f"{name}.warc.gz"), command="import")
        assert done.exit_code == 0, done.err
    rows = done.table("versions").sort_values("valid_from")
    assert [f"{day:%m-%d}" for day in rows["valid_from"]] == ["03-01", "03-03"]
    assert ["Великий" in body for body in rows["body"]] == [False, True]
    assert "Великий" in done.table("articles")["body"][0]
