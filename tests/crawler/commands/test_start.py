"""What a crawl does not import before its first request: it would wait for it, and keep it in memory."""

from __future__ import annotations

import subprocess
import sys

from tests.newsrooms.newsroom import Site
from tests.newsrooms.story_pages import Page
from tests.support.forked import A_WHILE
from tests.support.running import Crawl, python

# of pages, of analysis and of consoles; half a second of the start, and 100 MB
NOT_YET = ("pandas", "pyarrow.dataset", "trafilatura", "langdetect", "feedparser", "aiohttp", "twisted.conch")

PROGRAM = """
import sys
from scrapy.cmdline import _get_commands_from_module
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings
from archive.no_pandas import fast_start
from crawler.spiders.page import AnyPage

settings = get_project_settings()
settings["ARCHIVE_URI"] = sys.argv[1]
_get_commands_from_module(settings["COMMANDS_MODULE"], inproject=True)
fast_start()  # as each of them begins
crawler = AsyncCrawlerProcess(settings).create_crawler(AnyPage)
crawler._apply_settings()
print(*sys.modules)
"""


def test_a_crawl_is_ready_without_what_reads_pages(tmp_path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "news-archive")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=A_WHILE)
    assert [name for name in NOT_YET if name in done.stdout.split()] == []


def test_the_archive_is_opened_without_pandas() -> None:
    program = "import sys, archive; print(*sys.modules)"
    done = python("-c", program, check=True)
    assert not set(done.stdout.split()) & {"pandas", "pyarrow"}


def test_a_crawl_and_its_processes_do_without_pandas_to_the_end(crawl: Crawl) -> None:
    with Site() as site:
        site["/news/bridge-1.html"] = Page("uk").render()
        run = crawl("page", "-a", f"url={site.base}/news/bridge-1.html", PYTHONPROFILEIMPORTTIME="1")
    assert run.exit_code == 0, run.err
    assert "| pyarrow.lib" in run.err.replace("  ", "")
    assert "trafilatura" in run.err  # of the process that reads pages
    assert "pandas.core" not in run.err


def test_who_asks_pyarrow_for_pandas_has_it_all_the_same() -> None:
    program = """
import sys
from archive.no_pandas import fast_start
fast_start()
import pyarrow as pa
import pyarrow.dataset
table = pa.table({"names": ["a", "b"]})
assert "pandas" not in sys.modules
frame = table.to_pandas()
assert pa.Table.from_pandas(frame).equals(table.cast(pa.Table.from_pandas(frame).schema))
print(list(frame["names"]))
"""
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=A_WHILE)
    assert done.stdout == "['a', 'b']\n"
