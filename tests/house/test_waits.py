"""No test waits without end: for a command whose output somebody holds, or for a process that has ended."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.hostile.processes import wait_for_children
from tests.support import forked


def test_output_that_nobody_closes_ends_the_wait() -> None:
    readable, held = os.pipe()
    os.write(held, b"so far")
    written = {readable: b""}
    try:
        with pytest.raises(TimeoutError, match="so far"):
            forked._read_to_end(written, 0.01)
    finally:
        os.close(readable)
        os.close(held)
    assert written == {readable: b"so far"}


def test_a_process_that_has_ended_gets_no_children() -> None:
    with (
        subprocess.Popen([sys.executable, "-c", ""]) as process,
        pytest.raises(AssertionError, match="has ended"),
    ):
        wait_for_children(process.pid, bool)
