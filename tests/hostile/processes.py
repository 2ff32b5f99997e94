"""Processes and their children, as the kernel tells."""

from __future__ import annotations

import time
from pathlib import Path


def children(pid: int) -> list[int]:
    """Of all generations."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children(int(child))]
    return found


def still_there(pids: list[int], *, after: float) -> list[int]:
    """Those that have not ended within so many seconds; a zombie has ended."""
    deadline = time.monotonic() + after
    left = pids
    while left and time.monotonic() < deadline:
        left = [pid for pid in left if _runs(pid)]
    return left


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}
