"""Seconds, bytes and memory of this process."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], object]) -> tuple[float, object]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def bytes_written() -> int:
    """By write(2), of this process, files and all."""
    try:
        lines = Path("/proc/self/io").read_text("ascii").splitlines()
    except OSError:  # Linux only
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))
