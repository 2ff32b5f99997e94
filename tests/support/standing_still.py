"""A command on a bad machine: all of its processes stand still for a while, or it has to share the cores.

    python -m tests.support.standing_still --seconds 20 --after 60 --times 1 -- make test
    python -m tests.support.standing_still --beside 6 -- make test

What a suspended laptop, a migrated virtual machine or a throttled container does: SIGSTOP to the command and
all that descends from it, in whatever session or process group, and SIGCONT to all of them later. The exit
code is the command's. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
# until the one that started it is gone, however that ended
_BUSY = "import os\nparent = os.getppid()\nwhile os.getppid() == parent:\n    pass\n"


@dataclass
class Freezer:
    """Stops the tree of a process now and then, from a thread of its own."""

    pid: int
    after: float
    seconds: float
    times: int | None
    done: list[tuple[int, float]] = field(default_factory=list)
    """Of each freeze: how many processes stood still, and for how many seconds."""

    def __post_init__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._freeze, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _freeze(self) -> None:
        while self.times is None or len(self.done) < self.times:
            if self._over.wait(self.after):
                return
            began = time.monotonic()
            stopped = stop(self.pid)
            self._over.wait(self.seconds)
            go_on(stopped)
            self.done.append((len(stopped), time.monotonic() - began))


def descendants(pid: int) -> list[int]:
    """Of all generations; those whose parent has ended are children of the subreaper, this process."""
    found = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # each may have ended since
        for task in list(Path(f"/proc/{pid}/task").glob("*/children")):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for child in task.read_text().split():
                    found += [int(child), *descendants(int(child))]
    return found


def stop(pid: int) -> list[int]:
    """All that stood still by this; what a test had stopped itself is not touched."""
    stopped: list[int] = []
    seen: set[int] = set()
    while new := [one for one in (pid, *descendants(pid)) if one not in seen]:
        for one in new:
            seen.add(one)
            if _state(one) not in {"T", "Z", "X"}:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGSTOP)
                    stopped.append(one)
                # on its way until the kernel comes by, and a busy one may start others until then
                while _state(one) not in {"T", "Z", "X"}:
                    os.sched_yield()
    return stopped


def go_on(pids: list[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    running = [subprocess.Popen([sys.executable, "-c", _BUSY]) for _ in range(loops)]
    try:
        yield
    finally:
        for process in running:
            process.kill()


def run(command: list[str], after: float, seconds: float, times: int | None) -> tuple[int, Freezer]:
    """The command's exit code, and what was done to it."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    pid = os.posix_spawnp(command[0], command, os.environ, setsid=True)
    freezer = Freezer(pid, after, seconds, times)
    if seconds > 0:
        freezer.start()
    code = None
    # not for the command alone: what its children leave behind comes here, a zombie until it is asked for
    while code is None:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            code = os.waitstatus_to_exitcode(status)
    if seconds > 0:
        freezer.end()
    return code, freezer


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.support.standing_still", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--seconds", type=float, default=0, help="that all of it stands still; 0: never")
    parser.add_argument("--after", type=float, default=60, help="seconds before each time")
    parser.add_argument("--times", type=int, default=1, help="how often; 0: until the command ends")
    parser.add_argument("--beside", type=int, default=0, help="busy loops that run as long as the command")
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    with busy(given.beside):
        code, freezer = run(given.command, given.after, given.seconds, given.times or None)
    many, longest = len(freezer.done), max((seconds for _, seconds in freezer.done), default=0)
    most = max((processes for processes, _ in freezer.done), default=0)
    print(f"stood still {many} times, up to {most} processes for up to {longest:.1f} s; ", end="")
    print(f"busy loops beside it: {given.beside}; exit code {code}")
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
