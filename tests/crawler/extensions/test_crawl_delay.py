"""Crawl-delay and Request-rate: what they ask for, and as the downloader keeps it while a real crawl runs."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawler.extensions.crawl_delay import LONGEST, pace
from tests.newsrooms.newsroom import Answer, Site
from tests.newsrooms.story_pages import Page
from tests.support.forked import scrapy

ROOT = Path(__file__).parents[3]
# prints the slot of the host as it is when the first article's answer has come
PROGRAM = """
import json, sys
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings
from crawler.story.arguments import Arguments
from crawler.spiders.page import AnyPage

settings = get_project_settings()
own = {"ARCHIVE_URI": sys.argv[2], "ALLOW_PRIVATE_NETWORK": True}
settings.setdict(own | {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False}, priority="cmdline")
process = AsyncCrawlerProcess(settings)
crawler = process.create_crawler(AnyPage)

def scraped(item, response, spider):
    slot = crawler.engine.downloader.slots[response.meta["download_slot"]]
    print(json.dumps([slot.delay, slot.jitter, slot.concurrency]))

crawler.signals.connect(scraped, signals.item_scraped)
process.crawl(crawler, arguments=Arguments(urls=(sys.argv[1],)))
process.start()
"""


NOON = dt.time(12, 0)


@pytest.mark.parametrize(
    ("rules", "at", "seconds"),
    [
        ("Crawl-delay: 5", NOON, 5.0),
        ("Request-rate: 1/10s", NOON, 10.0),
        ("Request-rate: 1/10", NOON, 10.0),
        ("Request-rate: 30/1m", NOON, 2.0),
        ("Request-rate: 60/1h", NOON, 60.0),
        # the slower of both
        ("Crawl-delay: 5\nRequest-rate: 1/10s", NOON, 10.0),
        ("Crawl-delay: 20\nRequest-rate: 1/10s", NOON, 20.0),
        # bounded
        ("Request-rate: 1/1h", NOON, LONGEST),
        ("Request-rate: 1/1d", NOON, LONGEST),
        ("Crawl-delay: 1e9", NOON, LONGEST),
        pytest.param(f"Request-rate: 1/{'9' * 4000}s", NOON, LONGEST, id="4000 digits"),
        # only in these hours, of Greenwich
        ("Request-rate: 1/10s 0600-0845", dt.time(6, 0), 10.0),
        ("Request-rate: 1/10s 0600-0845", dt.time(8, 46), 0.0),
        ("Crawl-delay: 1\nRequest-rate: 1/10s 0600-0845", NOON, 1.0),
        ("Request-rate: 1/10s 2200-0600", dt.time(23, 30), 10.0),
        ("Request-rate: 1/10s 2200-0600", dt.time(5, 59), 10.0),
        ("Request-rate: 1/10s 2200-0600", NOON, 0.0),
        # what says nothing
        ("Request-rate: 0/10s", NOON, 0.0),
        ("Request-rate: 1/0s", NOON, 0.0),
        ("Request-rate: often", NOON, 0.0),
        ("Crawl-delay: -3", NOON, 0.0),
        ("Crawl-delay: nan", NOON, 0.0),
        ("Disallow: /private", NOON, 0.0),
    ],
)
def test_the_slower_of_both_in_its_hours(rules: str, at: dt.time, seconds: float) -> None:
    assert pace(Protego.parse(f"User-agent: *\n{rules}\n"), "triptych", at) == seconds


@given(st.text(max_size=40), st.text(max_size=40), st.times())
def test_whatever_is_written_it_is_a_pace(delay: str, rate: str, at: dt.time) -> None:
    rules = Protego.parse(f"User-agent: *\nCrawl-delay: {delay}\nRequest-rate: {rate}\n")
    assert 0 <= pace(rules, "triptych", at) <= LONGEST


@pytest.mark.parametrize(
    ("robots", "kept"),
    [
        ("User-agent: *\nRequest-rate: 4/1\nCrawl-delay: 0.1\n", [0.25, 0.0, 1]),
        ("User-agent: *\nCrawl-delay: 0.5\n", [0.5, 0.0, 1]),
        ("User-agent: triptych\nCrawl-delay: 0.25\n\nUser-agent: *\nCrawl-delay: 90\n", [0.25, 0.0, 1]),
        ("User-agent: *\nDisallow: /private\n", [0.0, 0.5, 2]),
    ],
)
def test_the_pace_that_robots_txt_asks_for(robots: str, kept: list[float], tmp_path: Path) -> None:
    with Site() as site:
        site["/robots.txt"] = Answer(robots.encode(), headers={"Content-Type": "text/plain"})
        site["/news/mist.html"] = Page("uk").render()
        archive = tmp_path / "news-archive"
        run = scrapy(PROGRAM, f"{site.base}/news/mist.html", str(archive), module="-c")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == kept
