"""The checkout given to a tool that wants an egg."""

from __future__ import annotations

import subprocess
import sys

from tests.support.forked import ROOT


def test_a_tool_that_wants_an_egg_is_told_what_to_deploy() -> None:
    done = subprocess.run(
        [sys.executable, "setup.py", "clean", "-a", "bdist_egg"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Deploy a Scrapy project of your own that has Triptych as an add-on" in done.stderr
    assert "Traceback" not in done.stderr
