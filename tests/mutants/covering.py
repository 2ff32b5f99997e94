"""Tests that run a line of ours, as a recorded run of them tells; kept in `.venv/mutants`, for the next time.

The tests are run once under coverage.py in a copy of the checkout, which writes down each of our lines
with the test that runs it, in processes that the test starts too. A process that a test kills
takes its record with it. A file of tests is recorded again when it has changed.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import coverage
from coverage import CoverageData

RECORDED = "MUTANTS_TEST"
SEEN = "mutants-seen.jsonl"
"""In the copy: a line a test, with its outcome and its seconds."""
PLUGIN = f'''
import json, os, time
import coverage, pytest
from tests.support import forked

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    forked.end()  # commands are forked from a process that has the name of the test it was started for
    os.environ["{RECORDED}"] = item.nodeid
    coverage.Coverage.current().switch_context(item.nodeid)
    begun, item.failed_once = time.monotonic(), False
    try:
        return (yield)
    finally:
        line = json.dumps([item.nodeid, not item.failed_once, time.monotonic() - begun]) + "\\n"
        with open("{SEEN}", "a") as file:
            file.write(line)
        os.environ["{RECORDED}"] = ""
        coverage.Coverage.current().switch_context("")

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    item.failed_once |= report.outcome != "passed"
    return report
'''
START = """
import os
if "COVERAGE_PROCESS_START" in os.environ:
    import coverage
    coverage.process_startup()
"""
SETTINGS = """
[run]
core = ctrace
parallel = true
data_file = {folder}/mutants-lines/data
source =
    {folder}/archive
    {folder}/crawler
    {folder}/pipelines
context = ${{MUTANTS_TEST}}
patch = _exit, fork
disable_warnings = no-data-collected, module-not-imported, module-not-measured, already-imported,
    dynamic-conflict, include-ignored, couldnt-parse, trace-changed, no-sysmon
