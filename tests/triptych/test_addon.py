"""Triptych as an add-on of a Scrapy project that knows nothing else of it, in a folder of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import brotli
import pytest
from scrapy import Spider
from scrapy.crawler import Crawler

import archive
from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import HEADLINES, PARAGRAPHS, Page
from tests.support.forked import scrapy

PROJECT = {
    "scrapy.cfg": """
        [settings]
        default = weekly.settings
    """,
    "weekly/__init__.py": "",
    "weekly/settings.py": """
        BOT_NAME = "weekly"
        SPIDER_MODULES = ["weekly.spiders"]
        ADDONS = {"triptych.addon.Triptych": 500}
        TRIPTYCH_ARCHIVE = "kept"
        TRIPTYCH_EXTRACTION_PROCESSES = 1
        ITEM_PIPELINES = {"weekly.pipelines.Tagged": 300, "weekly.pipelines.Seen": 950}
        DOWNLOAD_TIMEOUT = 7
        ROBOTSTXT_OBEY = False
        FEEDS = {"out.jsonl": {"format": "jsonlines", "overwrite": True}}
        LOG_LEVEL = "INFO"
    """,
    "weekly/pipelines.py": """
        import os, signal
        from pathlib import Path

        class Tagged:
            def process_item(self, item):
                if isinstance(item, dict) and "articleBody" in item:
                    item["tags"] = ["bridge"]
                return item

        class Seen:
            async def process_item(self, item):
                with open("seen", "a") as seen:
                    seen.write(type(item).__name__ + "\\n")
                if Path("killing").exists() and isinstance(item, dict) and "articleBody" in item:
                    os.kill(os.getpid(), signal.SIGKILL)
                if Path("moving").exists():
                    os.rename("kept", "elsewhere")
                return item
    """,
    "weekly/spiders/__init__.py": "",
    "weekly/spiders/courier.py": """
        import attrs, os, scrapy
        from itemadapter import ItemAdapter

        @attrs.define
        class Author:
            name: str

        @attrs.define
        class Article:
            # the fields of zyte-common-items' Article
            url: str
            headline: str | None = None
            articleBody: str | None = None
            inLanguage: str | None = None
            datePublished: str | None = None
            authors: list[Author] | None = None

        class Courier(scrapy.Spider):
            name = "courier"
            outlet = "courier"

            async def start(self):
                asked = {"/news/7-uk": self.page, "/news/7-en": self.as_dict, "/news/7-ru": self.as_class,
                         "/bomb": self.page, "/inside": self.page, "/none": self.page}
                for path, callback in asked.items():
                    yield scrapy.Request(os.environ["AT"] + path, callback, errback=self.failed)
                yield scrapy.Request("file:///etc/hostname", self.page, errback=self.failed)

            def page(self, response):
                yield response

            def as_dict(self, response):
                from twisted.internet import reactor
                base = os.environ["AT"]
                yield {"url": response.url, "headline": response.css("h1::text").get(), "inLanguage": "en",
                       "articleBody": "\\n\\n".join(response.css("article p::text").getall()),
                       "datePublished": "2026-03-17T08:30:00Z", "alternates": {"uk": base + "/news/7-uk"}}
                yield {"comment": "no article", "resolver": type(reactor.nameResolver).__name__,
                       "timeout": self.settings.getint("DOWNLOAD_TIMEOUT"),
                       "verified": self.settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")}
                yield {"headline": "A headline, and no address", "body": "Text."}
                yield {"url": base + "/empty", "headline": "A headline, and no text", "body": None}
                yield {"url": "file:///etc/passwd", "headline": "A file", "body": "root"}

            def as_class(self, response):
                yield Article(response.url, response.css("h1::text").get(),
                              "\\n\\n".join(response.css("article p::text").getall()), "ru",
                              "2026-03-17T09:20:00+02:00", [Author("Роман Петренко")])

            def failed(self, failure):
                yield {"failed": failure.request.url.rpartition("/")[2], "why": repr(failure.value)}
    """,
}


@dataclass(frozen=True)
class Crawled:
    folder: Path
    killed: subprocess.CompletedProcess[str]
    known_after_kill: int
    whole: subprocess.CompletedProcess[str]
    site: Site

    @property
    def items(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in (self.folder / "out.jsonl").read_text("utf-8").splitlines()]


def crawl(folder: Path, site: Site, *more: str) -> subprocess.CompletedProcess[str]:
    names = "courier.example=127.0.0.1"
    at = f"http://courier.example:{site.port}"
    return scrapy("crawl", "courier", *more, folder=folder, AT=at, TRIPTYCH_RESOLVE_TO=names)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("weekly")
    for name, text in PROJECT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text).strip() + "\n", "utf-8")
    with Site() as site:
        at = f"http://courier.example:{site.port}"
        for language in ("uk", "en", "ru"):
            others = tuple((tag, f"{at}/news/7-{tag}") for tag in ("uk", "en", "ru"))
            site[f"/news/7-{language}"] = Page(language, hreflang=others if language == "uk" else ()).render()
        site["/inside"] = Answer(status=302, headers={"Location": f"{site.base}/secret"})
        bomb = brotli.compress(b"<p>" + bytes(40 << 20))
        site["/bomb"] = Answer(bomb, headers={"Content-Type": "text/html", "Content-Encoding": "br"})
        (folder / "killing").touch()
        killed = crawl(folder, site)
        (folder / "killing").unlink()
        # what it acknowledged is in its segment, and in no snapshot yet
        before = len(archive.open(str(folder / "kept")).articles().to_arrow())
        yield Crawled(folder, killed, before, crawl(folder, site), site)


def test_their_items_are_archived_in_all_forms(crawled: Crawled) -> None:
    assert crawled.whole.returncode == 0, crawled.whole.stderr
    kept = archive.open(str(crawled.folder / "kept"))
    rows = {row["language"]: row for row in kept.articles().to_arrow().to_pylist()}
    assert rows.keys() == {"uk", "en", "ru"}
    for language, row in rows.items():
        assert row["headline"] == HEADLINES[language]
        assert row["body"] == "\n\n".join(PARAGRAPHS[language])
        assert (row["outlet"], row["http_status"]) == ("courier", 200)
        assert row["published_at"] is not None
    assert rows["en"]["published_source"] == "item"
    assert {"source": "item-language", "tag": "en"} in rows["en"]["language_evidence"]
    assert rows["ru"]["authors"] == ["Роман Петренко"]
    assert rows["en"]["tags"] == ["bridge"]  # of a pipeline of theirs that stands before ours
    # the page of a response is kept whole; of an item there is none
    assert rows["uk"]["raw_file"] is not None
    assert rows["en"]["raw_file"] is None
    assert rows["uk"]["story_id"] == rows["en"]["story_id"]


def test_a_kill_loses_nothing_and_the_next_run_goes_on(crawled: Crawled) -> None:
    assert crawled.killed.returncode == -9
    assert crawled.known_after_kill == 0
    counts = archive.open(str(crawled.folder / "kept")).versions().to_arrow()["version"].to_pylist()
    assert counts == [1, 1, 1]
    looks = archive.open(str(crawled.folder / "kept")).table("observations").to_arrow().to_pylist()
    # the look of the run that was killed is there beside that of the next
    assert len({row["run_id"] for row in looks if row["url"].endswith("-en")}) == 2


def test_what_is_missing_is_refused_with_a_reason(crawled: Crawled) -> None:
    for reason in ("bad-url", "no-body", "scheme"):
        assert f"'triptych/dropped/{reason}': 1" in crawled.whole.stderr
    assert "expected the address of the article in `url`, got none" in crawled.whole.stderr
    observed = archive.open(str(crawled.folder / "kept")).table("observations").to_arrow().to_pylist()
    assert "no-body" in {row["reason"] for row in observed}
    assert "Traceback" not in crawled.whole.stderr


def test_what_only_tries_a_spider_out_begins_no_archive(crawled: Crawled) -> None:
    at = f"http://courier.example:{crawled.site.port}"
    settings = ("-s", "TRIPTYCH_ARCHIVE=tried", "-s", "FEEDS={}")
    parsed = (f"{at}/news/7-en", "--spider", "courier", "-c", "as_dict", "--nolinks", "--pipelines")
    for words in (("check", "courier"), ("parse", *parsed)):
        done = scrapy(
            *words, *settings, folder=crawled.folder, AT=at, TRIPTYCH_RESOLVE_TO="courier.example=127.0.0.1"
        )
        assert done.returncode == 0, done.stderr
        assert not (crawled.folder / "tried").exists()
    assert "'headline': 'A file'" in done.stdout


def test_their_items_go_on_as_they_were(crawled: Crawled) -> None:
    by_url = {str(item["url"]).rpartition("-")[2]: item for item in crawled.items if "url" in item}
    assert by_url.keys() == {"uk", "en", "ru"}
    assert by_url["en"]["inLanguage"] == "en"
    assert by_url["ru"]["authors"] == [{"name": "Роман Петренко"}]
    assert by_url["uk"]["body"] == "\n\n".join(PARAGRAPHS["uk"])  # a response becomes the archive's columns
    seen = (crawled.folder / "seen").read_text().split()
    assert {"dict", "Article"} == set(seen)
    assert any("comment" in item for item in crawled.items)


def test_the_guards_are_on(crawled: Crawled) -> None:
    failed = {item["failed"]: str(item["why"]) for item in crawled.items if "failed" in item}
    assert failed.keys() == {"hostname", "bomb", "secret", "none"}
    assert "scheme" in failed["hostname"]
    assert "private-address" in failed["secret"]
    assert "DOWNLOAD_MAXSIZE" in failed["bomb"]
    assert not any(request.endswith("/secret") for request in crawled.site.requests)
    [told] = [item for item in crawled.items if "comment" in item]
    assert (told["resolver"], told["verified"]) == ("PublicOnlyResolver", True)
    # what the project sets itself goes over ours, and requests are counted once
    assert told["timeout"] == 7
    assert "'downloader/request_count': 6" in crawled.whole.stderr


@pytest.mark.parametrize(
    ("set_to", "told"),
    [
        ("TRIPTYCH_ARCHIVE=", "the archive has no name; expected a folder"),
        ("TRIPTYCH_ARCHIVE=newer", "schema 99, this Triptych reads up to"),
    ],
)
def test_a_wrong_setting_is_a_sentence(crawled: Crawled, set_to: str, told: str) -> None:
    newer = crawled.folder / "newer"
    if not newer.exists():
        shutil.copytree(crawled.folder / "kept", newer, symlinks=True)
        for manifest in (newer / "_log").glob("*.json"):
            document = json.loads(manifest.read_text("utf-8"))
            manifest.write_text(json.dumps({**document, "schema_version": 99}), "utf-8")
    asked = len(crawled.site.requests)
    ended = crawl(crawled.folder, crawled.site, "-s", set_to, "-s", "LOG_ENABLED=False")
    assert ended.returncode == 2
    assert told in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert len(crawled.site.requests) == asked


def test_an_archive_that_cannot_be_written_is_in_the_exit_code(crawled: Crawled) -> None:
    (crawled.folder / "moving").touch()
    ended = crawl(crawled.folder, crawled.site)
    (crawled.folder / "moving").unlink()
    assert ended.returncode == 1, ended.stderr
    assert "The archive cannot be written" in ended.stderr
    assert "'triptych/archive_not_written': 1" in ended.stderr


def test_the_project_s_own_settings_win_and_what_they_switch_off_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
    crawler = Crawler(
        Spider,
        {
            "ADDONS": {"triptych.addon.Triptych": 500},
            "TRIPTYCH_ARCHIVE": str(tmp_path / "kept"),
            "DOWNLOAD_MAXSIZE": 0,
            "DOWNLOAD_HANDLERS": {"https": own},
            "ITEM_PIPELINES": {"triptych.item_pipeline.ArchivePipeline": 50},
        },
    )
    crawler.addons.load_settings(crawler.settings)
    settings = crawler.settings
    assert settings.getint("DOWNLOAD_MAXSIZE") == 0
    assert settings.getdict("DOWNLOAD_HANDLERS")["https"] == own
    assert settings.getdict("DOWNLOAD_HANDLERS")["file"] is None
    assert [*settings.getdict("ITEM_PIPELINES").values()] == [50]
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert told == [
        f"Triptych: https:// goes unguarded through the project's handler, {own}",
        "Triptych: a body may be of any size, as DOWNLOAD_MAXSIZE is 0",
    ]
