"""Whole pages through a real crawl: as served in the archive, readable by others, and read again."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import itertools
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import brotli
import msgspec
import pandas as pd
import pytest
from warcio.archiveiterator import ArchiveIterator

import archive
from archive.__main__ import main
from archive.format.records import ArticleRecord
from archive.operations import reread
from archive.pages.warc_record import Exchange, build
from archive.writer import ArchiveWriter
from tests.archive.findings import verify
from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import PARAGRAPHS, Page
from tests.support.demo_port import alone_at_its_port
from tests.support.forked import A_WHILE, scrapy
from tests.support.running import Crawl, Run


def answers(root: Path) -> dict[str, tuple[dict[str, str], bytes]]:
    """WARC headers and payload of each response by URL; warcio checks every digest."""
    found = {}
    for path in (root / "_raw").glob("*.warc.gz"):
        for record in ArchiveIterator(io.BytesIO(path.read_bytes()), check_digests="raise"):
            payload = record.content_stream().read()
            assert record.digest_checker.passed
            if record.rec_type == "response":
                found[record.rec_headers.get_header("WARC-Target-URI")] = (
                    dict(record.http_headers.headers) | dict(record.rec_headers.headers),
                    payload,
                )
    return found


def reextract(archive_uri: Path, *outlets: str) -> Run:
    done = scrapy("reextract", "-s", f"ARCHIVE_URI={archive_uri}", *outlets)
    return Run(done.returncode, done.stdout, done.stderr, archive_uri)


CODINGS = {"br": brotli.compress, "gzip": gzip.compress, None: bytes}
CHARSETS = ("utf-8", "windows-1251")


def served(charset: str, coding: str | None) -> tuple[bytes, bytes]:
    """The page, which is another one in each form, and what goes over the wire."""
    headline = f"Міст відкрили: {charset}, {coding}"
    page = Page("uk", headline=headline, paragraphs=(headline, *PARAGRAPHS["uk"])).render()
    body = page.replace('charset="utf-8"', f'charset="{charset}"').encode(charset)
    return body, CODINGS[coding](body)


@pytest.fixture(scope="module")
def in_all_forms(
    scrapy_command: list[str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, dict[tuple[str, str | None], str]]:
    """A crawl of a page in each charset and coding, and its addresses."""
    with Site() as site:
        urls = {}
        for charset, coding in itertools.product(CHARSETS, CODINGS):
            headers = {"Content-Type": f"text/html; charset={charset}", "X-Served-By": "cache-7"}
            if coding:
                headers["Content-Encoding"] = coding
            path = f"/news/mist-{len(urls)}.html"
            site[path] = Answer(served(charset, coding)[1], headers=headers)
            urls[charset, coding] = site.base + path
        crawl = Crawl(scrapy_command, tmp_path_factory.mktemp("forms") / "news-archive")
        run = crawl("page", "-a", f"url={','.join(urls.values())}")
    assert run.exit_code == 0, run.err
    assert len(answers(run.archive)) == len(urls)
    assert not [finding for finding in verify(run.archive) if finding.grave]
    return run, urls


def test_places_that_repeat_in_the_stored_pages(
    in_all_forms: tuple[Run, dict[tuple[str, str | None], str]],
) -> None:
    run, _ = in_all_forms
    outlet = str(run.table("articles")["outlet"].iloc[0])
    done = scrapy("inspect", "-s", f"ARCHIVE_URI={run.archive}", "--repeated", outlet)
    assert done.returncode == 0, done.stderr
    # one text under six headlines
    assert PARAGRAPHS["uk"][0][:30] in done.stdout
    assert f"stored pages of {outlet}: 6." in done.stdout


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("charset", CHARSETS)
def test_a_page_is_kept_decoded_to_the_byte(
    in_all_forms: tuple[Run, dict[tuple[str, str | None], str]],
    coding: str | None,
    charset: str,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    run, urls = in_all_forms
    body, sent = served(charset, coding)
    row = run.table("articles").set_index("url").loc[urls[charset, coding]]
    page = archive.open(run.archive).raw(row["article_id"])
    assert page.body == body
    assert row["raw_sha256"] == hashlib.sha256(body).hexdigest()
    assert page.fetched_at == row["fetched_at"]
    kept, payload = answers(run.archive)[urls[charset, coding]]
    assert payload == body
    assert kept["WARC-Payload-Digest"] == "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()
    assert kept["WARC-IP-Address"] == "127.0.0.1"
    assert kept["X-Served-By"] == "cache-7"
    assert kept["Content-Type"] == "application/http; msgtype=response"
    assert dict(page.headers)["Content-Type"] == f"text/html; charset={charset}"
    assert "Content-Encoding" not in dict(page.headers)
    assert kept.get("X-Archive-Orig-Content-Encoding") == coding
    assert kept.get("X-Archive-Orig-Content-Length") == (str(len(sent)) if coding else None)
    capfdbinary.readouterr()
    assert main(["raw", row["article_id"], "--archive", str(run.archive)]) == 0
    assert capfdbinary.readouterr().out == body


def test_versions_are_kept_and_other_looks_are_not(crawl: Crawl) -> None:
    with Site() as site:
        story, wall, moved = "/news/mist-1.html", "/news/wall-2.html", "/news/old-3.html"
        site[wall] = "<html><body><h1>Just a moment...</h1><p>Checking your browser</p></body></html>"
        site[moved] = Answer(status=301, headers={"Location": story})
        urls = "-a", "url=" + ",".join(f"{site.base}{path}" for path in (moved, wall, "/news/none-4.html"))
        site[story] = Page("uk").render()
        crawl("page", *urls)
        site[story] = Page("uk").render() + "<!-- another advertisement -->"
        crawl("page", *urls)
        site[story] = Page("uk", headline="Міст відкрили, рух пішов").render()
        run = crawl("page", *urls)
    versions = run.table("versions").sort_values("version")
    assert list(versions["version"]) == [1, 2]
    assert len(answers(run.archive)) == 1  # one address, twice
    opened = archive.open(run.archive)
    first, second = (opened.raw(versions["article_id"].iloc[0], version) for version in (1, 2))
    assert (first.url, second.url) == (site.base + story, site.base + story)
    assert "рух пішов" in second.body.decode()
    assert "рух пішов" not in first.body.decode()
    index = "".join(path.read_text() for path in (run.archive / "_raw/index").iterdir())
    assert index.count("\n") == 2


def test_keep_raw_none_keeps_none_and_anything_else_is_refused(crawl: Crawl) -> None:
    with Site() as site:
        site["/news/mist-1.html"] = Page("uk").render()
        address = f"url={site.base}/news/mist-1.html"
        wrong = crawl("page", "-a", address, "-s", "KEEP_RAW=zip")
        assert wrong.exit_code == 2
        assert "KEEP_RAW='zip': expected warc or none" in wrong.err
        assert site.requests == []
        run = crawl("page", "-a", address, TRIPTYCH_KEEP_RAW="none")
    assert run.exit_code == 0
    assert not (run.archive / "_raw").exists()
    assert run.table("articles")[["raw_file", "raw_offset", "raw_length"]].isna().all(axis=None)
    with pytest.raises(archive.PageNotKept):
        archive.open(run.archive).raw(run.table("articles")["article_id"].item())


def test_two_crawls_at_once_write_two_files(crawl: Crawl) -> None:
    with Site() as site:
        site.held.clear()
        for number in range(2):
            site[f"/news/mist-{number}.html"] = Page("uk", headline=f"Міст номер {number} відкрили").render()
        running = [
            crawl.fork("page", "-a", f"url={site.base}/news/mist-{number}.html") for number in range(2)
        ]
        site.wait_for(2, *running)
        site.held.set()
        for process in running:
            out, err = process.communicate(timeout=A_WHILE)
            assert process.returncode == 0, out + err
    assert len(list((crawl.archive / "_raw").glob("*.warc.gz"))) == 2
    assert len(answers(crawl.archive)) == 2
    assert not [finding for finding in verify(crawl.archive) if finding.grave]


def test_what_a_crawl_read_reads_the_same_again(crawl: Crawl) -> None:
    with alone_at_its_port():
        run = crawl("demo")
    assert run.exit_code == 0, run.err
    before = sorted(path.name for path in (run.archive / "_log").iterdir())
    again = reextract(run.archive)
    assert again.exit_code == 0, again.err
    count = len(run.table("versions"))
    assert f"{count} pages read again" in again.out
    assert "0 would have another headline or body" in again.out
    assert "stored" not in again.out.replace("\n", " ").split("pages read again")[0]
    assert sorted(path.name for path in (run.archive / "_log").iterdir()) == before


def test_what_would_read_otherwise_is_counted_by_outlet_and_field(crawl: Crawl, tmp_path: Path) -> None:
    """The rows of a real crawl, two of them as an extractor of yesterday had read them."""
    with Site() as site:
        for number in range(3):
            site[f"/news/mist-{number}.html"] = Page("uk", headline=f"Міст номер {number} відкрили").render()
        urls = ",".join(f"{site.base}/news/mist-{number}.html" for number in range(3))
        run = crawl("page", "-a", f"url={urls}")
    source = archive.open(run.archive)
    old = tmp_path / "of-yesterday"
    with ArchiveWriter.open(old, run_id="yesterday") as writer:
        for number, row in enumerate(source.articles().to_arrow().sort_by("url").to_pylist()):
            page = source.raw(row["article_id"])
            record = replace(_record(row), extractor="yesterday 1")
            if number < 2:
                record = replace(
                    record, headline="Читайте також", section="Головне", author_ids=None, extra=None
                )
            body = page.body if number < 2 else b"<html><body><h1>Just a moment...</h1></body></html>"
            exchange = Exchange(page.url, page.status, page.fetched_at, (), page.headers)
            writer.add_article(
                replace(record, raw_sha256=hashlib.sha256(body).hexdigest()), build(exchange, body)
            )
        writer.commit()
    told = reextract(old)
    assert told.exit_code == 0, told.err
    outlet = run.table("articles")["outlet"].iloc[0]
    lines = [line.split() for line in told.out.splitlines()]
    assert [outlet, "headline", "2", "3"] in [line[:4] for line in lines]
    assert [outlet, "section", "2", "3"] in [line[:4] for line in lines]
    # whatever will be published is told
    assert [outlet, "author_ids", "2", "3"] in [line[:4] for line in lines]
    assert [outlet, "extra", "2", "3"] in [line[:4] for line in lines]
    assert "Читайте також" in told.out
    assert re.search("Міст номер [01] відкрили", told.out)
    assert not [line for line in lines if line[1:2] == ["body"]]
    assert f"{outlet}: 1 pages are no article any more: blocked-page" in told.out
    assert "(the rows are of yesterday 1: 3)" in told.out
    assert "Nothing was published." in told.out
    assert set(pd.read_parquet(old / "articles")["extractor"]) == {"yesterday 1"}
    # published, they read as the crawl had read them; what is no article any more is left as it is
    before = archive.open(old).snapshot.committed_at
    published = reextract(old, "--publish")
    assert published.exit_code == 0, published.err
    assert "2 versions are published as read today, in snapshot 2." in published.out
    shown = pd.read_parquet(old / "versions").sort_values("url", ignore_index=True)
    crawled = run.table("articles").sort_values("url", ignore_index=True)
    for name in set(reread.COLUMNS) - {"extractor"}:
        assert [str(x) for x in shown[name][:2]] == [str(x) for x in crawled[name][:2]], name
    assert list(shown["extractor"] == "yesterday 1") == [False, False, True]
    assert list(shown["version"]) == [1, 1, 1]
    past = archive.open(old).versions(as_of=before).to_pandas()
    assert list(past["headline"]).count("Читайте також") == 2
    again = reextract(old, "--publish")
    assert "The rows are what is read today: nothing was published." in again.out
    assert archive.open(old).snapshot.id == 2
    assert not [finding for finding in verify(old) if finding.grave]
    # what cannot be read from the archive is told, and is not passed over
    for path in (old / "_raw").glob("*.warc.gz"):
        path.unlink()
    lost = reextract(old)
    assert lost.exit_code == 1
    assert lost.err.count("cannot be read") == 3
    assert "Traceback" not in lost.err


def test_reextract_says_what_it_cannot_do(crawl: Crawl, tmp_path: Path) -> None:
    missing = reextract(tmp_path / "none")
    assert missing.exit_code == 6
    assert "There is no archive" in missing.err + missing.out
    with Site() as site:
        site["/news/mist-1.html"] = Page("uk").render()
        run = crawl("page", "-a", f"url={site.base}/news/mist-1.html", "-s", "KEEP_RAW=none")
    unknown = reextract(run.archive, "rbc")
    assert unknown.exit_code == 2
    outlet = run.table("articles")["outlet"].item()
    assert f"nothing of 'rbc'; it has {outlet}" in unknown.err + unknown.out
    without = reextract(run.archive, outlet)
    assert without.exit_code == 0
    assert "1 versions have no page" in without.out
    # nothing can be kept there, and a row that cannot be read cannot be compared
    subprocess.run(["mount", "--bind", str(run.archive), str(run.archive)], check=False)
    ro = subprocess.run(["mount", "-o", "remount,bind,ro", str(run.archive)], check=False)
    if ro.returncode == 0:
        try:
            refused = reextract(run.archive, "--publish")
        finally:
            subprocess.run(["umount", "-l", str(run.archive)], check=True)
        assert refused.exit_code == 6
        assert "Read-only file system" in refused.err
        assert "Traceback" not in refused.err
    for path in (run.archive / "_data" / "articles").rglob("*.parquet"):
        path.unlink()
    harmed = reextract(run.archive)
    assert harmed.exit_code == 6
    assert "is not there any more" in harmed.err
    assert "Traceback" not in harmed.err


def _record(row: dict[str, object]) -> ArticleRecord:
    return msgspec.convert(row | {"raw_file": None, "raw_offset": None, "raw_length": None}, ArticleRecord)
