"""Measure a whole crawl, page served to row committed, beside other tools: `python benchmarks/crawl.py`.

A loopback server holds real pages of ../shared/data. Every contender goes over the same ones, in turn,
and the turns are repeated, each in the other direction; the best of each counts, as other load only makes
worse. The start is measured apart (a run over one page) and its best taken off. CPU time is that of the
contender and its children, without the server.
"""

import argparse
import contextlib
import ctypes
import gzip
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "benchmarks" / "contenders"
DATA = ROOT.parent / "shared" / "data"
PYTHON = sys.executable
LIMIT = "flat out: our extraction, nothing else"
OURS = "triptych, raw pages kept"
BARE = "triptych, KEEP_RAW=none"
PLAIN = "scrapy + trafilatura + langdetect"
COMMAND_LINE = "trafilatura --parallel, files only"
FETCHED = "scrapy alone: fetch and drop"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--copies", type=int, default=4, help="how often each page is served (default 4)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, help="after two, begin no round that would end after them")
    options = parser.parse_args()
    adopt_orphans()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), options)


def lay_out(folder: Path) -> list[str]:
    """The names of the files in `pages`; `single` holds one of them."""
    if not DATA.is_dir():
        sys.exit(f"{DATA} is missing: the benchmark needs its real pages")
    pages, single = (folder / name for name in ("pages", "single"))
    for new_folder in (pages, single):
        new_folder.mkdir()
    sources = [*DATA.glob("pages/*/*.html.gz"), *DATA.glob("aeb/html/*.html.gz")]
    for number, source in enumerate(sorted(sources)):
        (pages / f"p{number:04}.html").write_bytes(gzip.decompress(source.read_bytes()))
    names = sorted(path.name for path in pages.iterdir())
    shutil.copy(pages / names[0], single)
    return names


@dataclass(frozen=True)
class Contender:
    whole: Callable[[], list[str]]
    """Its command over all pages, before each run with nothing left of the run before."""
    start: Callable[[], list[str]]
    """The same over one page."""
    copies: int
    """Number of times that `whole` goes over the pages."""


def contenders(folder: Path, options: argparse.Namespace) -> dict[str, Contender]:
    pages, single = (folder / name for name in ("pages", "single"))
    many, once, one = (folder / name for name in ("many.txt", "once.txt", "one.txt"))
    plain = [PYTHON, str(HERE / "plain.py")]

    def ours(urls: Path, raw: str) -> list[str]:
        shutil.rmtree(folder / "archive", ignore_errors=True)
        stalls = str(folder / "stalls.json")
        return [PYTHON, str(HERE / "ours.py"), str(urls), str(folder / "archive"), stalls, f"KEEP_RAW={raw}"]

    def flat(of: Path, copies: int) -> list[str]:
        return [PYTHON, str(HERE / "flat_out.py"), str(of), str(copies), str(options.processes)]

    def reading(urls: Path) -> list[str]:
        (folder / "plain.jsonl").unlink(missing_ok=True)
        return [*plain, str(urls), str(folder / "plain.jsonl")]

    def command_line(of: Path) -> list[str]:
        shutil.rmtree(folder / "text", ignore_errors=True)
        trafilatura = str(Path(PYTHON).parent / "trafilatura")
        output = ["--output-dir", str(folder / "text"), "--parallel", str(options.processes)]
        return [trafilatura, "--input-dir", str(of), *output, "--json", "--with-metadata"]

    of_all = options.copies
    return {
        LIMIT: Contender(lambda: flat(pages, of_all), lambda: flat(single, 1), of_all),
        OURS: Contender(lambda: ours(many, "warc"), lambda: ours(one, "warc"), of_all),
        BARE: Contender(lambda: ours(many, "none"), lambda: ours(one, "none"), of_all),
        FETCHED: Contender(lambda: [*plain, str(many)], lambda: [*plain, str(one)], of_all),
        # slow, so one copy of the pages is enough
        PLAIN: Contender(lambda: reading(once), lambda: reading(one), 1),
        COMMAND_LINE: Contender(lambda: command_line(pages), lambda: command_line(single), 1),
    }


