"""Measure what the age of an archive costs: commands on archives that differ in how many commits there were.

    python benchmarks/age.py                                 100, 1,000, 10,000 and 100,000 commits
    python benchmarks/age.py --tree ../older --unfolded      another checkout, every manifest in _log
    python benchmarks/age.py --inodes 1500                   real commits, and what gc leaves of them

Commits are 28 seconds apart: 32 outlets every quarter of an hour. All sizes have the same articles, so that
only the number of commits differs; manifests and history are written directly, by functions of the library.
What is older than a day lies in the history, as `gc` leaves it, unless `--unfolded` is given. Figures are
seconds of processor time, the least of three.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

# a benchmark beside this one has the name of a package of ours
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec
from storage.invented import records

import archive
from archive.commit.committer import Committer
from archive.commit.fold import KEPT_MANIFESTS
from archive.format.snapshot import seal
from archive.opening import open_existing
from archive.writer import ArchiveWriter

HERE = Path(__file__).resolve().parents[1]
APART = timedelta(seconds=86_400 / (32 * 96))
COMMITS, ARTICLES = 40, 20
TURNS = 3
GOAL = 0.1
COUNTERS = (
    *("archive/archived", "archive/observations", "archive/pairs_decided", "archived", "unchanged"),
    *("skipped(known)", "skipped(not-an-article)", "failed(http-404)", "requests/crawl", "requests/revisit"),
    *("sources/read", "sources/failed", "run/finished", "run/owed", "run/problems"),
)


def decide(_fresh: object, _related: object) -> list[object]:
    return []


def seed(folder: Path) -> None:
    """The archive that all sizes have in common."""
    with ArchiveWriter.open(folder, run_id="seed") as writer:
        for number in range(COMMITS):
            for record in records(number * ARTICLES, ARTICLES):
                writer.add_article(record)
            writer.commit()


def manifest(snapshot: object) -> bytes:
    document = asdict(snapshot) | {"committed_at": snapshot.committed_at.isoformat()}
    lines = ",\n".join(json.dumps(file) for file in document.pop("files"))
    return seal(json.dumps(document, indent=1)[:-2] + f',\n "files": [\n{lines}\n ]\n}}\n')


def age(folder: Path, commits: int, *, unfolded: bool) -> None:
    """Give an archive so many commits, the last of them now."""
    storage, log, head = open_existing(folder)
    now = datetime.now(UTC)
    day_ago = now - timedelta(days=1)
    like = log.entry(head.id)
    pending = []
    for path in storage.layout.log.glob("*.json"):
        if path.stem != f"{0:020d}":
            path.unlink()
    for number in range(1, commits + 1):
        at = now - APART * (commits - number)
        run = f"{at:%Y%m%dT%H%M%SZ}-outlet{number % 32}-{1000 + number}"
        counts = {name: (number * 7 + place) % 90 for place, name in enumerate(COUNTERS)}
        told = {"id": number, "parent": number - 1, "committed_at": at, "run_id": run, "summary": counts}
        if not unfolded and number <= commits - KEPT_MANIFESTS and at + APART < day_ago:
            pending.append(msgspec.structs.replace(like, segments=(f"{number:032x}",), **told))
        else:
            one = replace(head, rewrote={}, **told)
            storage.layout.manifest(number).write_bytes(manifest(one))
        if len(pending) >= 4096 or (pending and number == commits):
            log.history.add(pending)
            pending = []
    assert archive.open(folder).snapshot.id == commits
    shutil.rmtree(storage.layout.views)
    storage.layout.views.mkdir()
    (folder / "state.sqlite").unlink()


# What is measured, each in a process of its own with the checkout that is asked for.


def run(tree: Path, folder: Path, *command: str) -> float:
    """Seconds of processor time, which other work on the machine changes less than it does the clock."""
    env = {**os.environ, "PYTHONPATH": str(tree), "TRIPTYCH_CACHE": str(folder.parent / "cache")}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *command], cwd=tree, env=env, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{command}: {done.stdout[-500:]} {done.stderr[-1500:]}")
    if command[0] == "-c":
        return float(done.stdout.split()[-1])
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


OPEN = """
import sys, time, archive, archive.read.archive
began = time.process_time(); archive.open(sys.argv[1]); print(time.process_time() - began)
"""
WRITER = """
import sys, time
from archive.writer import ArchiveWriter
began = time.process_time(); ArchiveWriter.open(sys.argv[1], run_id="measure").close()
print(time.process_time() - began)
"""
COMMIT = f"""
import sys, time
sys.path.append({str(HERE / "benchmarks")!r})
from archive.writer import ArchiveWriter
from storage.invented import records
writer = ArchiveWriter.open(sys.argv[1], run_id="measure")
first = int(time.time() * 10) % 10**6 + 10**5
times = []
for number in range(6):
    for record in records(first + number * 20, 20): writer.add_article(record)
    began = time.process_time(); writer.commit(); times.append(time.process_time() - began)
