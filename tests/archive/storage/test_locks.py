"""Locks and forked processes: see also tests/archive/test_faults.py."""

import subprocess
import sys

PROGRAM = """
import os, sys
handlers = []
def register(*, after_in_child=None, **_):
    if getattr(after_in_child, "__module__", None) == "archive.storage.locks":
        handlers.append(after_in_child)
os.register_at_fork = register
from archive.storage import locks
import archive.writer
print(len(handlers))
for _ in range(2):
    descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
    assert locks.try_lock(descriptor)
    locks.close(descriptor)
print(len(handlers))
"""


def test_importing_registers_nothing_and_locking_does_it_once(tmp_path):
    program = [sys.executable, "-c", PROGRAM, str(tmp_path / "lock")]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "1"]
