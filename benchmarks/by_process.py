"""CPU time of a command by process, read from /proc: the pages of a crawl, and what it costs besides."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
KINDS = {"workers.fork_server": "workers", "pipelines.commit_process": "commits"}
"""Part of a process's command line, and the name of its kind; any other process is the crawl's own."""


def by_process(command: list[str], cwd: Path) -> Counter[str]:
    """Seconds of CPU, user and system; what a process does in its last 30 ms may be missing."""
    known: dict[int, tuple[str, float]] = {}
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            for pid, line, seconds in descendants(process.pid):
                kind = next((name for part, name in KINDS.items() if part in line), "crawl")
                # the command line of one that has ended is empty
                known[pid] = (known[pid][0] if pid in known else kind, seconds)
            time.sleep(0.03)
    total: Counter[str] = Counter()
    for kind, seconds in known.values():
        total[kind] += seconds  # type: ignore[assignment]
    return total


def descendants(root: int) -> list[tuple[int, str, float]]:
    parents: dict[int, int] = {}
    seen: dict[int, tuple[str, float]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            parents[int(folder.name)] = int(fields[1])
            seen[int(folder.name)] = (line, (int(fields[11]) + int(fields[12])) / TICKS)
    ours = {root} & seen.keys()
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return [(pid, *seen[pid]) for pid in ours]
