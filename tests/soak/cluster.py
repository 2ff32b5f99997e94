"""Two outlets on two machines of a Dask cluster, and a fault in the middle of each of many runs.

    python -m tests.soak.cluster --times 10 --fault frozen --folder /tmp/cluster

The fault comes when the victim has requested one article in the first round, two in the second, and so on.
Clocks are those of short_leases.py, and the scheduler waits 15 seconds for a silent worker in place of 300.
As root, with iproute2 and radosgw.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import archive
from archive.storage.leases import leases_of
from crawler.outlet.fleet.timetable import Rhythm, Timetable
from tests.support.fleet.newsrooms import NAMES
from tests.support.fleet.town import SCHEDULE, Cluster
from tests.support.forked import A_WHILE

OUTLETS = NAMES[:2]
VICTIM = 2
MACHINES = (1, VICTIM)
STORIES = 3
ARTICLES = STORIES * 3
"""Of each outlet."""
MEGABYTES = 24
"""Of the victim's disk, where it is full."""
CLOCKS = {
    "DASK_DISTRIBUTED__WORKER__PRELOAD": "tests.support.fleet.short_leases",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "15s",
}
SOON = Rhythm(every=timedelta(minutes=1), revisit_after=None)
"""The shortest rhythm there is, of the run that follows a fault."""


@dataclass(frozen=True, slots=True)
class Round:
    fault: str
    after: int
    """Articles that the victim had requested."""
    articles: int
    lost: int
    doubled: int
    """More rows or versions than articles."""
    twice: int
    """Articles that were requested more than once."""
    missing: int
    """Articles that the next run brought."""
    codes: tuple[int, ...]
    """Exit codes of the run and, if it was needed, of the next one."""
    messages: dict[str, int]
    """What the command told besides begun, ended and done."""
    seconds: int


def killed(cluster: Cluster, _: Path) -> None:
    cluster.workers[VICTIM].end()


def renewed(cluster: Cluster, _: Path) -> None:
    cluster.start(VICTIM)


def scheduler(cluster: Cluster, _: Path) -> None:
    cluster.scheduler.kill()


def frozen(cluster: Cluster, _: Path) -> None:
    for pid in pids(cluster):
        os.kill(pid, signal.SIGSTOP)


def thawed(cluster: Cluster, _: Path) -> None:
    for pid in pids(cluster):
        os.kill(pid, signal.SIGCONT)


def cut(cluster: Cluster, _: Path) -> None:
    cluster.machines.cut_off(VICTIM)


def mended(cluster: Cluster, _: Path) -> None:
    cluster.machines.mend(VICTIM)


def full(_: Cluster, folder: Path) -> None:
    """Fill the disk under the cache and the segments of the victim."""
    with suppress(OSError), (folder / f"machine-{VICTIM}/filling").open("wb", buffering=0) as filling:
        while True:
            filling.write(bytes(1 << 16))


def switched_off(cluster: Cluster, _: Path) -> None:
    """End the worker and its crawls at once, as by a power cut."""
    cluster.workers[VICTIM].end()
    for pid in pids(cluster):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def emptied(_: Cluster, folder: Path) -> None:
    (folder / f"machine-{VICTIM}/filling").unlink()


FAULTS = {
    "killed": (killed, renewed),
    "off": (switched_off, renewed),
    "scheduler": (scheduler, lambda *_: None),
    "frozen": (frozen, thawed),
    "cut": (cut, mended),
    "full": (full, emptied),
}


