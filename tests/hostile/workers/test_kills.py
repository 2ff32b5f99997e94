"""Nothing is left running after the crawl, however it ends."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.hostile.crawled import HostileOutlet
from tests.hostile.processes import A_WHILE, still_there, wait_for_children
from tests.support.running import ROOT


@contextlib.contextmanager
def held_crawl(outlet: HostileOutlet) -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A crawl that waits for a page, and its children: a server of workers and a worker."""
    outlet.server["/held.html"] = lambda handler: handler.over.wait()
    outlet.server["/sitemap.xml"] = outlet.sitemap(outlet.good("/good.html"), f"{outlet.base}/held.html")
    process = outlet.start("-s", "LOG_LEVEL=INFO")
    try:
        outlet.server.wait_for(lambda: "/held.html" in outlet.server.paths(), process)
        yield process, wait_for_children(process.pid, lambda family: len(family) >= 2)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    "signals", [[signal.SIGTERM, signal.SIGTERM], [signal.SIGINT, signal.SIGINT], [signal.SIGKILL]], ids=str
)
def test_no_worker_outlives_the_crawl(outlet: HostileOutlet, signals: list[signal.Signals]) -> None:
    with held_crawl(outlet) as (process, family):
        for number in signals:
            process.send_signal(number)
            if number != signal.SIGKILL:
                # two signals at once would be one
                while "Received SIG" not in process.stderr.readline():
                    assert process.poll() is None
        _, err = process.communicate(timeout=A_WHILE)
        assert process.returncode != 0, err
        assert still_there(family) == []


def test_a_busy_worker_ends_when_nobody_is_left_to_end_it() -> None:
    command = [sys.executable, "-m", "tests.hostile.workers.kept_busy"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            family = [int(pid) for pid in process.stdout.readline().split()]
        finally:
            process.kill()
    assert len(set(family)) == 3, "two workers and their server"
    assert still_there(family) == []
