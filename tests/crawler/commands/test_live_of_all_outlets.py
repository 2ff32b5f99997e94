"""One `scrapy live` of all declared outlets at their real addresses: every page of each language is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive.format.languages import LANGUAGES
from tests.crawler.outlet.test_outlets_on_loopback import RECORDED, lay_out
from tests.newsrooms.loopback_crawls import list_at_first_source
from tests.newsrooms.newsroom import Site
from tests.support.forked import scrapy


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Of each outlet the first declared list is there, and names its recorded story in all languages."""
    file: Path = tmp_path_factory.mktemp("live") / "report.json"
    with Site() as site:
        for story in RECORDED.values():
            lay_out(site, story, late=True)
            list_at_first_source(site, story.spider, [story.url(language) for language in story.pages])
        arguments = (str(site.port), *RECORDED, "--report", str(file))
        done = scrapy(*arguments, module="tests.newsrooms.loopback_live")
    # most of the lists are not there
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == len(RECORDED), done.stderr
    return {one["outlet"]: one for one in json.loads(file.read_text("utf-8"))["outlets"]}


@pytest.mark.parametrize("name", RECORDED)
def test_each_language_of_an_outlet_is_read_within_a_few_requests(
    report: dict[str, dict[str, object]], name: str
) -> None:
    told, story = report[name], RECORDED[name]
    assert told["is_whole"]
    assert isinstance(told["languages"], dict)
    assert {*told["languages"]["read"]} >= {*story.pages} & {*LANGUAGES}
    assert isinstance(told["requests"], int)
    assert told["requests"] <= 20
    assert isinstance(told["pages"], list)
    assert [page["missing"] for page in told["pages"] if page["missing"]] == []


def test_no_list_is_proposed_to_be_left_out_that_is_the_only_one_of_its_kind(
    report: dict[str, dict[str, object]],
) -> None:
    for name, told in report.items():
        assert isinstance(told["proposed_changes"], list)
        for change in told["proposed_changes"]:
            assert not change.startswith(("archive_sitemaps", "day_archives")), (name, change)