def pids(cluster: Cluster) -> Iterator[int]:
    command = ["ip", "netns", "pids", cluster.machines.name(VICTIM)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    yield from map(int, done.stdout.split())


def wait_for_crawls(cluster: Cluster) -> None:
    """Return when the victim's crawls have ended."""
    for pid in pids(cluster):
        with suppress(FileNotFoundError, ProcessLookupError):
            descriptor = os.pidfd_open(pid)
            if b"outlet.fleet.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                select.select([descriptor], [], [])
            os.close(descriptor)


def articles(cluster: Cluster) -> Counter[str]:
    urls: Counter[str] = Counter()
    for url in archive.open(cluster.uri).articles(columns=["url"]).to_arrow()["url"].to_pylist():
        urls[f"{urlsplit(url).hostname}{urlsplit(url).path}"] += 1
    return urls


def requests(cluster: Cluster, machine: int) -> int:
    return sum(row[1] == machine for rows in cluster.asked().values() for row in rows)


def one_round(cluster: Cluster, name: str, after: int, folder: Path) -> Round:
    """A run with the fault, the next run after it was mended, and what the archive has then."""
    fault, mend = FAULTS[name]
    cluster.renew()
    cluster.wait_for_workers()
    (folder / "triptych.toml").write_text(SCHEDULE)
    began = time.monotonic()
    with cluster.crawl_all() as driver:
        cluster.site.wait_until(lambda: requests(cluster, VICTIM) >= after, driver)
        fault(cluster, folder)
        out, _ = driver.communicate(timeout=A_WHILE)
    messages = Counter[str]()
    for line in out.splitlines():
        event = json.loads(line)
        if event["event"] == "ended" and event["exit_code"]:
            messages[f"exit {event['exit_code']}"] += 1
        elif event["event"] not in {"begun", "ended", "done"}:
            messages[event["event"]] += 1
    print(out, flush=True)
    mend(cluster, folder)
    wait_for_crawls(cluster)
    cluster.repair(VICTIM)
    published = {path for path in cluster.site.answers if "news/" in path}
    missing = len(published - articles(cluster).keys())
    codes = [driver.returncode]
    if missing:
        codes.append(next_run(cluster, folder))
    stored, versions = articles(cluster), len(archive.open(cluster.uri).versions())
    requested: Counter[tuple[str, str]] = Counter()
    for outlet, rows in cluster.asked().items():
        requested.update((outlet, row[2]) for row in rows)
    return Round(
        name,
        after,
        articles=len(published),
        lost=len(published - stored.keys()),
        doubled=versions - len(stored) + stored.total() - len(stored),
        twice=sum(count > 1 for count in requested.values()),
        missing=missing,
        codes=tuple(codes),
        messages=dict(messages),
        seconds=round(time.monotonic() - began),
    )


def next_run(cluster: Cluster, folder: Path) -> int:
    leases = leases_of(cluster.uri)
    timetable = Timetable(SOON)
    while set(timetable.due(leases.last_runs(OUTLETS), datetime.now(UTC))) != set(OUTLETS):
        threading.Event().wait(1)
    (folder / "triptych.toml").write_text(SCHEDULE.replace("1d", "1m"))
    with cluster.crawl_all() as driver:
        driver.communicate(timeout=A_WHILE)
    return driver.returncode


def run(name: str, times: int, folder: Path) -> list[Round]:
    rounds = []
    with ExitStack() as stack:
        if name == "full":
            disk = folder / f"machine-{VICTIM}"
            disk.mkdir(exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "x", str(disk)], check=True)
            stack.callback(subprocess.run, ["umount", "--lazy", str(disk)], check=True)
        os.environ["TRIPTYCH_CACHE"] = str(folder / "machine-0")
        cluster = stack.enter_context(
            Cluster(
                folder,
                MACHINES,
                names=OUTLETS,
                stories=STORIES,
                store=folder.parent / "s3",
                environment=CLOCKS,
                driver="tests.support.fleet.short_leases",
            )
        )
        for number in range(times):
            rounds.append(one_round(cluster, name, number % (ARTICLES - 1) + 1, folder))
            print(json.dumps(asdict(rounds[-1])), flush=True)
    return rounds


HEADER = f"{'fault':<12}{'rounds':>7}{'articles':>9}{'lost':>5}{'doubled':>8}{'asked twice':>12}  told"


def line(name: str, rounds: list[Round]) -> str:
    """One row of the table."""
    counts = [len(rounds)]
    for column in ("articles", "lost", "doubled", "twice"):
        counts.append(sum(getattr(one_run, column) for one_run in rounds))
    messages = Counter[str]()
    codes = Counter[str]()
    for one_run in rounds:
        messages.update(one_run.messages.keys())
        codes[" then ".join(map(str, one_run.codes))] += 1
    told = [f"{message} {count}" for message, count in sorted(messages.items())]
    exits = [f"{code} ({count})" for code, count in sorted(codes.items())]
    numbers = "".join(f"{count:>{width}}" for count, width in zip(counts, (7, 9, 5, 8, 12), strict=True))
    return f"{name:<12}{numbers}  exit {', '.join(exits)}; {', '.join(told) or 'nothing'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--fault", choices=[*FAULTS], action="append")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    print(HEADER)
    with tempfile.TemporaryDirectory() as temporary:
        home = options.folder or Path(temporary)
        for name in options.fault or FAULTS:
            folder = home / name
            folder.mkdir(parents=True, exist_ok=True)
            print(line(name, run(name, options.times, folder)), flush=True)


if __name__ == "__main__":
    main()