@contextlib.contextmanager
def served(folder: Path, names: list[str], copies: int) -> Iterator[None]:
    """Over loopback; `many.txt`, `once.txt` and `one.txt` hold the addresses."""
    command = [PYTHON, str(HERE / "server.py"), str(folder / "pages")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        base = f"http://127.0.0.1:{int(server.stdout.readline())}"
        addresses = [f"{base}/{copy}/news/{name}" for copy in range(copies) for name in names]
        (folder / "many.txt").write_text("\n".join(addresses))
        (folder / "once.txt").write_text("\n".join(addresses[: len(names)]))
        (folder / "one.txt").write_text(addresses[0])
        yield  # it ends with its standard input


def measure(folder: Path, options: argparse.Namespace) -> None:
    names = lay_out(folder)
    running = contenders(folder, options)
    walls: dict[str, list[float]] = {name: [] for name in running}
    cpus: dict[str, list[float]] = {name: [] for name in running}
    least = {name: [float("inf")] * 4 for name in running}
    stalls: list[list[float]] = []
    with served(folder, names, options.copies):
        begun = time.monotonic()
        for number in range(options.rounds):
            # the split, after the rounds, takes a third of one
            until = (time.monotonic() - begun) * (number + 1.3) / max(number, 1)
            if number > 1 and options.seconds is not None and until > options.seconds:
                break
            for name, contender in [*running.items()][:: -1 if number % 2 else 1]:
                count = len(names) * contender.copies
                idle, idle_cpu = timed(contender.start())
                wall, cpu = timed(contender.whole())
                least[name] = [*map(min, least[name], (wall, idle, cpu, idle_cpu))]
                walls[name].append(count / max(least[name][0] - least[name][1], 0.01))
                cpus[name].append((least[name][2] - least[name][3]) / count * 1000)
                if name == OURS:
                    stalls.append(json.loads((folder / "stalls.json").read_text()))
                print(f"round {number + 1}: {name}: {walls[name][-1]:.1f} pages/s", file=sys.stderr)
        ours = running[OURS]
        split = by_process(ours.whole()) - by_process(ours.start())
    options.rounds = len(stalls)
    show(len(names), options, walls, cpus)
    show_split(cpus, split, stalls, len(names) * options.copies)


def adopt_orphans() -> None:
    """Worker processes outlive the crawl by a moment; only a parent that waits for them learns their CPU."""
    ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER


def timed(command: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    while time.perf_counter() - start - wall < 2:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.01)
        except ChildProcessError:
            break
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


KINDS = {"workers.fork_server": "workers", "pipelines.commit_process": "commits"}
"""Part of a process's command line, and the name of its kind; any other process is the crawl's own."""


def by_process(command: list[str]) -> Counter[str]:
    """Seconds of CPU by kind of process; what a process does in its last 30 ms may be missing."""
    seconds: dict[int, tuple[str, float]] = {}
    with psutil.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            for child in (process, *process.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    line = " ".join(child.cmdline())
                    kind = next((name for part, name in KINDS.items() if part in line), "crawl")
                    # the command line of one that has ended is empty
                    kind = seconds.get(child.pid, (kind,))[0]
                    seconds[child.pid] = (kind, sum(child.cpu_times()[:2]))
            time.sleep(0.03)
    total: Counter[str] = Counter()
    for kind, spent in seconds.values():
        total[kind] += spent  # type: ignore[assignment]
    return total


def show(pages: int, options: argparse.Namespace, walls, cpus) -> None:
    """The table, and conclusions."""
    speeds = {name: values[-1] for name, values in walls.items()}
    costs = {name: values[-1] for name, values in cpus.items()}
    print(f"{pages} pages, {options.copies} times, {options.processes} processes, {options.rounds} rounds.\n")
    print("| | pages/s | of the limit | CPU ms a page | of trafilatura's CPU |\n|---|---:|---:|---:|---:|")
    for name, speed in speeds.items():
        shares = f"{speed / speeds[LIMIT]:.2f} | {costs[name]:.1f} | {costs[name] / costs[COMMAND_LINE]:.2f}"
        print(f"| {name} | {speed:.1f} | {shares} |")
    print(
        f"* A crawl that keeps raw pages takes {costs[OURS] / costs[COMMAND_LINE]:.2f} of the CPU of "
        f"`trafilatura --parallel` over files and is {speeds[OURS] / speeds[COMMAND_LINE]:.1f} × as fast; "
        f"{speeds[OURS] / speeds[PLAIN]:.1f} × the plain spider.\n"
        f"* It reaches {speeds[OURS] / speeds[LIMIT]:.2f} of the limit; what it adds to reading costs "
        f"{costs[OURS] / costs[LIMIT] - 1:.2f} of reading."
    )


def show_split(cpus, split, stalls, pages: int) -> None:
    """Parts of a page's CPU, measured one by one: they need not add up."""
    limit, fetching, ours_ms, bare = (cpus[name][-1] for name in (LIMIT, FETCHED, OURS, BARE))
    crawl, commits = (split[kind] / pages * 1000 for kind in ("crawl", "commits"))
    p99, worst = (statistics.median(column) for column in zip(*stalls, strict=True))
    print(
        f"\nOf the {ours_ms:.1f} ms: reading {limit:.1f}, Scrapy {fetching:.1f}, the rest of the crawl "
        f"{crawl - fetching:.1f}, raw pages {ours_ms - bare:.1f}, commits {commits:.1f}. A 10 ms timer on "
        f"the event loop is late by {p99:.0f} ms at p99, at most {worst:.0f}."
    )


if __name__ == "__main__":
    main()
