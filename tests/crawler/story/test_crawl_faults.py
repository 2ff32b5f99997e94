"""Real crawls that are killed, stopped twice, run side by side, or left without a disk: nothing is lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

import archive
from archive.operations import maintain
from crawler.settings import ITEM_PIPELINES
from tests.archive.findings import verify
from tests.hostile.processes import wait_for_children
from tests.newsrooms.herald import Herald
from tests.newsrooms.newsroom import Answer
from tests.newsrooms.newsroom_process import NewsroomProcess
from tests.support import forked
from tests.support.faults_table import Tally
from tests.support.forked import A_WHILE
from tests.support.running import Crawl

FULL = "TRIPTYCH_FAULTS" in os.environ


def publish(herald: Herald, count: int) -> None:
    herald.publish(*range(1, count + 1))
    herald.announce(*range(1, count + 1))


def count(root: Path, wanted: int) -> tuple[int, int, int]:
    """What is lost, doubled and torn when so many articles should be there."""
    versions = pd.read_parquet(root / "versions")
    lost = wanted - versions["article_id"].nunique()
    torn = sum(finding.grave for finding in verify(root))
    return lost, int(versions.duplicated(["article_id", "content_hash"]).sum()), torn


def test_two_crawls_killed_again_and_again_end_with_every_article_once(
    herald: Herald, crawl: Crawl, tally: Tally
) -> None:
    """Both of one outlet, at once; most rounds end with SIGKILL, every fifth with SIGTERM."""
    choose = random.Random(3)
    rounds, each = (25, 8) if FULL else (3, 8)
    asked = 0
    for number in range(rounds):
        publish(herald, each * (number + 1))
        herald.site.requests.clear()
        running = [crawl.fork(*herald.arguments, HERALD_PORT=str(herald.site.port)) for _ in range(2)]
        herald.site.wait_for(choose.randrange(4, 4 + 2 * each), *running)
        for process in running:
            os.killpg(process.pid, signal.SIGTERM if number % 5 == 2 else signal.SIGKILL)
            process.communicate(timeout=A_WHILE)
        asked += len(herald.site.articles_asked())
    herald.site.requests.clear()
    last = herald.crawl()
    asked += len(herald.site.articles_asked())
    assert last.exit_code == 0, last.err
    wanted = each * rounds * 3
    outcome = count(crawl.archive, wanted)
    tally(f"two crawls killed; pages asked for twice: {asked - wanted}", 2 * rounds, wanted, *outcome)
    assert outcome == (0, 0, 0)


def test_two_crawls_of_one_outlet_at_once_archive_each_text_once(
    herald: Herald, crawl: Crawl, tally: Tally
) -> None:
    publish(herald, 12)
    running = [crawl.fork(*herald.arguments, HERALD_PORT=str(herald.site.port)) for _ in range(2)]
    for process in running:
        _, err = process.communicate(timeout=A_WHILE)
        assert process.returncode == 0, err
    outcome = count(crawl.archive, 36)
    tally("two crawls of one outlet at once", 2, 36, *outcome)
    assert outcome == (0, 0, 0)


def _are_asked(herald: Herald, pages: tuple[str, ...], wanted: int) -> bool:
    return sum(one.endswith(pages) for one in herald.site.requests) >= wanted


def test_lists_that_have_moved_on_lose_nothing(herald: Herald, crawl: Crawl, tally: Tally) -> None:
    """Each list names its own stories; a page of them fails, is cut, is refused, or the crawl is killed."""
    rounds, each = (20, 4) if FULL else (5, 4)
    choose = random.Random(rounds)
    faults = ("500", "cut", "503", "killed", "stopped")
    setting = ("-s", "BACKOFF_DELAY=0.05", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
    for number in range(rounds):
        stories = range(each * number + 1, each * (number + 1) + 1)
        herald.publish(*stories)
        herald.announce(*stories)
        fault, path = faults[number % len(faults)], herald.path(stories[1])
        whole = herald.site.answers[path]
        if fault in {"500", "503"}:
            herald.site[path] = Answer(b"later", int(fault))
        elif fault == "cut":
            herald.site[path] = Answer(whole.body, cut=True)
        herald.site.requests.clear()
        process = herald.start(*setting)
        if fault in {"killed", "stopped"}:
            # any page, a debt of the rounds before or its own: its lists are written down before the first
            pages, asked = (f"/news/{number}" for number in range(1, stories.stop)), choose.randrange(1, 4)
            herald.site.wait_until(partial(_are_asked, herald, tuple(pages), asked), process)
            herald.site.held.clear()
            os.killpg(process.pid, signal.SIGKILL if fault == "killed" else signal.SIGTERM)
            herald.site.held.set()
        process.communicate(timeout=60)
        herald.site[path] = whole
    herald.announce()
    last = herald.crawl()
    assert last.exit_code == 0, last.out + last.err
    wanted = each * rounds * 3
    outcome = count(crawl.archive, wanted)
    tally("lists that have moved on", rounds, wanted, *outcome)
    assert outcome == (0, 0, 0)


@pytest.mark.parametrize("seed", range(5) if FULL else [1])
def test_a_list_of_a_killed_crawl_is_owed_whole_though_it_moves_on(
    herald: Herald, crawl: Crawl, tally: Tally, seed: int
) -> None:
    """Killed while it goes through a list, from the first request for a page of it on."""
    choose = random.Random(seed)
    setting = ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
    lists, first = {"/rss.xml": 20, "/sitemap-news.xml": 150}, 1
    for path, size in lists.items():
        stories = range(first, first + size)
        first += size
        herald.publish(*stories, languages=("uk",))
        herald.announce(path="/sitemap-news.xml")
        herald.feed()
        herald.announce(*stories) if path == "/sitemap-news.xml" else herald.feed(*stories)
        pages = tuple(herald.path(story) for story in stories)
        asked = choose.randrange(1, 4)
        herald.site.requests.clear()
        process = herald.start(*setting)
        herald.site.wait_until(partial(_are_asked, herald, pages, asked), process)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=A_WHILE)
    herald.announce()
    herald.feed()
    last = herald.crawl()
    assert last.exit_code == 0, last.out + last.err
    wanted = sum(lists.values())
    outcome = count(crawl.archive, wanted)
    tally("killed on the way through a list that moves on", len(lists), wanted, *outcome)
    assert outcome == (0, 0, 0)


def test_a_newsroom_killed_in_the_middle_of_a_crawl_loses_nothing(
    herald: Herald, crawl: Crawl, tally: Tally
) -> None:
    """Its server process ends; what it refuses from then on comes once it is started again."""
    stories, setting = range(1, 6), ("-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
    herald.publish(*stories)
    # addresses in pages and lists name the port
    with NewsroomProcess({}) as newsroom:
        port = newsroom.port
    herald.base = f"http://herald.example:{port}"
    herald.announce(*stories)
    faults = (4, 9, 14) if FULL else (9,)
    for number, answered in enumerate(faults):
        crawl.archive = crawl.archive.with_name(f"archive-{number}")
        with NewsroomProcess(herald.site.answers, port, answered) as newsroom:
            process = crawl.fork(*herald.arguments, *setting, HERALD_PORT=str(port))
            for _ in range(answered + 1):
                newsroom.request()
            newsroom.kill()
            out, err = process.communicate(timeout=A_WHILE)
        assert process.returncode == 3, err
        assert "still to retry (connection-refused" in out
        assert "Traceback" not in err
        # its lists have moved on, too
        herald.announce()
        with NewsroomProcess(herald.site.answers, port) as newsroom:
            last = crawl(*herald.arguments, *setting, HERALD_PORT=str(port))
        herald.announce(*stories)
        assert last.exit_code == 0, last.out + last.err
        outcome = count(crawl.archive, 3 * len(stories))
        tally(f"a newsroom killed after {answered} requests", 1, 3 * len(stories), *outcome)
        assert outcome == (0, 0, 0)


def test_told_to_stop_twice_it_ends_at_once_and_loses_nothing(
    herald: Herald, crawl: Crawl, tally: Tally
) -> None:
    publish(herald, 10)
    herald.site.hold_after = 17
    process = crawl.fork(*herald.arguments, "-s", "LOG_LEVEL=INFO", HERALD_PORT=str(herald.site.port))
    herald.site.wait_for(18, process)
    for _ in range(2):
        process.send_signal(signal.SIGTERM)
        assert process.stderr is not None
        while "Received SIG" not in process.stderr.readline():
            assert process.poll() is None
    process.communicate(timeout=A_WHILE)
    assert process.returncode == 130
    herald.site.hold_after = None
    maintain.repair(crawl.archive)
    held = len(archive.open(crawl.archive).articles())
    herald.site.requests.clear()
    again = herald.crawl()
    assert again.exit_code == 0, again.err
    # what was acknowledged is not asked for again: the rest is, and two sources
    assert len(herald.site.articles_asked()) == 30 - held + 2
    outcome = count(crawl.archive, 30)
    tally("SIGTERM twice", 1, 30, *outcome)
    assert outcome == (0, 0, 0)


@pytest.mark.parametrize("is_first", [False, True])
def test_told_to_stop_it_publishes_what_came_though_requests_hang(
    herald: Herald, crawl: Crawl, is_first: bool
) -> None:
    """As a container's runtime ends it: SIGTERM, and SIGKILL ten seconds later; there it is process 1."""
    publish(herald, 10)
    herald.site.hold_after = 17
    patient = (*herald.arguments, "-s", f"DOWNLOAD_TIMEOUT={A_WHILE}")
    if is_first:
        if os.geteuid() != 0:
            pytest.skip("NOT TESTED: a crawl as process 1; unshare --pid needs root")
        line = crawl.command_line(*patient)
        process: subprocess.Popen[str] | forked.Program = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--kill-child", *line],
            cwd=forked.ROOT,
            env={**os.environ, "HERALD_PORT": str(herald.site.port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        pid = wait_for_children(process.pid, bool)[0]
    else:
        process = crawl.fork(*patient, HERALD_PORT=str(herald.site.port))
        pid = process.pid
    herald.site.wait_for(18, process)
    answered = sum("/news/" in request for request in herald.site.requests[:17])
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + A_WHILE
    while len(archive.open(crawl.archive).articles()) < answered:
        assert process.poll() is None
        assert time.monotonic() < until, "the stopped crawl does not publish"
        threading.Event().wait(0.1)
    os.kill(pid, signal.SIGKILL)
    process.communicate(timeout=A_WHILE)
    assert maintain.repair(crawl.archive).articles == 0
    assert len(archive.open(crawl.archive).articles()) == answered


def test_a_sibling_that_raises_at_the_end_takes_nothing_with_it(
    herald: Herald, crawl: Crawl, tally: Tally
) -> None:
    publish(herald, 3)
    for place in (1, 950):  # siblings are closed in the reverse order: once before the archive, once after
        stages = json.dumps({**ITEM_PIPELINES, "tests.support.bad_stages.RaisesAtEnd": place})
        run = herald.crawl("-s", f"ITEM_PIPELINES={stages}")
        assert "the sibling broke" in run.err
    outcome = count(crawl.archive, 9)
    tally("a sibling pipeline that raises in close_spider", 2, 9, *outcome)
    assert outcome == (0, 0, 0)
    assert len(list((crawl.archive / "_wal").iterdir())) == 0


@pytest.mark.parametrize("room", [30_000, 150_000])
def test_a_crawl_whose_disk_is_full_says_so_and_the_next_one_has_everything(
    herald: Herald, crawl: Crawl, tally: Tally, room: int
) -> None:
    """Full before anything is fetched, and in the middle."""
    # a disk that a killed run has left mounted must not be in the way of pytest, which clears its own folders
    disk = Path(tempfile.mkdtemp(prefix="triptych-full-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: a crawl on a full disk; mounting a tmpfs needs root")
    try:
        crawl.archive = disk / "news-archive"
        publish(herald, 4)
        assert herald.crawl().exit_code == 0
        publish(herald, 12)
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        (disk / "ballast").write_bytes(b"\0" * (free - room))
        refused = herald.crawl()
        assert refused.exit_code == 6
        assert "cannot be written" in refused.err or "Cannot write" in refused.err
        assert "Traceback" not in refused.err
        assert sum(finding.grave for finding in verify(crawl.archive)) == 0
        (disk / "ballast").unlink()
        last = herald.crawl()
        assert last.exit_code == 0, last.err
        outcome = count(crawl.archive, 36)
        tally(f"a crawl whose disk is full after {room // 1000} kB", 1, 36, *outcome)
        assert outcome == (0, 0, 0)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)
        disk.rmdir()
