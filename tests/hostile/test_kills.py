"""Nothing is left running after the crawl, however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.hostile.processes import children, still_there
from tests.running import ROOT

if TYPE_CHECKING:
    from tests.hostile.crawled import HostileOutlet


def held_crawl(outlet: HostileOutlet) -> tuple[subprocess.Popen[str], list[int]]:
    """A crawl that has read an article and waits for another, and its children."""
    outlet.server["/held.html"] = lambda handler: handler.over.wait(60)
    outlet.server["/sitemap.xml"] = outlet.sitemap(outlet.good("/good.html"), f"{outlet.base}/held.html")
    process = outlet.start("-s", "LOG_LEVEL=INFO")
    outlet.server.wait_for(lambda: "/held.html" in outlet.server.paths())
    family = children(process.pid)
    assert len(family) >= 2, "a server of workers and a worker"
    return process, family


@pytest.mark.parametrize(
    "signals", [[signal.SIGTERM, signal.SIGTERM], [signal.SIGINT, signal.SIGINT], [signal.SIGKILL]], ids=str
)
def test_no_worker_outlives_the_crawl(outlet: HostileOutlet, signals: list[signal.Signals]) -> None:
    process, family = held_crawl(outlet)
    for number in signals:
        process.send_signal(number)
        if number != signal.SIGKILL:
            # two signals at once would be one
            while "Received SIG" not in process.stderr.readline():
                assert process.poll() is None
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0, err
    assert still_there(family, after=20) == []


def test_a_busy_worker_ends_with_its_task_when_nobody_is_left_to_end_it() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.kept_busy"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    family = children(process.pid)
    assert len(family) >= 3, "a server of workers and two of them"
    process.kill()
    process.communicate(timeout=60)
    assert still_there(family, after=30) == []
