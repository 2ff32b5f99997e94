"""The cost of a process while it is waited for, counted by looks of the event loop.

A machine that stands still moves all clocks at once, and may charge the pause as CPU time to whoever ran: a
virtual machine that is suspended or migrated, a container that is throttled, a laptop that sleeps. So of what
lies between two looks no more counts than the loop had meant to wait. Whatever stood still makes one look.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

LOOKS = 5
"""At least so many of them reach a limit, less one where each comes late."""
_LATE = 1.25
"""So much of the time between two looks counts: a loop that is a little late loses nothing."""
_SHORTEST = 0.01
# CPU time is told in hundredths of a second
_TICK = 0.01


class Verdict(enum.Enum):
    COSTLY = enum.auto()
    """It has used its CPU time."""
    IDLE = enum.auto()
    """It has used no CPU for so long that it cannot be at work."""
    ENDED = enum.auto()


class Watch:
    """Asks for a look after `wait` seconds, again and again."""

    def __init__(self, pid: int, *, cpu: float, idle: float, since: float | None = None) -> None:
        """`cpu`, `idle`: seconds that it may use, and that it may use nothing, in a row.

        `since`: what it had used at the beginning; None where the first look shall find out.
        """
        self.wait = self._between = min(cpu, idle) / LOOKS
        self._pid = pid
        self._cpu = cpu
        self._idle = idle
        self._seen = since
        self._process: psutil.Process | None = None
        self.cost = 0.0
        """Seconds of CPU that count."""
        self._without = 0.0

    def look(self, *, moved: bool = False) -> Verdict | None:
        """None while it may go on. `moved`: it has shown otherwise that it is at work."""
        now = self._used()
        if now is None:
            return Verdict.ENDED
        used = 0.0 if self._seen is None else max(0.0, now - self._seen)
        self._seen = now
        self.cost += min(used, self.wait * _LATE)
        self._without = 0.0 if moved or used >= _TICK else self._without + self.wait
        if self.cost >= self._cpu:
            return Verdict.COSTLY
        if self._without >= self._idle:
            return Verdict.IDLE
        # the last one as soon as the limit can be reached: nothing is used beyond it
        self.wait = max(_SHORTEST, min(self._between, self._cpu - self.cost))
        return None

    def _used(self) -> float | None:
        import psutil  # noqa: PLC0415  few crawls look at all: 30 ms

        try:
            self._process = self._process or psutil.Process(self._pid)
            with self._process.oneshot():
                if self._process.status() == psutil.STATUS_ZOMBIE:
                    return None
                times = self._process.cpu_times()
        except psutil.NoSuchProcess:
            return None
        return float(times.user + times.system)
