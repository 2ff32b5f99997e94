"""Measure work over partitions on 1, 2 and 4 workers: a pool of processes, and Dask on loopback.

    python benchmarks/partitions.py            420 articles read anew and paired, 10,500 written and merged
    python benchmarks/partitions.py --pages 2100 --rows 21000 --workers 1,2

Archives and texts are invented. Each line has the seconds that passed, how many times as fast that is as one
worker of the same kind, the seconds of CPU of all workers (of Dask without the time in which they were
started), and a hash of what came out, which has to be the same in all lines of a task. More workers than
cores can only cost.
"""

from __future__ import annotations

import argparse
import hashlib
import html
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import combinations, islice
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psutil
from scrapy.utils.project import get_project_settings
from storage.invented import records

import archive
from archive.commit.compact import Group, _groups, merged
from archive.export.choice import Choice
from archive.export.files import Part, written
from archive.operations.partitions import Spread, over
from archive.pages.warc_record import Exchange, build
from archive.writer import ArchiveWriter
from crawler.outlet.declaration import Outlet
from crawler.workers.stages import worker_stages
from pipelines.pairing.weekly.week_part import DueWeek, WeekPart, compare_weeks
from pipelines.pairing.weekly.weeks import Weeks
from pipelines.reextraction.partition import Reading, parts, read_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FILES = 7
"""Data files of a table: of eight a commit makes one."""


