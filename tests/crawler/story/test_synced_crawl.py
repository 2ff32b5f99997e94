"""A crawl makes what it has acknowledged safe from a power cut each second, long before it commits."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pandas as pd

from tests.archive.traced_disk import under
from tests.newsrooms.newsroom import Site
from tests.newsrooms.story_pages import PARAGRAPHS, Page
from tests.support.running import Crawl


def test_a_crawl_syncs_its_articles_before_it_commits_them(tmp_path: Path) -> None:
    """The last page is held back until a sync has been seen; without one the crawl gives it up."""
    trace = tmp_path / "trace"
    os.mkfifo(trace)
    command = [*under(trace, calls="fdatasync,link"), sys.executable, "-m", "scrapy"]
    crawl = Crawl(command, tmp_path / "news-archive")
    urls = tmp_path / "urls.txt"
    with Site() as site:
        for number in range(3):
            text = (f"{number}. {PARAGRAPHS['uk'][0]}", *PARAGRAPHS["uk"][1:])
            site[f"/uk/news/{number}"] = Page("uk", paragraphs=text).render()
        urls.write_text("\n".join(f"{site.base}/uk/news/{number}" for number in range(3)))
        site.hold_after = 3  # robots.txt and two pages
        patience = ("-s", "DOWNLOAD_TIMEOUT=60", "-s", "RETRY_ENABLED=False")
        running = crawl.start("page", "-a", f"urls={urls}", *patience)
        synced = set()
        with trace.open() as lines:
            for line in lines:
                if "/_log/00000000000000000001.json" in line:
                    break
                synced.update(re.findall(r"fdatasync\(\d+<.*/(_wal|_raw)/", line))
                if "_wal" in synced:
                    site.over.set()
            lines.read()
        _, told = running.communicate()
    assert running.returncode == 0, told
    assert synced == {"_wal", "_raw"}
    assert len(pd.read_parquet(crawl.archive / "articles")) == 3
