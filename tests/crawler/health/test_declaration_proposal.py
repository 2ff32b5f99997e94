"""The diff of a changed declaration, for each declaration that there is: applied, it says the new values."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

from crawler.health.declaration_proposal import DeclarationProposal, proposal, redeclare
from crawler.health.findings import Check, CheckedList
from crawler.story.spider import StorySpider
from tests.crawler.outlet.test_outlets import NAMES, SPIDERS, outlet

PATTERN = r"/story/\d{2,4}[-_][\w-]+"


def applied(spider: StorySpider, diff: str, folder: Path) -> type[StorySpider]:
    """The class that the file declares once the diff is applied."""
    file = folder / f"{spider.name}.py"
    shutil.copy(SPIDERS / file.name, file)
    subprocess.run(["git", "apply", "-p3", "-"], input=diff, text=True, cwd=folder, check=True)
    spec = importlib.util.spec_from_file_location(f"proposed_{spider.name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    declared: type[StorySpider] = getattr(module, type(spider).__name__)
    return declared


@pytest.mark.parametrize("name", NAMES)
def test_lists_patterns_and_languages_are_written_into_the_file(name: str, tmp_path: Path) -> None:
    spider = outlet(name)
    base = spider.home.rstrip("/")
    values: dict[str, object] = {
        "feeds": ["/all/rss.xml", *spider.feeds[1:]],
        "news_sitemaps": [*spider.news_sitemaps, f'{base}/a"b/sitemap.xml', "/news.xml"],
        "article_url": (*spider.written_patterns(), PATTERN),
    }
    diff = proposal(spider, DeclarationProposal(values))
    assert diff, name
    declared = applied(spider, diff, tmp_path)
    assert {field: getattr(declared, field) for field in values} == values
    unchanged = (
        "title",
        "home",
        "languages",
        "variant_url",
        "archive_sitemaps",
        "day_archives",
        "drop",
        "expects",
    )
    assert all(getattr(declared, field) == getattr(spider, field) for field in unchanged)
    assert max(map(len, (tmp_path / f"{name}.py").read_text("utf-8").splitlines())) <= 115


@pytest.mark.parametrize("name", [name for name in NAMES if outlet(name).variant_url])
def test_rules_for_variants_that_lead_nowhere_are_left_out(name: str, tmp_path: Path) -> None:
    spider = outlet(name)
    diff = proposal(spider, DeclarationProposal({"variant_url": {}, "languages": spider.languages[:1]}))
    declared = applied(spider, diff, tmp_path)
    assert (declared.variant_url, declared.languages) == ({}, spider.languages[:1])
    assert declared.article_url == spider.article_url
    # what was expected of the languages that are left out goes with them
    assert {language for language, _ in declared.expectations.articles_a_day} <= {"", spider.languages[0]}
    assert declared.expectations.all_languages is None


def test_what_would_be_refused_is_told_and_no_diff() -> None:
    found = DeclarationProposal({"feeds": ["https://elsewhere.example/rss"]})
    assert not proposal(outlet("pravda"), found)
    assert "the changed declaration would be refused" in found.reasons[0]
    assert "outside allowed_domains" in found.reasons[0]


def test_a_dated_list_that_moves_to_another_host_keeps_its_fields() -> None:
    check = Check(outlet("pravda"))
    old = "https://www.pravda.com.ua/archives/date_25112026/"
    moved = old.replace("www.", "archive.")
    check.lists.append(
        CheckedList("day_archives", old, moved_to=moved, declared_as="/archives/date_%d%m%Y/", accepted=[old])
    )
    found = redeclare(check, [])
    assert found.values == {"day_archives": ["https://archive.pravda.com.ua/archives/date_%d%m%Y/"]}


def test_a_dated_list_of_another_form_is_left_to_a_person() -> None:
    check = Check(outlet("pravda"))
    old = "https://www.pravda.com.ua/archives/date_25112026/"
    moved = "https://www.pravda.com.ua/news/date_25112026/"
    check.lists.append(
        CheckedList("day_archives", old, moved_to=moved, declared_as="/archives/date_%d%m%Y/", accepted=[old])
    )
    assert redeclare(check, []).values == {}