def fill(root: Path, count: int, *, pages: bool) -> str:
    made = records(0, count)
    with ArchiveWriter.open(root, run_id="benchmark") as writer:
        for _ in range(FILES):
            for record in islice(made, count // FILES):
                writer.add_article(*with_page(record) if pages else (record,))
            writer.commit()
    return str(root)


def with_page(record: object) -> tuple[object, object]:
    text = "".join(f"<p>{html.escape(block.text)}</p>" for block in record.blocks)
    body = (
        f'<html lang="{record.language}"><head><title>{html.escape(record.headline)}</title></head><body>'
        f"<article><h1>{html.escape(record.headline)}</h1>{text}</article></body></html>"
    ).encode()
    record = replace(record, raw_sha256=hashlib.sha256(body).hexdigest(), http_status=200)
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    return record, build(Exchange(record.url, 200, record.fetched_at, (), headers), body)


def rereading(root: str) -> tuple[Callable[[object], object], list[object], int]:
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    read = archive.open(root)
    names = set(read.articles(columns=["outlet"]).to_arrow()["outlet"].to_pylist())
    hints = {name: Outlet.hints(name) for name in names}
    stages = worker_stages(get_project_settings())
    reading = Reading(root, read.snapshot.id, hints, stages, 10, 1, keep=True)
    return read_part, parts(read, reading, at_least=1), len(read.versions())


def pairing(root: str) -> tuple[Callable[[object], object], list[object], int]:
    """Every week with the pairs that its pages name, in eight parts."""
    read = archive.open(root)
    named: dict[str, list[str]] = {}
    table = read.articles(columns=["article_id", "url"]).to_arrow().to_pydict()
    for article_id, url in zip(table["article_id"], table["url"], strict=True):
        named.setdefault(url.rpartition("/")[2], []).append(article_id)
    pairs: dict[str, list[tuple[str, str]]] = {}
    for ids in named.values():
        for a, b in combinations(sorted(ids), 2):
            pairs.setdefault(a, []).append((a, b))
    weeks = [DueWeek((x.key,), frozenset(x.asked(pairs)), frozenset()) for x in Weeks(read)]
    size = -(-len(weeks) // 8)
    groups = (weeks[n : n + size] for n in range(0, len(weeks), size))
    return compare_weeks, [WeekPart(root, read.snapshot.id, tuple(x)) for x in groups], len(read.articles())


def writing(root: str) -> tuple[Callable[[object], object], list[object], int]:
    read = archive.open(root)
    files = range(len(read.articles().files()))
    jobs = [Part(root, read.snapshot.id, "jsonl", "articles", Choice(), file) for file in files]
    return written, jobs, len(read.articles())


def merging(root: str) -> tuple[Callable[[object], object], list[object], int]:
    groups = _groups(archive.open(root).snapshot)
    jobs = [Group(root, tuple(files)) for files in groups]
    return merged, jobs, sum(file.rows for files in groups for file in files)


def digest(results: Sequence[object]) -> str:
    found = hashlib.sha256()
    for result in results:
        if isinstance(result, bytes):
            found.update(result)
        elif isinstance(result, tuple):
            found.update(result[0] if isinstance(result[0], bytes) else repr(result).encode())
        else:
            found.update(b"".join(result.aside.kept) + repr(sorted(result.pages.items())).encode())
    return found.hexdigest()[:10]


@contextmanager
def dask(count: int, folder: Path) -> Iterator[tuple[str, list[psutil.Process]]]:
    """Scheduler and workers on loopback; yields the address, and what to take the time of."""
    base = [sys.executable, "-m", "dask"]
    here = ["--host", "127.0.0.1", "--no-dashboard"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    with ExitStack() as stack:

        def start(*words: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [*base, *words], stderr=subprocess.PIPE, text=True, env=environment, cwd=folder
            )
            stack.callback(process.wait)
            stack.callback(process.kill)
            return process

        scheduler = start("scheduler", *here, "--port", "0")
        address = next(x[1] for line in scheduler.stderr if (x := re.search(r"at: +(tcp://\S+)", line)))
        workers = [start("worker", address, *here, "--nthreads", "1", "--no-nanny") for _ in range(count)]
        for worker in workers:
            next(line for line in worker.stderr if "Registered to" in line)
        yield f"dask={address}", [psutil.Process(worker.pid) for worker in workers]


def spent(processes: Sequence[psutil.Process]) -> float:
    """Seconds of CPU of processes and their children, with those that have ended."""
    alive = [one for process in processes for one in (process, *process.children(recursive=True))]
    return sum(sum(process.cpu_times()[:4]) for process in alive)


def measured(task: str, work: tuple[Callable[[object], object], list[object], int], spread: Spread,
             processes: Sequence[psutil.Process], alone: dict[tuple[str, str], float]) -> str:  # fmt: skip
    function, jobs, rows = work
    before, began = spent(processes), time.monotonic()
    results = [*over(function, jobs, spread)]
    seconds, cpu = time.monotonic() - began, spent(processes) - before
    where = "Dask" if spread.engine else "processes"
    count = len(processes) if spread.engine else spread.processes
    load = f"{os.getloadavg()[0]:.0f}"
    found = digest(results)
    times = alone.setdefault((task, where), seconds) / seconds
    numbers = (
        f"{count} | {len(jobs)} | {seconds:.1f} | {rows / seconds:.0f} | {times:.2f} | {cpu:.1f} | {load}"
    )
    print(f"| {task} | {where} | {numbers} | {found} |", flush=True)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--pages", type=int, default=420)
    options.add_argument("--rows", type=int, default=10_500)
    options.add_argument("--workers", default="1,2,4")
    chosen = options.parse_args()
    counts = [int(x) for x in chosen.workers.split(",")]
    print(f"{platform.python_version()}, {os.cpu_count()} cores\n")
    print("| task | on | workers | parts | s | rows/s | times | CPU s | load | hash |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---|")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        pages = fill(Path(home) / "pages", chosen.pages, pages=True)
        texts = fill(Path(home) / "texts", chosen.rows, pages=False)
        tasks = {"reextract": rereading(pages), "pair": pairing(pages)}
        tasks |= {"export": writing(texts), "compact": merging(texts)}
        alone: dict[tuple[str, str], float] = {}
        found: dict[str, set[str]] = {task: set() for task in tasks}
        for count in counts:
            for task, work in tasks.items():
                found[task].add(measured(task, work, Spread(count), [psutil.Process()], alone))
            with dask(count, Path(home)) as (engine, processes):
                for task, work in tasks.items():
                    found[task].add(measured(task, work, Spread(engine=engine), processes, alone))
    if any(len(hashes) != 1 for hashes in found.values()):
        raise SystemExit("the results differ")


if __name__ == "__main__":
    main()