"""


@dataclass
class Record:
    """Tests by the line they run, in the lines of the checkout as it is."""

    files: dict[str, str] = field(default_factory=dict)
    """Of each recorded file of tests, the hash."""
    sources: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    """Of each test that passed."""
    lines: dict[str, dict[int, set[str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Record:
        if not path.exists():
            return cls()
        found = json.loads(path.read_text())
        names = found["tests"]
        lines = {
            file: {int(line): {names[x] for x in tests} for line, tests in by_line.items()}
            for file, by_line in found["lines"].items()
        }
        return cls(found["files"], found["sources"], found["seconds"], lines)

    def write(self, path: Path) -> None:
        names = sorted(self.seconds)
        number = {name: x for x, name in enumerate(names)}
        lines = {
            file: {line: sorted(number[x] for x in tests & number.keys()) for line, tests in by_line.items()}
            for file, by_line in self.lines.items()
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        document = {"files": self.files, "sources": self.sources, "seconds": self.seconds}
        path.write_text(json.dumps({**document, "tests": names, "lines": lines}))

    def follow(self, checkout: Path) -> None:
        """Move the lines to where they stand in the checkout now, and forget what is gone."""
        for file, before in list(self.sources.items()):
            path = checkout / file
            now = path.read_text() if path.exists() else ""
            if now == before:
                continue
            place = _moved(before, now)
            self.lines[file] = {place[x]: tests for x, tests in self.lines[file].items() if x in place}
            self.sources[file] = now

    def forget(self, gone: Collection[str]) -> None:
        """Forget these files of tests."""
        self.files = {x: hashed for x, hashed in self.files.items() if x not in gone}
        self.seconds = {x: took for x, took in self.seconds.items() if x.partition("::")[0] not in gone}
        for by_line in self.lines.values():
            for line, tests in by_line.items():
                by_line[line] = {x for x in tests if x in self.seconds}

    def add(self, folder: Path, files: dict[str, str], paths: Iterable[str]) -> None:
        """Add what was recorded in a copy of the checkout."""
        for line in (folder / SEEN).read_text().splitlines():
            test, passed, took = json.loads(line)
            if passed:
                self.seconds[test] = took
            else:
                print(f"It did not pass while it was recorded, and is not asked: {test}", flush=True)
        self.files |= files
        data = CoverageData(str(folder / "mutants-lines/data"))
        data.read()
        for file in paths:
            self.sources[file] = (folder / file).read_text()
            by_line = self.lines.setdefault(file, {})
            for number, contexts in data.contexts_by_lineno(str(folder / file)).items():
                names = {name for context in contexts for name in context.split("|")}
                by_line.setdefault(number, set()).update(names & self.seconds.keys())

    def tests_of(self, file: str, line: int) -> list[str]:
        """Tests that run the statement with this line, the quick first.

        An import runs those outside of functions, in whichever test comes first: of them the tests are told
        that run a line with the name they give a value to, or else any line of the file.
        """
        code = self.sources.get(file, "")
        by_line = self.lines.get(file, {})
        found: set[str] = set()
        if _is_in_function(code, line):
            found = {x for number in _statement(code, line) for x in by_line.get(number, ())}
        found = found or {x for name in _assigned(code, line) for x in self._naming(name)}
        found = found or {x for tests in by_line.values() for x in tests}
        return sorted(found, key=lambda x: self.seconds[x])

    def _naming(self, name: str) -> Iterator[str]:
        word = re.compile(rf"\b{name}\b")
        for file, code in self.sources.items():
            by_line = self.lines.get(file, {})
            for number, text in enumerate(code.splitlines(), 1):
                if word.search(text):
                    yield from by_line.get(number, ())


def _moved(before: str, now: str) -> dict[int, int]:
    matcher = difflib.SequenceMatcher(None, before.splitlines(), now.splitlines(), autojunk=False)
    return {
        first + x + 1: second + x + 1
        for first, second, size in matcher.get_matching_blocks()
        for x in range(size)
    }


def _statement(code: str, line: int) -> range:
    """Lines of the innermost statement that has this line."""
    found = range(line, line + 1)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0):
            body = getattr(node, "body", None)
            # of a `for` or a `def`, the head
            end = body[0].lineno - 1 if isinstance(body, list) else node.end_lineno
            if node.lineno <= line <= (end or 0):
                found = range(node.lineno, (end or 0) + 1)
    return found


def _is_in_function(code: str, line: int) -> bool:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            is_within = node.lineno <= line <= (node.end_lineno or 0)
            if is_within:
                return True
    return False


def _assigned(code: str, line: int) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno <= line <= (node.end_lineno or 0):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from (x.id for x in ast.walk(target) if isinstance(x, ast.Name))


def hashes(checkout: Path, tests: Iterable[str]) -> dict[str, str]:
    """Of every file of tests below these names, the hash."""
    return {
        path.relative_to(checkout).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in _test_files(checkout, tests)
    }


def _test_files(checkout: Path, tests: Iterable[str]) -> Iterator[Path]:
    for name in tests:
        path = checkout / name
        yield from sorted(path.rglob("test_*.py")) if path.is_dir() else [path]


def record(folder: Path, python: Path, tests: list[str]) -> None:
    """Run these tests in a copy of the checkout, under coverage.py."""
    shutil.copytree(Path(coverage.__file__).parent, folder / "coverage", dirs_exist_ok=True)
    (folder / "mutants_recording.py").write_text(PLUGIN)
    (folder / "sitecustomize.py").write_text(START)
    settings = folder / "mutants.coveragerc"
    settings.write_text(SETTINGS.format(folder=folder))
    (folder / "mutants-lines").mkdir()
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "COVERAGE_PROCESS_START": str(settings),
        RECORDED: "",
    }
    command = [*(str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "mutants_recording")]
    command += ["-n", "2", "--dist", "loadfile", *tests]
    subprocess.run(command, cwd=folder, env=environment, check=False)
    combine = ["-m", "coverage", "combine", "--quiet", f"--rcfile={settings}"]
    environment.pop("COVERAGE_PROCESS_START")
    subprocess.run([sys.executable, *combine], cwd=folder, env=environment, check=True)
