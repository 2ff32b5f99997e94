"""A crawl makes what it has acknowledged safe from a power cut each second, long before it commits."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.newsroom import Site
from tests.running import Crawl
from tests.story_pages import PARAGRAPHS, Page

if TYPE_CHECKING:
    from pathlib import Path


def test_a_crawl_syncs_its_articles_before_it_commits_them(tmp_path: Path) -> None:
    """Five pages with a second between them: after each there is time for a sync."""
    if shutil.which("strace") is None:
        pytest.skip("NOT TESTED: the syncs of a crawl; strace is not installed")
    trace, archive = tmp_path / "trace", tmp_path / "news-archive"
    under = ["strace", "-f", "-y", "--seccomp-bpf", "-e", "trace=fdatasync,link", "-o", str(trace)]
    crawl = Crawl([*under, sys.executable, "-m", "scrapy"], archive)
    with Site() as site:
        for number in range(5):
            text = (f"{number}. {PARAGRAPHS['uk'][0]}", *PARAGRAPHS["uk"][1:])
            site[f"/uk/news/{number}"] = Page("uk", paragraphs=text).render()
        urls = tmp_path / "urls.txt"
        urls.write_text("\n".join(f"{site.base}/uk/news/{number}" for number in range(5)))
        running = crawl.start("page", "-a", f"urls={urls}", "-s", "DOWNLOAD_DELAY=1.2")
        _, told = running.communicate()
    assert running.returncode == 0, told
    before, commit, _ = re.split(r".*(/_log/0{19}1\.json).*", trace.read_text(), maxsplit=1)
    assert commit
    records = re.findall(r"fdatasync\(\d+<.*/_wal/\w+\.jsonl\.zst>\) += 0", before)
    pages = re.findall(r"fdatasync\(\d+<.*/_raw/\S+\.warc\.gz>\) += 0", before)
    # one is that of the commit
    assert len(records) >= 2
    assert len(pages) == len(records)
