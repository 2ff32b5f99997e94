"""Real crawls over loopback beside what benchmarks/simulated.py says of them.

Outlets are addresses of a server on loopback, each crawled by a process of its own into one archive, as many
at once as the fleet has places. The costs of a start and of a page are those of two earlier runs in the same
minutes; what the machine gives, in cores, is measured just before and after each run by two processes that
count. So the first line is a calibration in CPU, and the others are predictions.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.simulated import Costs, Fleet, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
_BURN = """
import time
end = time.perf_counter() + {s}
while time.perf_counter() < end:
    pass
print(time.process_time())
"""


class Spent(NamedTuple):
    seconds: float
    cpu: float


class Case(NamedTuple):
    name: str
    outlets: int
    pages: int
    """Of each outlet."""
    delay: float
    at_once: int


def cores_now(seconds: float = 4.0) -> float:
    """Cores that two busy processes are given at this moment."""
    burning = [
        subprocess.Popen([sys.executable, "-c", _BURN.format(s=seconds)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    return sum(float(x.communicate()[0]) for x in burning) / seconds


def crawled(urls: Sequence[Sequence[str]], delay: float, at_once: int, home: Path) -> Spent:
    """Crawl each list of addresses by a process of its own."""

    def one(number: int) -> None:
        listed = home / f"urls-{number}.txt"
        listed.write_text("\n".join(urls[number]))
        ours = [sys.executable, str(HERE / "contenders" / "ours.py"), str(listed), str(home / "archive")]
        told = [str(home / f"stalls-{number}.json"), f"DOWNLOAD_DELAY={delay}", "EXTRACTION_PROCESSES=1"]
        done = subprocess.run([*ours, *told], cwd=HERE.parent, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{listed}: {done.stderr[-1500:]}")

    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with ThreadPoolExecutor(at_once) as places:
        list(places.map(one, range(len(urls))))
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Spent(seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def simulated(case: Case, costs: Costs, cores: float) -> Spent:
    fleet = Fleet(
        case.outlets, 1, days=3600 / 86_400, at_once=case.at_once, every=1e9, articles_a_day=0,
        published_before=case.pages, failures_a_day=0, step=0.1, costs=costs, whole_cores=cores,
    )  # fmt: skip
    found = simulate(fleet)
    return Spent(found.lag(1.0), found.cpu)


def check(cases: Sequence[Case], pages: Path) -> None:
    """Print each case, measured and simulated; `pages`: a folder of HTML files."""
    names = sorted(path.name for path in pages.glob("*.html"))
    command = [sys.executable, str(HERE / "contenders" / "server.py"), str(pages)]
    print("| | pages | cores had | s | simulated | error | CPU s | simulated | error |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())

        def run(case: Case) -> Spent:
            every = [
                f"http://127.0.0.1:{port}/{x // len(names)}/news/{names[x % len(names)]}"
                for x in range(case.outlets * case.pages)
            ]
            urls = [every[x : x + case.pages] for x in range(0, len(every), case.pages)]
            with tempfile.TemporaryDirectory() as home:
                return crawled(urls, case.delay, case.at_once, Path(home))

        cores = cores_now()
        start = run(Case("one page", 1, 1, 0, 1))
        share = min(1.0, (cores + cores_now()) / 2)
        idle = max(0.0, start.seconds - start.cpu / share)
        costs = Costs(start=start.cpu, idle=idle, page=0.0, lists=0, pages_for_an_article=1, commit=0.02)
        for case in cases:
            before = cores_now()
            measured = run(case)
            cores = (before + cores_now()) / 2
            if not costs.page:
                costs = replace(costs, page=(measured.cpu - start.cpu) / (case.pages * case.outlets))
            told = simulated(case, replace(costs, delay=case.delay), cores)
            errors = [f"{b / a - 1:+.0%}" for a, b in zip(measured, told, strict=True)]
            print(f"| {case.name} | {case.outlets * case.pages} | {cores:.2f} | {measured.seconds:.1f} | "
                  f"{told.seconds:.1f} | {errors[0]} | {measured.cpu:.1f} | {told.cpu:.1f} | {errors[1]} |",
                  flush=True)  # fmt: skip
        start_told = f"start {costs.start:.2f} CPU s and {costs.idle:.1f} s of waiting"
        print(f"\nload {os.getloadavg()[0]:.0f}; {start_told}; page {costs.page * 1000:.1f} CPU ms")
