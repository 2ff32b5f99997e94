"""The CPU time of a process, measured at intervals by the event loop that waits for it.

A machine that stands still moves all clocks at once, and may count the pause as CPU time: a suspended or
migrated virtual machine, a throttled container, a sleeping laptop. So between two measurements, at most the
time that the loop had meant to wait counts. A pause of any length counts as one interval.
"""

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

MEASUREMENTS = 5
"""Measurements that are needed to reach a limit, or one fewer if each comes late."""
_LATE = 1.25
"""Factor of the interval that counts at most, so that a loop that is a little late loses nothing."""
_SHORTEST = 0.01
# the kernel reports CPU time in hundredths of a second
_TICK = 0.01


class WatchResult(enum.Enum):
    COSTLY = enum.auto()
    """The process has used its CPU time."""
    IDLE = enum.auto()
    """The process has used no CPU for so long that it cannot be at work."""
    ENDED = enum.auto()


class Watch:
    """A measurement that asks to be repeated after `wait` seconds."""

    def __init__(self, pid: int, *, cpu: float, idle: float, since: float | None = None) -> None:
        """Set the limits: `cpu` seconds of CPU time, `idle` seconds in a row without any.

        `since` is the CPU time at the beginning; None if the first measurement has to find it.
        """
        self.wait = self._between = min(cpu, idle) / MEASUREMENTS
        self._pid = pid
        self._cpu = cpu
        self._idle = idle
        self._last_cpu = since
        self._process: psutil.Process | None = None
        self.cost = 0.0
        """Seconds of CPU time that count."""
        self._without = 0.0

    def measure(self, *, has_moved: bool = False) -> WatchResult | None:
        """Return None while the process may go on; `has_moved` if it has shown that it works, without CPU."""
        now = self._used()
        if now is None:
            return WatchResult.ENDED
        used = 0.0 if self._last_cpu is None else max(0.0, now - self._last_cpu)
        self._last_cpu = now
        self.cost += min(used, self.wait * _LATE)
        self._without = 0.0 if has_moved or used >= _TICK else self._without + self.wait
        if self.cost >= self._cpu:
            return WatchResult.COSTLY
        if self._without >= self._idle:
            return WatchResult.IDLE
        # the last interval ends as soon as the limit can be reached, so nothing is used beyond it
        self.wait = max(_SHORTEST, min(self._between, self._cpu - self.cost))
        return None

    def _used(self) -> float | None:
        import psutil  # noqa: PLC0415  30 ms, and few crawls measure at all

        try:
            self._process = self._process or psutil.Process(self._pid)
            with self._process.oneshot():
                if self._process.status() == psutil.STATUS_ZOMBIE:
                    return None
                times = self._process.cpu_times()
        except psutil.NoSuchProcess:
            return None
        return float(times.user + times.system)
