"""Mutation tests of the archive and of the guards: how many small faults do the tests see?

    make mutants                                   six minutes of faults, drawn at random
    make mutants MINUTES=60 SEED=7                 more, and others
    make mutants WHAT=archive/wal/segment.py       of these files only

One fault at a time stands in a copy of the checkout, while the tests run there that run its line, the quick
ones first: so many as take a twentieth of the time of all. What passes them is printed as a diff; a test that
was not asked may see it all the same, and what changes nothing that anybody can observe no test can see. So
read what survives before you write a test for it.

The first time, and after a change of tests, these are recorded first (tests/mutants/covering.py).
Run it with a Python that has cosmic-ray and coverage.py, and not with ours: `make mutants` does.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from threading import Lock

from tests.mutants.covering import Record, hashes, record
from tests.mutants.faults import faults_of
from tests.mutants.named import Fault, named_faults

CHECKOUT = Path(__file__).parents[2]
KEPT = CHECKOUT / ".venv/mutants/lines.json"
GUARDS = (
    *("crawler/downloader/public_hosts.py", "crawler/downloader/resolver.py"),
    *("crawler/downloader/handler.py", "crawler/middlewares/addresses.py"),
    *("crawler/middlewares/compression.py", "crawler/middlewares/redirects.py"),
    *("crawler/discovery/unpacking.py", "crawler/workers/fork_server.py"),
    *("crawler/downloader/robots_parser.py", "crawler/outlet/address_pattern.py"),
    *("crawler/workers/worker.py", "crawler/workers/watch.py"),
    *("crawler/importing/frames.py", "crawler/importing/members.py", "crawler/importing/records.py"),
    *("crawler/importing/web_archives.py", "crawler/importing/web_server.py"),
    *("crawler/importing/source_files.py", "crawler/importing/page_task.py"),
    *("crawler/importing/remote_file.py", "crawler/importing/positions.py"),
    *("crawler/importing/indexes/cdx.py", "crawler/importing/indexes/captures.py"),
    *("crawler/importing/indexes/index_import.py", "crawler/importing/indexes/index_source.py"),
    "crawler/importing/indexes/capture_journal.py",
)
TESTS = (
    *("tests/archive", "tests/hostile", "tests/crawler/discovery", "tests/crawler/downloader"),
    *("tests/crawler/middlewares", "tests/crawler/workers", "tests/crawler/inspection"),
    "tests/crawler/importing",
    *("tests/crawler/health/test_outlet_history.py", "tests/crawler/reports/test_accounting.py"),
    *(
        "tests/crawler/story/test_memory_limit.py",
        "tests/crawler/story/test_purged_crawl.py",
        "tests/crawler/story/test_synced_crawl.py",
    ),
)
"""Tests that are recorded, and asked."""
STORES = "tests/archive/storage/test_object_store"
"""Their server takes longer to start than any test: asked about what only they run, and its own folder."""
QUICK, ALL = 0.01, 0.05
"""Shares of the recorded seconds: of tests that are asked first, and that are asked at all.

