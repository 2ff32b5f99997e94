"""Measure what a commit of 500 articles costs as an archive grows.

    python benchmarks/archive.py                     10,000 and 100,000 articles
    python benchmarks/archive.py --growth 10000,100000,1000000

Archives of each size take turns, a few commits of 500 at a time, so that the machine's load falls on all.
`--home FOLDER` keeps the archives for the next time.
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from storage import children

TURNS, COMMITS = 3, 4
COLUMNS = (
    *("commit ms", "commit CPU ms", "MB written", "commit MB"),
    *("open s", "first rows s", "open MB", "cache MB"),
)


def run(what: str, *arguments: object) -> dict[str, object]:
    command = [sys.executable, __file__, "--child", what, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{what} {arguments}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def growth(sizes: list[int], home: Path) -> None:
    rows: dict[str, dict[str, float]] = {}
    measured: dict[int, dict[str, list[float]]] = {size: {} for size in sizes}
    for size in sizes:
        folder = home / f"grown-{size}"
        rows[str(size)] = {} if folder.exists() else run("grow", folder, size)
        # not shutil: it would make a file of each hard link
        subprocess.run(["cp", "-a", folder, home / f"work-{size}"], check=True)
    for turn in range(TURNS):
        for size in sizes:
            first = size + turn * COMMITS * children.PER_COMMIT
            done = run("commits", home / f"work-{size}", first, COMMITS)
            for name, values in (done | run("open", home / f"work-{size}")).items():
                measured[size].setdefault(name, []).extend(values)
    for size in sizes:
        for name, values in measured[size].items():
            rows[str(size)][name] = max(values) if name.endswith("MB") else statistics.median(values)
        rows[str(size)]["cache MB"] = (home / f"work-{size}" / "state.sqlite").stat().st_size / 1e6
        shutil.rmtree(home / f"work-{size}")
    print(f"| articles | {' | '.join(COLUMNS)} |\n|---{'|---:' * len(COLUMNS)}|")
    for size, row in rows.items():
        cells = [f"{row[name]:.{2 if row[name] < 10 else 0}f}" for name in COLUMNS]
        print(f"| {int(size):,} | {' | '.join(cells)} |")
    costs = ", ".join(f"{rows[str(size)]['commit CPU ms']:.0f} into {size:,}" for size in sizes)
    print(f"* ms of CPU that a commit of {children.PER_COMMIT} articles takes: {costs} articles.")


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        work, folder, *numbers = sys.argv[2:]
        print(json.dumps(getattr(children, f"child_{work}")(Path(folder), *map(int, numbers))), flush=True)
        return
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--growth", default="10000,100000", help="sizes of our own archive, by commas")
    parser.add_argument("--home", type=Path, help="an empty folder for the archives; kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="archive-benchmark-") as temporary:
        home = options.home or Path(temporary)
        home.mkdir(exist_ok=True)
        growth([int(x) for x in options.growth.split(",")], home)


if __name__ == "__main__":
    main()
