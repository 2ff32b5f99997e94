"""Declarations on pages as the outlets served them, which are beside the checkout and not in it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints
from crawler.requests.articles import variants_to_fetch
from crawler.story.spider import StorySpider
from pipelines.authors import AuthorsStage
from tests.crawler.outlet.test_outlets import NAMES, outlet

# organisations are no authors; the layout that DW left in 2023 prints author and date in a list at the end
NO_PERSONS = {"BBC News", "Euronews", "Roman Goncharenko"}
# its gold has the shorter titles that it makes for search engines
OTHER_TITLES = {"euronews"}


class Real(NamedTuple):
    spider: StorySpider
    row: dict
    article: Article


@pytest.fixture(scope="module")
def pages(shared_data: Path) -> list[Real]:
    found = []
    spiders = [outlet(name) for name in NAMES]
    for line in (shared_data / "pages/manifest.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        url = row.get("url") or ""
        for spider in spiders:
            if spider.match_article(url) is not None:
                body = gzip.decompress((shared_data / "pages" / row["file"]).read_bytes())
                fetch = Fetch(url, url, body, None, 200, dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
                hints = Hints(spider.name, spider.byline, spider.drop, spider.switcher)
                article = AuthorsStage().process_item(extract(fetch, hints))
                assert isinstance(article, Article)
                found.append(Real(spider, row, article))
    return found


def test_the_pages_of_nine_outlets_are_recognised_by_their_addresses(pages: list[Real]) -> None:
    held = {page.spider.name for page in pages}
    assert held >= {"bbc", "dw", "epravda", "euronews", "imi", "kanal24", "liga", "pravda", "ukrinform"}
    assert len(pages) >= 25


def test_headline_authors_and_date_are_those_of_the_gold(pages: list[Real]) -> None:
    wrong = []
    for page in pages:
        gold = page.row.get("gold") or {}
        title, date = gold.get("title"), gold.get("date")
        persons = [name for name in gold.get("authors") or [] if name not in NO_PERSONS]
        article = page.article
        if title and page.spider.name not in OTHER_TITLES and article.headline != title.strip():
            wrong.append((page.row["file"], "headline", article.headline, title))
        if persons and not {*persons} <= {*article.authors}:
            wrong.append((page.row["file"], "authors", article.authors, persons))
        if date and not date.endswith("00:00:00"):
            printed = dt.datetime.fromisoformat(date)
            expected = printed if printed.tzinfo else printed.replace(tzinfo=ZoneInfo("Europe/Kyiv"))
            if article.published_at is None or abs(article.published_at - expected).total_seconds() >= (
                1 if printed.time() != dt.time() else 86400
            ):
                wrong.append((page.row["file"], "date", article.published_at, date))
    assert wrong == []


def test_variants_are_those_that_the_page_names(pages: list[Real], shared_data: Path) -> None:
    lines = (shared_data / "known_counterparts.jsonl").read_text("utf-8").splitlines()
    known = {row["page"] + ".gz": row["counterparts"] for row in map(json.loads, lines)}
    seen = 0
    for page in pages:
        expected = known.get("pages/" + page.row["file"])
        if expected is not None:
            seen += 1
            article = page.article.with_(
                alternates=(*page.article.alternates, *page.spider.siblings(page.article.url))
            )
            followed = {a.url for a in variants_to_fetch(article) if page.spider.is_article(a.url)}
            assert {*expected.values()} <= followed, page.row["file"]
    assert seen >= 5


def test_what_is_no_article_is_not_followed(pages: list[Real]) -> None:
    """BBC's "UK" is the section of a country, DW's "English" a corporate site, IMI's a section."""
    named = {(page.spider.name, a.url) for page in pages for a in variants_to_fetch(page.article)}
    refused = {(name, url) for name, url in named if not outlet(name).is_article(url)}
    assert refused == {
        ("dw", "https://corporate.dw.com/en/gmf/s-43101535"),
        ("imi", "https://imi.org.ua/en/monitoring-category/monitoring-standards"),
    }
    assert {name for name, _ in named - refused} == {"pravda", "epravda", "kanal24", "euronews", "imi"}


def test_ukrinform_names_no_variant_however_many_hreflang_links_it_has(pages: list[Real]) -> None:
    (page,) = (page for page in pages if page.spider.name == "ukrinform")
    assert len(page.row["hreflang"]) > 5
    assert variants_to_fetch(page.article) == ()