Shares, because the record may have been made on a machine that had much else to do.
"""
PATIENCE = 120
"""Seconds more than ten times those of the record: a fault that makes tests wait for ever is seen."""
ASIDE = 2
"""Faults that are looked at beside each other, each in a copy of its own."""


@dataclass(frozen=True)
class Verdict:
    fault: Fault
    by: str | None
    """The test that has seen it, or how it was noticed."""
    asked: int


class Copy:
    """A copy of the checkout with a fault in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written = 0
        listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listed, cwd=CHECKOUT, capture_output=True, check=True, text=True).stdout
        for name in filter(None, names.split("\0")):
            if (CHECKOUT / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(CHECKOUT / name, folder / name)
        data = CHECKOUT.parent / "shared"
        if data.exists() and not (folder.parent / "shared").exists():
            (folder.parent / "shared").symlink_to(data.resolve())

    def judge(self, fault: Fault, lines: Record, python: Path) -> Verdict:
        path = self.folder / fault.path
        before = path.read_text()
        self._write(path, fault.code)
        asked = 0
        try:
            for tests in [fault.tests] if fault.tests else _portions(fault, lines):
                asked += len(tests)
                if by := self._seen(tests, lines, python):
                    return Verdict(fault, by, asked)
            return Verdict(fault, None, asked)
        finally:
            self._write(path, before)

    def _write(self, path: Path, code: str) -> None:
        """A time that no other text of this file had: what Python compiled is known by time and length."""
        path.write_text(code)
        self._written += 1
        os.utime(path, (self._written, self._written))

    def _seen(self, tests: Sequence[str], lines: Record, python: Path) -> str | None:
        environment = {**os.environ, "PYTHONPATH": str(self.folder)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        temporary = self.folder.parent / f"{self.folder.name}-tests"
        shutil.rmtree(temporary, ignore_errors=True)
        command = [*(str(python), "-m", "pytest", "-x", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider")]
        command += ["-m", "not slow and not live"]
        command += ["--basetemp", str(temporary), *tests]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            told, _ = process.communicate(
                timeout=PATIENCE + 10 * sum(lines.seconds.get(x, 60) for x in tests)
            )
        except subprocess.TimeoutExpired:
            return "a test that never ends"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.returncode == 0:
            return None
        if process.returncode == 4 and "not found" in told:
            raise LookupError(told)
        named = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", told, re.MULTILINE)
        return named[1] if named else f"all: {told.strip().splitlines()[-1] if told.strip() else 'no start'}"


def _portions(fault: Fault, lines: Record) -> Iterator[list[str]]:
    """Tests to be asked, in two portions: the quick ones, then some of each file of tests."""
    tests = lines.tests_of(fault.path, fault.line)
    if not fault.path.startswith("archive/storage/"):
        tests = [x for x in tests if not x.startswith(STORES)] or tests
    tests = _in_order(tests, lines)
    whole = sum(lines.seconds.values())
    quick = list(_worth(tests, QUICK * whole, lines))
    if quick:
        yield quick
    if rest := list(_worth(_by_turns(tests[len(quick) :]), ALL * whole, lines)):
        yield rest


def _in_order(tests: list[str], lines: Record) -> list[str]:
    """The quick first, but not all the parameters of one."""
    often: dict[str, int] = {}
    rank = {}
    for test in tests:
        name = test.partition("[")[0]
        often[name] = often.get(name, 0) + 1
        rank[test] = lines.seconds[test] * often[name]
    return sorted(tests, key=lambda x: rank[x])


def _by_turns(tests: list[str]) -> list[str]:
    """One of each file of tests, then the next of each: what one cannot see, its neighbour may not either."""
    often: dict[str, int] = {}
    turn = {}
    for test in tests:
        file = test.partition("::")[0]
        turn[test] = often[file] = often.get(file, 0) + 1
    return sorted(tests, key=lambda x: turn[x])


def _worth(tests: list[str], seconds: float, lines: Record) -> Iterator[str]:
    """So many of them as take so long; one at least."""
    spent = 0.0
    for test in tests:
        spent += lines.seconds[test]
        if spent > seconds and spent > lines.seconds[test]:
            return
        yield test


def modules(wanted: list[str]) -> list[Path]:
    if wanted:
        return [Path(name) for name in wanted]
    found = [path.relative_to(CHECKOUT) for path in sorted((CHECKOUT / "archive").rglob("*.py"))]
    return [*(path for path in found if path.name != "__init__.py"), *map(Path, GUARDS)]


def recorded(folder: Path, python: Path) -> Record:
    """The record of the tests as they are, made where it is missing."""
    found = Record.read(KEPT)
    found.follow(CHECKOUT)
    now = hashes(CHECKOUT, TESTS)
    changed = [name for name, hashed in now.items() if found.files.get(name) != hashed]
    found.forget({*found.files.keys() - now.keys(), *changed})
    if changed:
        print(f"{len(changed)} files of tests are recorded first; that is kept.", flush=True)
        copy = Copy(folder / "recorded")
        record(copy.folder, python, changed)
        paths = [
            path.relative_to(CHECKOUT).as_posix()
            for package in ("archive", "crawler", "pipelines")
            for path in (CHECKOUT / package).rglob("*.py")
        ]
        found.add(copy.folder, {name: now[name] for name in changed}, paths)
        found.write(KEPT)
    return found


def drawn(paths: list[Path], draw: random.Random) -> Iterator[Fault]:
    """Faults of these files; a long one has more in it."""
    weights = [len(path.read_text().splitlines()) for path in paths]
    waiting = [faults_of(path, draw) for path in paths]
    while any(weights):
        (number,) = draw.choices(range(len(paths)), weights)
        fault = next(waiting[number], None)
        if fault is None:
            weights[number] = 0
        else:
            yield fault


def named(wanted: str) -> Iterator[Fault]:
    for one in named_faults(wanted):
        if (fault := one.fault(CHECKOUT)) is None:
            print(f"{one.file} says otherwise by now: {one.what}", flush=True)
        else:
            yield fault


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", type=Path, default=CHECKOUT / ".venv/bin/python")
    parser.add_argument(
        "--named",
        nargs="?",
        const="",
        help="those of named.toml, or what this regular expression finds of them",
    )
    parser.add_argument("files", nargs="*", help="of archive/ and crawler/, relative; without: all")
    asked = parser.parse_args()
    os.chdir(CHECKOUT)
    python = asked.python.absolute()
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        if asked.named is None:
            lines = recorded(Path(name), python)
            faults = drawn(modules(asked.files), random.Random(asked.seed))
        else:
            lines, faults = Record(), named(asked.named)
        copies: Queue[Copy] = Queue()
        for number in range(ASIDE):
            copies.put(Copy(Path(name) / f"copy-{number}"))
        end = time.monotonic() + asked.minutes * 60
        verdicts: list[Verdict] = []
        drawing = Lock()

        def judge(_: int) -> None:
            copy = copies.get()
            while asked.named is not None or time.monotonic() < end:
                with drawing:
                    fault = next(faults, None)
                if fault is None:
                    break
                verdict = copy.judge(fault, lines, python)
                verdicts.append(verdict)
                tell(verdict)

        with ThreadPoolExecutor(ASIDE) as pool:
            list(pool.map(judge, range(ASIDE)))
    seen = sum(verdict.by is not None for verdict in verdicts)
    share = seen / max(len(verdicts), 1)
    drawn_by = f"; seed {asked.seed}" if asked.named is None else ""
    print(f"\n{seen} of {len(verdicts)} faults were seen ({share:.0%}){drawn_by}.")


def tell(verdict: Verdict) -> None:
    fault = verdict.fault
    where = f"{fault.path}:{fault.line} {fault.kind}"
    if verdict.by is not None:
        print(f"{where}: {verdict.by}", flush=True)
    else:
        told = f"SURVIVED {verdict.asked} tests"
        print(f"{where}: {told}\n{fault.diff((CHECKOUT / fault.path).read_text())}", flush=True)


if __name__ == "__main__":
    main()
