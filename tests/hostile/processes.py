"""Processes and their children, as the kernel tells."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

A_WHILE = 300
"""Seconds: on a machine that starves, not on one that has failed."""


def children(pid: int) -> list[int]:
    """Of all generations."""
    found = []
    try:
        tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
    except (FileNotFoundError, ProcessLookupError):  # a process that has ended since
        return []
    for task in tasks:
        try:
            listed = task.read_text().split()
        except (FileNotFoundError, ProcessLookupError):  # a thread that has ended since
            continue
        for child in listed:
            found += [int(child), *children(int(child))]
    return found


def wait_for_children(pid: int, enough: Callable[[list[int]], bool]) -> list[int]:
    """Of all generations, when there are enough of them."""
    deadline = time.monotonic() + A_WHILE
    while not enough(found := children(pid)):
        assert time.monotonic() < deadline, found
        os.sched_yield()
    return found


def still_there(pids: list[int], *, after: float = A_WHILE) -> list[int]:
    """Those that have not ended within so many seconds; a zombie has ended."""
    deadline = time.monotonic() + after
    return [pid for pid in pids if not _ends(pid, deadline)]


def _ends(pid: int, deadline: float) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        left = max(0.0, deadline - time.monotonic())
        return bool(select.select([descriptor], [], [], left)[0])
    finally:
        os.close(descriptor)
