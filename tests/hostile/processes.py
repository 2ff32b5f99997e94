"""Processes and their children, as the kernel tells."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Callable, Iterator
from pathlib import Path

A_WHILE = 300
"""Seconds: on a machine that starves, not on one that has failed."""
_LOOK = 0.01
"""Seconds between two looks at the children of a process; its end is seen at once."""


def children(pid: int) -> list[int]:
    """Of all generations."""
    family = []
    for child in forked_by(pid):
        family += [child, *children(child)]
    return family


def forked_by(pid: int) -> list[int]:
    """Of one generation.

    The children of a thread that ends go to another thread, which may have been read before: all are read
    again then.
    """
    while True:
        threads = _threads(pid)
        pids: list[int] = []
        for thread in threads:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                pids += map(int, (thread / "children").read_text().split())
        if _threads(pid) == threads:
            return pids


def _threads(pid: int) -> list[Path]:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return sorted(Path(f"/proc/{pid}/task").iterdir())
    return []


def wait_for_children(pid: int, enough: Callable[[list[int]], bool]) -> list[int]:
    """Of all generations, when there are enough of them; fails at once where the process itself has ended."""
    deadline = time.monotonic() + A_WHILE
    with _process(pid) as life:
        while not enough(family := children(pid)):
            # its last child may have come after the look above
            ended = life is None or select.select([life], [], [], _LOOK)[0]
            if ended:
                family = children(pid)
                assert enough(family), f"{pid} has ended, with children {family}"
                break
            assert time.monotonic() < deadline, family
    return family


def still_there(pids: list[int], *, after: float = A_WHILE) -> list[int]:
    """Those that have not ended within so many seconds; a zombie has ended."""
    deadline = time.monotonic() + after
    return [pid for pid in pids if not _ends(pid, deadline)]


def _ends(pid: int, deadline: float) -> bool:
    with _process(pid) as life:
        return life is None or bool(select.select([life], [], [], max(0.0, deadline - time.monotonic()))[0])


@contextlib.contextmanager
def _process(pid: int) -> Iterator[int | None]:
    """A descriptor that can be read when the process has ended; None where it is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)