print(sorted(times)[2])
"""
MEASURES = {
    "ls -n 20": ("-m", "archive", "ls", "-n", "20", "--archive"),
    "open": ("-c", OPEN),
    "writer opens": ("-c", WRITER),
    "commit": ("-c", COMMIT),
    "repair": ("-m", "archive", "repair", "--archive"),
    "verify": ("-m", "archive", "verify", "--archive"),
    "gc": ("-m", "archive", "gc", "--archive"),
}
FLAT = ("ls -n 20", "open", "writer opens", "commit", "repair")


def measure(tree: Path, folder: Path, *, once: bool) -> dict[str, float]:
    found = {}
    for first in ("writer opens", "repair", "verify"):
        # the first makes the cache anew, collects and looks at everything; then it is as on any other day
        found[f"{first}, first"] = run(tree, folder, *MEASURES[first], str(folder))
    for name, command in MEASURES.items():
        times = [run(tree, folder, *command, str(folder)) for _ in range(1 if once else TURNS)]
        found[name] = min(times)
    log = sum(path.stat().st_size for x in ("_log", "_history") for path in (folder / x).glob("*"))
    return found | {"log MB": log / 1e6, "files of the log": len(list((folder / "_log").iterdir()))}


def print_table(rows: dict[int, dict[str, float]]) -> None:
    names = list(next(iter(rows.values())))
    print("| commits | " + " | ".join(names) + " |\n|---" + "|---:" * len(names) + "|")
    for commits, row in rows.items():
        cells = (f"{row[name]:.0f}" if row[name] >= 100 else f"{row[name]:.3g}" for name in names)
        print(f"| {commits:,} | " + " | ".join(cells) + " |", flush=True)


def inodes(folder: Path, commits: int) -> None:
    """Real commits, then `gc` as it is a day later."""
    later = datetime.now(UTC) + timedelta(days=2)
    with ArchiveWriter.open(folder, run_id="inodes") as writer:
        for number in range(commits):
            for record in records(number * 3, 3):
                writer.add_article(record)
            writer.commit()
    _count(folder, commits, "before gc")
    with Committer.open(folder, "inodes") as committer:
        committer._now = lambda: later
        committer.collect(None, dry_run=False)
    _count(folder, commits, "after gc, a day later")


def _count(folder: Path, commits: int, when: str) -> None:
    paths = list(folder.rglob("*"))
    files = {path.lstat().st_ino for path in paths}
    print(
        f"{commits:,} commits, {when}: {len(paths):,} names, {len(files):,} inodes, "
        f"{len(paths) / commits:.2f} and {len(files) / commits:.2f} a commit"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--commits", default="100,1000,10000,100000", help="sizes, by commas")
    parser.add_argument("--tree", type=Path, default=HERE, help="the checkout to be measured")
    parser.add_argument("--unfolded", action="store_true", help="every manifest in _log, as before")
    parser.add_argument("--once", action="store_true", help="each command once, where it takes minutes")
    parser.add_argument("--inodes", type=int, metavar="COMMITS", help="count inodes, and nothing else")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="age-") as temporary:
        home = Path(temporary)
        if options.inodes:
            inodes(home / "archive", options.inodes)
            return
        seed(home / "seed")
        rows: dict[int, dict[str, float]] = {}
        for commits in map(int, options.commits.split(",")):
            folder = home / f"{commits}" / "archive"
            shutil.copytree(home / "seed", folder, symlinks=True)
            age(folder, commits, unfolded=options.unfolded)
            rows[commits] = measure(options.tree.resolve(), folder, once=options.once)
            shutil.rmtree(folder.parent)
        print_table(rows)
        few, many = min(rows), max(rows)
        if few == many:
            return
        print()
        for name in FLAT:
            exponent = math.log(rows[many][name] / rows[few][name]) / math.log(many / few)
            reached = "reached" if exponent <= GOAL else "MISSED"
            print(f"{name}: exponent {exponent:.3f} from {few:,} to {many:,}; goal {GOAL}: {reached}")


if __name__ == "__main__":
    main()
