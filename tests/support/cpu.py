"""The CPU of each test, with the processes that it starts: `--processes` prints the dearest at its end."""

from __future__ import annotations

import os
import resource
import socket
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest

TEST = "PYTEST_CURRENT_TEST"
"""The variable in which pytest names a test and its stage: `path::test (setup)`."""
_FILE = "cpu"
_TOP = 12


def run_stage(folder: Path, test: str) -> Generator[None, object, object]:
    """Note what a stage of a test takes in this process and in the children that it waits for."""
    before = _seconds()
    try:
        return (yield)
    finally:
        note(folder, test, _seconds() - before)


def wait_for(pid: int, socket_of_server: socket.socket, environment: dict[str, str]) -> int:
    """Wait for a process that a test has asked a server for; note its CPU and return its exit code."""
    _, status, usage = os.wait4(pid, 0)
    folder = Path(socket_of_server.getsockname()).parent
    note(folder, environment.get(TEST, ""), usage.ru_utime + usage.ru_stime)
    return os.waitstatus_to_exitcode(status)


def note(folder: Path, test: str, seconds: float) -> None:
    with (folder / _FILE).open("a") as file:
        file.write(f"{seconds:.3f} {test}\n")


class Notes:
    """What the tests of a run took, read before its folders are removed."""

    def __init__(self, folders: list[Path]) -> None:
        self.tests: dict[str, float] = defaultdict(float)
        self.files: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for number, folder in enumerate(folders):
            for line in _lines(folder / _FILE):
                seconds, _, name = line.partition(" ")
                test, _, stage = name.rpartition(" ")
                self.tests[test] += float(seconds)
                stage = "commands" if number else stage.strip("()")
                self.files[test.partition("::")[0]][stage] += float(seconds)

    def show(self, reporter: pytest.TerminalReporter) -> None:
        """Print the files and the tests that took most; whole runs only have enough of them."""
        if len(self.files) <= _TOP:
            return
        here, tests, whole = _seconds(resource.RUSAGE_SELF), sum(self.tests.values()), _seconds()
        reporter.section(
            f"{whole:.0f} s of CPU: {tests:.0f} in tests, {here:.0f} to collect them and report, "
            f"{whole - here - tests:.0f} to start what runs them; the files and tests that took most"
        )
        by_seconds = sorted(self.files.items(), key=lambda file: -sum(file[1].values()))
        for path, stages in by_seconds[:_TOP]:
            parts = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in sorted(stages.items()))
            reporter.write_line(f"{sum(stages.values()):6.1f} {path}: {parts}")
        for test, seconds in sorted(self.tests.items(), key=lambda item: -item[1])[:_TOP]:
            reporter.write_line(f"{seconds:6.1f} {test}")


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _seconds(*whose: int) -> float:
    usages = [resource.getrusage(who) for who in whose or (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
