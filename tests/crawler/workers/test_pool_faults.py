"""Crawls whose processes stand still or are killed while pages are read: no page is lost, and none is blamed.

`make faults` runs the long form: as many freezes, and as long ones, as the promise says.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from archive.format import codec
from archive.wal import segment
from tests.archive.findings import verify
from tests.hostile.processes import A_WHILE, children, forked_by, wait_for_children
from tests.newsrooms.herald import Herald
from tests.support.faults_table import Tally
from tests.support.running import Crawl

FULL = "TRIPTYCH_FAULTS" in os.environ
ON_THE_WAY = 6
"""Pages that are read and not yet on disk, at most: when so many more are, a page that lost its worker is
among them, and does not lose a second one."""
STORIES_A_FAULT = 15 if FULL else 9
"""So many that some are left for the last fault, also on a machine with much else to do."""


@dataclass
class Running:
    """A crawl and the processes that it has begun."""

    process: subprocess.Popen[str]
    herald: Herald

    def family(self) -> list[int]:
        return [self.process.pid, *children(self.process.pid)]

    def servers(self) -> list[int]:
        """Of workers; another child may be at a commit."""
        return [pid for pid in forked_by(self.process.pid) if b"worker" in command(pid)]

    def workers(self) -> list[int]:
        wait_for_children(self.process.pid, lambda _: any(map(children, self.servers())))
        return [pid for server in self.servers() for pid in children(server)]

    def wait_for_records(self, more: int) -> None:
        """Until so many pages more are on disk; a segment also grows by addresses, and commits remove it."""
        records = Records(self.herald.archive / "_wal")
        enough = records.count() + more
        wait_for_children(self.process.pid, lambda _: records.count() >= enough)


def command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended since
        return b""


class Records:
    """Records in the segments of a crawl, those of removed segments included."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segments: dict[Path, tuple[int, int]] = {}
        """Bytes and records."""

    def count(self) -> int:
        for path in self._folder.glob("*.zst"):
            with contextlib.suppress(FileNotFoundError):
                data = path.read_bytes()
                if self._segments.get(path, (0, 0))[0] != len(data):
                    lines = segment.read(data)
                    records = sum(isinstance(x, bytes) and codec.decode(x) is not None for x in lines)
                    self._segments[path] = (len(data), records)
        return sum(records for _, records in self._segments.values())


def send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def stop(pids: list[int], seconds: float) -> None:
    send(pids, signal.SIGSTOP)
    threading.Event().wait(seconds)
    send(pids, signal.SIGCONT)


def freeze(running: Running) -> None:
    stop(running.family(), 16)


def freeze_twice(running: Running) -> None:
    stop(running.family(), 22)
    os.sched_yield()  # it goes on for a moment
    stop(running.family(), 22)


def freeze_long(running: Running) -> None:
    stop(running.family(), 75)


def block_loop(running: Running) -> None:
    stop([running.process.pid], 16)


def stop_worker(running: Running) -> None:
    stop(running.workers()[:1], 16)


def stop_server(running: Running) -> None:
    """Its workers are killed meanwhile: nobody forks others."""
    workers, servers = running.workers(), running.servers()
    send(servers, signal.SIGSTOP)
    send(workers, signal.SIGKILL)
    stop(servers, 16)
    running.wait_for_records(ON_THE_WAY)


def kill_worker(running: Running) -> None:
    send(running.workers(), signal.SIGKILL)
    running.wait_for_records(ON_THE_WAY)


def kill_server(running: Running) -> None:
    send(running.servers(), signal.SIGKILL)
    running.wait_for_records(ON_THE_WAY)


def kill_starting_servers(running: Running) -> None:
    """One after another, each before it has a worker."""
    for _ in range(5):
        for server in running.servers():
            if children(server):  # it was faster: its page is not to blame
                running.wait_for_records(ON_THE_WAY)
            os.kill(server, signal.SIGKILL)
            wait_for_children(running.process.pid, lambda _, gone=server: gone not in running.servers())
        wait_for_children(running.process.pid, lambda _: bool(running.servers()))
    running.wait_for_records(ON_THE_WAY)


@dataclass(frozen=True)
class Fault:
    what: str
    happens: Callable[[Running], None]
    often: int
    """In the short form; 0 where only the long one has it."""
    in_full: int

    @property
    def times(self) -> int:
        return self.in_full if FULL else self.often


FAULTS = (
    Fault("all processes stopped for 16 s", freeze, 1, 12),
    Fault("all processes stopped for 22 s, twice", freeze_twice, 0, 5),
    Fault("all processes stopped for 75 s", freeze_long, 0, 2),
    Fault("the crawl's own process stopped for 16 s", block_loop, 0, 4),
    Fault("a worker stopped for 16 s", stop_worker, 0, 4),
    Fault("workers killed, their server stopped for 16 s", stop_server, 0, 4),
    Fault("a worker killed", kill_worker, 4, 40),
    Fault("the server of workers killed", kill_server, 2, 15),
    Fault("servers of workers killed as they start, five each", kill_starting_servers, 1, 5),
)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.times], ids=lambda fault: fault.what)
def test_no_page_is_lost_or_blamed(herald: Herald, crawl: Crawl, tally: Tally, fault: Fault) -> None:
    choose = random.Random(16)
    stories = 10 + STORIES_A_FAULT * fault.times
    herald.publish(*range(1, stories + 1))
    herald.announce(*range(1, stories + 1))
    process = crawl.start(*herald.arguments, HERALD_PORT=str(herald.site.port))
    with ended(process):
        asked = 6
        for _ in range(fault.times):
            herald.site.wait_for(asked, process)
            fault.happens(Running(process, herald))
            asked = len(herald.site.requests) + choose.randrange(4, 12)
        _, err = process.communicate(timeout=A_WHILE)
    outcomes = pd.read_parquet(crawl.archive / "observations")["outcome"].value_counts().to_dict()
    versions = pd.read_parquet(crawl.archive / "versions")
    wanted = 3 * stories
    lost = wanted - versions["article_id"].nunique()
    doubled = int(versions.duplicated(["article_id", "content_hash"]).sum())
    torn = sum(finding.grave for finding in verify(crawl.archive))
    tally(fault.what, fault.times, wanted, lost, doubled, torn)
    assert (lost, doubled, torn) == (0, 0, 0), err
    assert outcomes == {"archived": wanted}, err
    assert process.returncode == 0, err


@contextlib.contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """Whatever happens, nothing of it is left stopped or running."""
    try:
        yield
    finally:
        if process.poll() is None:
            family = [process.pid, *children(process.pid)]
            send(family, signal.SIGKILL)
            send(family, signal.SIGCONT)
            process.communicate()
