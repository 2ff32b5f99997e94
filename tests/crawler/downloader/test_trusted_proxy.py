"""The operator's proxy may be in a private network; that makes no other host of it trusted."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_proxy_is_the_only_private_host_that_is_resolved():
    program = Path(__file__).with_name("resolved.py")
    names = ["127.0.0.1", "127.0.0.2", "10.0.0.1", "93.184.216.34"]
    done = subprocess.run(
        [sys.executable, str(program), "http://127.0.0.1:8080", *names],
        capture_output=True, text=True, check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "127.0.0.1 127.0.0.1",
        "127.0.0.2 private-address",
        "10.0.0.1 private-address",
        "93.184.216.34 93.184.216.34",
    ]
