"""Plan a fleet of outlets and an archive of any size, and hold the plan to account on this machine.

    python benchmarks/scale.py                                simulated: outlets and machines, three days
    python benchmarks/scale.py --outlets 3000 --machines 1,8 --down 1,2 --svg backlog.svg --csv backlog.csv
    python benchmarks/scale.py --check                        real crawls over loopback, beside the simulation
    python benchmarks/scale.py --build 10000000 --home FOLDER a synthetic archive (two processes, minutes)
    python benchmarks/scale.py --measure --home FOLDER        questions, a commit, upkeep; peers on its files
    python benchmarks/scale.py --costs --home FOLDER          bytes of each table, of the cache and the log

The unit costs of the simulation stand in benchmarks/simulated.py; where each comes from, and what follows:
docs/explanation/scale.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.simulated import Fleet, Outcome, simulate

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = ("s", "CPU s", "MB before", "MB")
INKS = ("#1b6ca8", "#c8553d", "#588157", "#7b2d8b", "#b08900", "#444444")


def simulate_all(options: argparse.Namespace) -> list[Outcome]:
    print(
        "| outlets | machines | archives | articles | archived | waiting | lag, half | lag, 95 % | "
        "CPU used | failed | keeps up | caught up h | machine-hours a million |\n|" + "---:|" * 13
    )
    found = []
    for outlets in options.outlets:
        for machines in options.machines:
            fleet = Fleet(
                outlets, machines, days=options.days, seed=options.seed, at_once=options.at_once,
                every=options.every * 60, archives=options.archives, held=options.held, down=options.down,
                step=options.step,
            )  # fmt: skip
            outcome = simulate(fleet)
            found.append(outcome)
            assert outcome.arrived == outcome.done + outcome.backlog
            hours = outcome.caught_up() if fleet.down[1] else None
            up = machines * (fleet.days - (fleet.down[1] - fleet.down[0])) * 24
            cells = (
                outlets, machines, fleet.archives, outcome.arrived, outcome.done, outcome.backlog,
                _time(outcome.lag(0.5)), _time(outcome.lag(0.95)), f"{outcome.busy:.0%}", outcome.failures,
                "yes" if outcome.keeps_up else "NO", "–" if hours is None else f"{hours:.1f}",
                f"{up / max(outcome.done, 1) * 1e6:,.0f}",
            )  # fmt: skip
            print("| " + " | ".join(map(str, cells)) + " |", flush=True)
    return found


def _time(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def write_csv(path: Path, found: Sequence[Outcome]) -> None:
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("outlets", "machines", "day", "waiting", "at work", "commits waiting"))
        for outcome in found:
            for sample in outcome.samples:
                out.writerow(
                    (outcome.fleet.outlets, outcome.fleet.machines, f"{sample.day:.4f}", *sample[1:])
                )


def write_svg(path: Path, found: Sequence[Outcome]) -> None:
    """Draw what waits, by days, a line a fleet."""
    width, height, left, top = 720, 320, 70, 20
    most = max((x.waiting for outcome in found for x in outcome.samples), default=1) or 1
    days = max((outcome.fleet.days for outcome in found), default=1)
    marks = [
        f'<text x="{left - 6}" y="{top + height - height * part / 4:.0f}" text-anchor="end">'
        f"{most * part / 4:,.0f}</text>"
        for part in range(5)
    ]
    marks += [
        f'<text x="{left + width * day / days:.0f}" y="{top + height + 18}">day {day}</text>'
        for day in range(int(days) + 1)
    ]
    for number, outcome in enumerate(found):
        points = " ".join(
            f"{left + width * x.day / days:.1f},{top + height - height * x.waiting / most:.1f}"
            for x in outcome.samples
        )
        ink = INKS[number % len(INKS)]
        name = f"{outcome.fleet.outlets:,} outlets, {outcome.fleet.machines} machines"
        marks.append(f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="1.5"/>')
        marks.append(f'<text x="{left + 12}" y="{top + 14 + 15 * number}" fill="{ink}">{name}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 30} {top + height + 30}"'
    path.write_text(f'{head} font-family="sans-serif" font-size="11">{"".join(marks)}</svg>\n')


def check(options: argparse.Namespace) -> None:
    from crawl import lay_out  # noqa: PLC0415  only this needs its pages

    from benchmarks.fleet_check import Case, check  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        names = lay_out(Path(folder), 1)
        cases = [
            Case("1 outlet, no delay (calibrates)", 1, len(names), 0, 1),
            Case("1 outlet, a page each 0.2 s", 1, len(names), 0.2, 1),
            Case("30 outlets, 2 at once, no delay", 30, options.pages, 0, 2),
            Case("30 outlets, 6 at once, a page each 0.5 s", 30, options.pages, 0.5, 6),
        ]
        check(cases, Path(folder) / "pages")


def build(options: argparse.Namespace) -> None:
    from benchmarks.storage.synthetic import build  # noqa: PLC0415  the simulation needs no Arrow

    began = time.perf_counter()
    head = build(options.home, options.build, seed=options.seed, processes=options.processes)
    spent = [resource.getrusage(x) for x in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        f"{head.rows('articles')} articles, {head.id} commits, {len(head.files)} data files: "
        f"{time.perf_counter() - began:.0f} s, {sum(x.ru_utime + x.ru_stime for x in spent):.0f} CPU s, "
        f"{max(x.ru_maxrss for x in spent) / 1024:.0f} MB at most in one process"
    )


def measure(options: argparse.Namespace) -> None:
    from benchmarks.storage.at_scale import OPERATIONS  # noqa: PLC0415

    wanted = [x for x in OPERATIONS if options.only in x]
    print("| | " + " | ".join(COLUMNS) + " | answer |\n|---" + "|---:" * len(COLUMNS) + "|---|")
    for name in wanted:
        command = [sys.executable, __file__, "--child", name, "--home", str(options.home)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"| {name} | FAILED: {done.stderr.strip().splitlines()[-1][:200]} |", flush=True)
            continue
        row = json.loads(done.stdout.splitlines()[-1])
        cells = [f"{row[x]:.3g}" if row[x] < 100 else f"{row[x]:.0f}" for x in COLUMNS]
        print(f"| {name} | " + " | ".join(cells) + f" | {row['answer']} |", flush=True)


def costs(options: argparse.Namespace) -> None:
    import archive  # noqa: PLC0415

    head = archive.open(options.home).snapshot
    articles = head.rows("articles")
    size, rows, files = Counter(), Counter(), Counter()
    for file in head.files:
        size[file.table] += file.bytes
        rows[file.table] += file.rows
        files[file.table] += bool(file.rows)
    print("| | files | rows | MB | bytes an article |\n|---|---:|---:|---:|---:|")
    for table in sorted(size, key=size.__getitem__, reverse=True):
        if rows[table]:
            print(f"| {table} | {files[table]} | {rows[table]} | {size[table] / 1e6:.1f} | "
                  f"{size[table] / articles:.1f} |")  # fmt: skip
    manifest = options.home / "_log" / f"{head.id:020d}.json"
    history = sum(path.stat().st_size for path in (options.home / "_history").glob("*"))
    for name, bytes_of in (
        ("state.sqlite", (options.home / "state.sqlite").stat().st_size),
        ("the last manifest", manifest.stat().st_size),
        ("the history", history),
    ):
        print(f"| {name} | | | {bytes_of / 1e6:.2f} | {bytes_of / articles:.2f} |")


def numbers(text: str) -> list[int]:
    return [int(x) for x in text.split(",")]


def span(text: str) -> tuple[float, float]:
    begin, end = map(float, text.split(","))
    return begin, end


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--outlets", type=numbers, default=[30, 300, 3_000, 30_000])
    options.add_argument("--machines", type=numbers, default=[1, 2, 4, 8, 16, 64])
    options.add_argument("--days", type=float, default=3)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--every", type=float, default=15, help="minutes between two turns of an outlet")
    options.add_argument("--at-once", type=int, default=8, help="turns at once on a machine")
    options.add_argument("--archives", type=int, default=1, help="that the outlets are shared out among")
    options.add_argument("--held", type=float, default=0, help="articles that each archive has already")
    options.add_argument("--down", type=span, default=(0.0, 0.0), help="days from,to that no machine works")
    options.add_argument("--step", type=float, default=5, help="seconds of a step")
    options.add_argument("--csv", type=Path)
    options.add_argument("--svg", type=Path)
    options.add_argument("--check", action="store_true")
    options.add_argument("--pages", type=int, default=20, help="of each of the 30 outlets of --check")
    options.add_argument("--build", type=int, metavar="ARTICLES")
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options.add_argument("--measure", action="store_true")
    options.add_argument("--only", default="", help="operations whose names have this in them")
    options.add_argument("--costs", action="store_true")
    options.add_argument("--home", type=Path, help="the folder of the synthetic archive")
    options.add_argument("--child", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if (chosen.build or chosen.measure or chosen.costs) and chosen.home is None:
        options.error("--home FOLDER says where the archive is")
    if chosen.child:
        from benchmarks.storage.at_scale import measure as one  # noqa: PLC0415

        print(json.dumps(one(chosen.home, chosen.child), ensure_ascii=False))
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, "
          f"Python {platform.python_version()}\n", flush=True)  # fmt: skip
    for asked, work in (
        (chosen.check, check), (chosen.build, build), (chosen.costs, costs), (chosen.measure, measure)
    ):  # fmt: skip
        if asked:
            work(chosen)
    if not (chosen.check or chosen.build or chosen.costs or chosen.measure):
        found = simulate_all(chosen)
        if chosen.csv:
            write_csv(chosen.csv, found)
        if chosen.svg:
            write_svg(chosen.svg, found)


if __name__ == "__main__":
    main()
