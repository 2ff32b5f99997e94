from __future__ import annotations

import os
import subprocess
import sys

from tests.support import standing_still
from tests.support.running import ROOT

# a child in a session of its own, as the server of the workers is; a line of each is one call of write(2), so
# that neither is torn by the other
FAMILY = r"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import os; os.write(1, b'child\\n'); input()"],
                         stdin=subprocess.PIPE, start_new_session=True)
os.write(1, b"parent\n")
input()
"""


def test_the_whole_tree_is_stopped_whatever_session_it_is_in() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert {process.stdout.readline(), process.stdout.readline()} == {"parent\n", "child\n"}
    (child,) = standing_still.descendants(process.pid)
    assert os.getsid(child) != os.getsid(process.pid)
    assert sorted(standing_still.stop(process.pid)) == sorted([process.pid, child])
    # what stands still already is another's: it is not this one that lets it go on
    assert standing_still.stop(process.pid) == []
    standing_still.go_on([process.pid, child])
    process.communicate("\n")
    assert process.returncode == 0


def test_the_exit_code_is_the_commands() -> None:
    program = (
        "import time; end = time.monotonic() + 1\nwhile time.monotonic() < end: pass\nraise SystemExit(7)"
    )
    given = ("--seconds", "0.1", "--after", "0.1", "--times", "2", "--beside", "1")
    command = [
        sys.executable,
        "-m",
        "tests.support.standing_still",
        *given,
        "--",
        sys.executable,
        "-c",
        program,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 7
    told = done.stdout.splitlines()[-1]
    assert told.startswith("stood still 2 times, up to 1 processes for up to "), told
    assert told.endswith("; busy loops beside it: 1; exit code 7")
