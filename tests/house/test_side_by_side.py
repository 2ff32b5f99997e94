"""What `--processes` reports: tests of all kinds of ends, each once."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.running import python

TESTS = """
import os

def test_that_passes(tmp_path):
    assert tmp_path.parent.name.startswith("process")

def test_that_fails():
    print("what it printed")
    assert not "equal"

def test_that_ends_its_process():
    os._exit(3)

def test_behind_it(recwarn):
    pass

class Circle:
    def __init__(self):
        self.file, self.itself = open(os.devnull), self

def test_whose_file_is_still_open_when_all_have_ended():
    Circle()
"""


def test_a_test_is_reported_once_whatever_its_process_comes_to(tmp_path: Path) -> None:
    (tmp_path / "test_ends.py").write_text(TESTS)
    command = ["-c", "pyproject.toml", "-p", "tests.conftest", "--processes", "1", str(tmp_path)]
    done = python("-m", "pytest", *command)
    failures = re.findall(r"^FAILED \S+::(\w+) - (.*)", done.stdout, re.M)
    assert [name for name, _ in failures] == [
        "test_that_fails",
        "test_that_ends_its_process",
        "between_tests",
    ]
    assert failures[1][1] == "its process has ended"
    assert done.stdout.count("what it printed") == 2  # the line of the test, and its output
    assert "3 failed, 3 passed" in done.stdout
    assert done.returncode == 1
