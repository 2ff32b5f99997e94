"""The progress line: what it promises, and that a terminal sees it and a log does not."""

from __future__ import annotations

import os
import pty
import re
import subprocess

import pytest

from crawler.extensions.progress import Rate, clock, seconds_left
from tests.newsrooms.herald import Herald
from tests.newsrooms.newsroom import Site
from tests.support.forked import A_WHILE
from tests.support.running import ROOT, Crawl


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, "?"), (0, "0:00"), (12.4, "0:12"), (3723, "1:02:03"), (276_000, "3d 4h")],
)
def test_a_clock_people_can_read(seconds: float | None, told: str) -> None:
    assert clock(seconds) == told


def test_the_rate_is_that_of_the_last_200_pages() -> None:
    rate = Rate()
    assert rate.at(0) is None
    for second in range(100):
        rate.page(float(second))
    assert rate.at(100) == 1
    for tenth in range(200):
        rate.page(100 + tenth / 10)
    assert rate.at(120) == 10


def test_lists_to_come_count_as_much_as_the_lists_so_far_had() -> None:
    assert seconds_left(10, 30, 0, read=3, requested=90) == 3
    # three lists had 90 pages, so that 7 more will have 210
    assert seconds_left(10, 30, 7, read=3, requested=90) == 24
    assert seconds_left(10, 0, 7, read=0, requested=0) is None
    assert seconds_left(None, 30, 0, read=3, requested=90) is None


def test_a_terminal_sees_stories_languages_pace_and_end(crawl: Crawl) -> None:
    with Site() as site:
        herald = Herald(site, crawl)
        herald.publish(*range(1, 21))
        herald.announce(*range(1, 21))
        terminal, end = pty.openpty()
        process = subprocess.Popen(
            crawl.command_line(*herald.arguments),
            cwd=ROOT,
            env={**os.environ, "HERALD_PORT": str(site.port), "COLUMNS": "140", "TERM": "xterm"},
            stdout=subprocess.DEVNULL,
            stderr=end,
        )
        os.close(end)
        shown = b""
        while part := _read(terminal):
            shown += part
        os.close(terminal)
        assert process.wait(A_WHILE) == 0
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown.decode("utf-8", "replace"))
    assert re.search(r"herald .* \d+/\d+ \d+ stories  (?:en \d+ )?.*uk \d+  [\d.]+/s  ETA \d+:\d\d", text)


def test_a_log_gets_a_line_at_each_interval(crawl: Crawl) -> None:
    with Site() as site:
        herald = Herald(site, crawl)
        herald.publish(*range(1, 21))
        herald.announce(*range(1, 21))
        run = herald.crawl("-s", "LOGSTATS_INTERVAL=0.05", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
    line = (
        r"progress\] INFO: (\d+) pages \(\d+ a minute\), \d+ of \d+ addresses to settle, 0 retried, (\d+) MB"
    )
    lines = re.findall(line, run.err)
    assert lines
    assert [int(line[0]) for line in lines] == sorted(int(line[0]) for line in lines)
    assert int(lines[-1][1]) > 20
    assert "] INFO: " not in run.err.replace("[crawler.extensions.progress] INFO", "")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        # Linux says so when the other side is closed
        return b""
