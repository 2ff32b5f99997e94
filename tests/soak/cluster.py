"""Two outlets on two machines of a Dask cluster, and a fault in the middle of each of many runs.

    python -m tests.soak.cluster --times 10 --fault frozen --folder /tmp/cluster

Leases last 60 seconds in place of 180, and the scheduler waits 40 seconds for a silent worker in place of
300. As root, with iproute2 and radosgw.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import archive
from tests.support.fleet.newsrooms import NAMES
from tests.support.fleet.town import SCHEDULE, Cluster
from tests.support.forked import A_WHILE

VICTIM = 2
MACHINES = (1, VICTIM)
STORIES = 4
"""Of each outlet; each is three articles."""
MEGABYTES = 24
"""Of the victim's disk, where it is full."""
CLOCKS = {
    "DASK_DISTRIBUTED__WORKER__PRELOAD": "tests.support.fleet.short_leases",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "40s",
}


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


def emptied(_: Cluster, folder: Path) -> None:
    (folder / f"machine-{VICTIM}/filling").unlink()


FAULTS = {
    "killed": (killed, renewed),
    "scheduler": (scheduler, lambda *_: None),
    "frozen": (frozen, thawed),
    "cut": (cut, mended),
    "full": (full, emptied),
}


def pids(cluster: Cluster) -> Iterator[int]:
    command = ["ip", "netns", "pids", cluster.machines.name(VICTIM)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    yield from map(int, done.stdout.split())


def crawls(cluster: Cluster) -> list[int]:
    """Crawls that are under way on the victim."""
    running = []
    for pid in pids(cluster):
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"outlet.fleet.child" in Path(f"/proc/{pid}/cmdline").read_bytes():
                running.append(pid)
    return running


def articles(cluster: Cluster) -> Counter[str]:
    urls: Counter[str] = Counter()
    for url in archive.open(cluster.uri).articles(columns=["url"]).to_arrow()["url"].to_pylist():
        urls[f"{urlsplit(url).hostname}{urlsplit(url).path}"] += 1
    return urls


def one_round(cluster: Cluster, name: str, folder: Path) -> dict[str, object]:
    """A run with the fault, the next run after it was mended, and what the archive has then."""
    fault, mend = FAULTS[name]
    cluster.renew()
    cluster.wait_for_workers()
    (folder / "triptych.toml").write_text(SCHEDULE)
    began = time.monotonic()
    with cluster.crawl_all() as driver:
        cluster.site.wait_until(
            lambda: min((len(rows) for rows in cluster.asked().values()), default=0) >= STORIES, driver
        )
        fault(cluster, folder)
        out, _ = driver.communicate(timeout=A_WHILE)
    lasted = time.monotonic() - began
    events = [json.loads(line) for line in out.splitlines()]
    mend(cluster, folder)
    while crawls(cluster):
        threading.Event().wait(1)
    published = {path for path in cluster.site.answers if "news/" in path}
    missing = len(published - articles(cluster).keys())
    code = None
    if missing:
        # the shortest rhythm there is
        threading.Event().wait(max(0, 62 - lasted))
        (folder / "triptych.toml").write_text(SCHEDULE.replace("1d", "1m"))
        with cluster.crawl_all() as following:
            following.communicate(timeout=A_WHILE)
        code = following.returncode
    stored, versions = articles(cluster), len(archive.open(cluster.uri).versions())
    requested: Counter[tuple[str, str]] = Counter()
    for outlet, rows in cluster.asked().items():
        requested.update((outlet, row[2]) for row in rows)
    return {
        "fault": name,
        "acknowledged": len(published),
        "lost": len(published - stored.keys()),
        "duplicated": versions - len(stored) + stored.total() - len(stored),
        "twice": sum(count > 1 for count in requested.values()),
        "missing": missing,
        "exit": driver.returncode,
        "next": code,
        "seconds": round(lasted),
        "events": events,
    }


def run(name: str, times: int, folder: Path) -> list[dict[str, object]]:
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
                names=NAMES[:2],
                stories=STORIES,
                store=folder.parent / "s3",
                environment=CLOCKS,
            )
        )
        for _ in range(times):
            rounds.append(one_round(cluster, name, folder))
            print(json.dumps(rounds[-1]), flush=True)
    return rounds


def line(name: str, rounds: list[dict[str, object]]) -> str:
    """One row of the table."""
    counts = ("acknowledged", "lost", "duplicated", "twice", "missing")
    sums = [sum(int(str(one[key])) for one in rounds) for key in counts]
    codes = [", ".join(map(str, sorted({str(one[key]) for one in rounds}))) for key in ("exit", "next")]
    longest = max(int(str(one["seconds"])) for one in rounds)
    return f"{name:<12}{len(rounds):>5}" + "".join(f"{x:>14}" for x in [*sums, *codes, longest])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--fault", choices=[*FAULTS], action="append")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = options.folder or Path(temporary)
        for name in options.fault or FAULTS:
            folder = home / name
            folder.mkdir(parents=True, exist_ok=True)
            print(line(name, run(name, options.times, folder)), flush=True)


if __name__ == "__main__":
    main()
