"""A crawl makes what it has acknowledged safe from a power cut each second, long before it commits."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.archive.traced_disk import Call, calls, under
from tests.newsroom import Site
from tests.running import Crawl
from tests.story_pages import PARAGRAPHS, Page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_a_crawl_syncs_its_articles_before_it_commits_them(tmp_path: Path) -> None:
    """Five pages with a second between them: after each there is time for a sync."""
    trace, archive = tmp_path / "trace", tmp_path / "news-archive"
    traced = under(trace, "--seccomp-bpf", calls="fdatasync,link")
    crawl = Crawl([*traced, sys.executable, "-m", "scrapy"], archive)
    with Site() as site:
        for number in range(5):
            text = (f"{number}. {PARAGRAPHS['uk'][0]}", *PARAGRAPHS["uk"][1:])
            site[f"/uk/news/{number}"] = Page("uk", paragraphs=text).render()
        urls = tmp_path / "urls.txt"
        urls.write_text("\n".join(f"{site.base}/uk/news/{number}" for number in range(5)))
        running = crawl.start("page", "-a", f"urls={urls}", "-s", "DOWNLOAD_DELAY=1.2")
        _, told = running.communicate()
    assert running.returncode == 0, told
    synced = [call.path for call in before_the_first_commit(trace, archive) if call.name == "fdatasync"]
    records = [path for path in synced if path.startswith("_wal/")]
    # one is that of the commit
    assert len(records) >= 2
    assert len([path for path in synced if path.endswith(".warc.gz")]) == len(records)


def before_the_first_commit(trace: Path, archive: Path) -> Iterator[Call]:
    for call, _ in calls(trace, archive):
        if call.path.endswith("/00000000000000000001.json"):
            return
        yield call
    raise AssertionError("no commit was traced")
