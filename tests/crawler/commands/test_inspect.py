"""`scrapy inspect`, as a contributor runs it."""

from __future__ import annotations

import gzip
import subprocess
from pathlib import Path

import pytest

from archive.writer import ArchiveWriter
from tests.archive.made import make_article, make_page
from tests.newsrooms.newsroom import Answer, Site
from tests.support.forked import scrapy
from tests.support.running import python

TEXT = "The council of the harbour town approved the repair of three bridges over the river. "
PAGE = f"""<html lang="en"><head><title>Council repairs three bridges</title>
<meta property="article:published_time" content="2026-02-03T10:15:00Z"></head><body><article>
<h1>Council repairs three bridges</h1><div class="text">{f"<p>{TEXT}</p>" * 2}<p>{TEXT * 3}</p>
<p>Read also: <a href="/2">Mayor tells about plans</a></p></div></article></body></html>"""


@pytest.fixture
def inspect(tmp_path: Path):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        manners = ["-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_ENABLED=False"]
        archive = ["-s", f"ARCHIVE_URI={tmp_path / 'news-archive'}"]
        done = scrapy("inspect", *manners, *archive, *arguments)
        assert not (tmp_path / "news-archive").exists()
        return done

    return run


def test_a_saved_page_in_the_terminal_and_as_html(inspect, tmp_path: Path) -> None:
    saved, out = tmp_path / "page.html.gz", tmp_path / "out.html"
    saved.write_bytes(gzip.compress(PAGE.encode()))
    told = inspect(str(saved), "--url", "https://www.pravda.com.ua/eng/news/2026/02/03/1/")
    # nor a warning of a loop or a socket that is left open
    assert (told.returncode, told.stderr) == (0, "")
    assert "pravda " in told.stdout
    assert "h1, as in title" in told.stdout
    written = inspect(str(saved), "--html", str(out))
    assert (written.returncode, written.stdout.strip()) == (0, str(out))
    assert "points to another article" in out.read_text("utf-8")
    without = inspect(str(saved)).stdout
    assert "an article" in without
    assert "front page" not in without
    saved.write_bytes(gzip.compress(b"<p>A line."))
    assert "this page has no headline" in inspect(str(saved)).stdout


def test_the_archived_page_of_an_article_is_read_by_the_start_of_its_id(tmp_path: Path) -> None:
    record, page = make_page(make_article(1, "en"), PAGE.encode())
    with ArchiveWriter.open(tmp_path / "archive", run_id="r") as writer:
        writer.add_article(record, page)
        writer.commit()

    def inspect(article_id: str) -> subprocess.CompletedProcess[str]:
        return scrapy("inspect", "-s", f"ARCHIVE_URI={tmp_path / 'archive'}", article_id)

    told = inspect(record.article_id[:8])
    assert (told.returncode, told.stderr) == (0, "")
    assert "courier.example" in told.stdout
    assert "Read also: Mayor tells about plans" in told.stdout
    unknown = inspect("abcd1234")
    assert (unknown.returncode, "abcd1234" in unknown.stderr) == (2, True)


def test_an_address_is_fetched_as_a_crawl_would(inspect) -> None:
    with Site() as site:
        site["/news/1"] = PAGE
        site["/robots.txt"] = Answer(
            b"User-agent: *\nDisallow: /private/", headers={"Content-Type": "text/plain"}
        )
        told = inspect("-s", "ALLOW_PRIVATE_NETWORK=True", f"{site.base}/news/1")
        assert told.returncode == 0, told.stderr
        assert "Read also: Mayor tells about plans" in told.stdout
        assert [request.partition("/")[2] for request in site.requests] == ["robots.txt", "news/1"]
        refused = inspect("-s", "ALLOW_PRIVATE_NETWORK=True", f"{site.base}/private/1")
        assert refused.returncode == 1
        assert "skipped, robots" in refused.stderr
        guarded = inspect(f"{site.base}/news/1")
        assert guarded.returncode == 2
        assert "private network" in guarded.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((), 2, "give one address, file or article id"),
        (("missing.html",), 1, "No such file"),
        (("README.md", "--outlet", "nobody"), 2, "no outlet 'nobody'"),
        (("README.md", "--html", "/no/folder/page.html"), 2, "there is no such folder"),
        (("README.md", "-a", "url=x"), 2, "-a url=… is of `triptych crawl`"),
        (("--repeated", "demo"), 2, "There is no archive"),
    ],
)
def test_what_cannot_be_inspected(inspect, arguments: tuple[str, ...], code: int, told: str) -> None:
    done = inspect(*arguments)
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr


def test_no_command_waits_for_what_only_reading_takes() -> None:
    # `scrapy` imports every command to list them
    source = "import sys, crawler.commands.inspect, crawler.commands.reextract; print(*sys.modules)"
    loaded = python("-c", source, check=True)
    assert not {"trafilatura", "langdetect", "jinja2"} & set(loaded.stdout.split())
