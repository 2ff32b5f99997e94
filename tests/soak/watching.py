"""What a crawl takes of the machine while it runs: resident memory and open descriptors, from /proc."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.hostile.processes import children

SETTLED = 300
"""Samples; before that workers and the process that commits are still coming up."""


@dataclass
class Watch:
    """Samples a process once a second until it ends; its workers' memory is counted with it."""

    pid: int
    megabytes: list[int] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)

    def start(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(1):
            try:
                taken = sum(_resident(pid) for pid in (self.pid, *children(self.pid)))
                opened = len(list(Path(f"/proc/{self.pid}/fd").iterdir()))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
            if opened:
                self.megabytes.append(taken)
                self.descriptors.append(opened)

    def growth(self) -> tuple[str, float, float]:
        """Medians of the second and the last quarter, as text, and how many times the first they are."""
        if len(self.megabytes) < SETTLED:
            return "", 0, 0
        memory, opened = _quarters(self.megabytes), _quarters(self.descriptors)
        told = f"{len(self.megabytes) // 60} minutes, {memory[0]:.0f} → {memory[1]:.0f} MB"
        told += f", {opened[0]:.0f} → {opened[1]:.0f} descriptors"
        return told, memory[1] / max(memory[0], 1), opened[1] / max(opened[0], 1)


def _quarters(samples: list[int]) -> tuple[float, float]:
    quarter = len(samples) // 4
    return median(samples[quarter : 2 * quarter]), median(samples[-quarter:])


def _resident(pid: int) -> int:
    """Megabytes that are its own: what workers share with their server is counted there."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    own = [int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "RssShmem:"))]
    return sum(own) >> 10
