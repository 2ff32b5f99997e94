"""Crawl-delay, as the downloader keeps it while a real crawl runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.newsroom import Answer, Site
from tests.story_pages import Page

ROOT = Path(__file__).parents[2]
# prints the slot of the host as it is when the first article's answer has come
PROGRAM = """
import json, sys
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings
from crawler.arguments import Arguments
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


@pytest.mark.parametrize(
    ("robots", "kept"),
    [
        ("User-agent: *\nCrawl-delay: 0.5\n", [0.5, 0.0, 1]),
        ("User-agent: triptych\nCrawl-delay: 0.25\n\nUser-agent: *\nCrawl-delay: 90\n", [0.25, 0.0, 1]),
        ("User-agent: *\nDisallow: /private\n", [0.0, 0.5, 2]),
    ],
)
def test_the_pace_that_robots_txt_asks_for(robots: str, kept: list[float], tmp_path: Path) -> None:
    with Site() as site:
        site["/robots.txt"] = Answer(robots.encode(), headers={"Content-Type": "text/plain"})
        site["/news/mist.html"] = Page("uk").render()
        run = subprocess.run(
            [sys.executable, "-c", PROGRAM, f"{site.base}/news/mist.html", str(tmp_path / "news-archive")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == kept
