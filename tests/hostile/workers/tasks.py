"""What workers are given to do in tests: worse than what any page does to them."""

from __future__ import annotations

import mmap
import os
import re
import signal
import time
from pathlib import Path

from crawler.workers.fork_server import MEMORY_LIMIT


def endless(pattern: str = r"(a+)+$") -> bool:
    """Never hands the lock of the interpreter on."""
    return re.match(pattern, "a" * 64 + "b") is not None


def greedy() -> int:
    return len(b"x" * MEMORY_LIMIT)


def many_small() -> int:
    kept = []
    while True:
        kept.append(bytes(1 << 20))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def pid() -> int:
    return os.getpid()


def end_server() -> int:
    """The one that this worker was forked from."""
    server = os.getppid()
    os.kill(server, signal.SIGKILL)
    signal.pause()  # it takes this worker along
    return server


def server() -> int:
    return os.getppid()


def sockets() -> list[str]:
    """Those that are open here."""
    links = [str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [link for link in links if link.startswith("socket:")]


def echo(value: object) -> object:
    return value


def fill(megabytes: int) -> int:
    """Takes so much, lets go of it, and answers."""
    return len(b"x" * (megabytes << 20)) and os.getpid()


class Odd(Exception):
    """Cannot be made again from its arguments."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one)
        self.two = two


def raise_odd() -> None:
    raise Odd("one", "two")


def raise_plain() -> None:
    raise ValueError("no such value")


def raise_stop() -> None:
    next(iter(()))


def exits() -> None:
    raise SystemExit("enough")


def cannot_be_packed() -> object:
    return lambda: None


class Unloadable:
    """Is packed, and is an error when it is unpacked."""

    def __reduce__(self) -> tuple[object, ...]:
        return int, ("no number",)


def cannot_be_unpacked() -> Unloadable:
    return Unloadable()


def made(size: int) -> bytes:
    return bytes(size)


def asleep() -> None:
    signal.pause()


def waits(seconds: float) -> str:
    """Uses no CPU meanwhile."""
    time.sleep(seconds)
    return "here"


def busy(seconds: float) -> str:
    """Uses so much CPU."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"


def leave_a_child(told: str) -> None:
    """Ends, and what it has forked keeps its files open; the child's number is told in a file."""
    if (child := os.fork()) == 0:
        signal.pause()
    with Path(told).open("a") as file:
        file.write(f"{child}\n")
    die()


def begun(told: str) -> int:
    """How often it has been, with this time."""
    with Path(told).open("a") as file:
        file.write(f"{os.getpid()}\n")
    return len(Path(told).read_text().splitlines())


def die_once(told: str) -> int:
    if begun(told) == 1:
        die()
    return os.getpid()


def endless_once(told: str) -> int:
    if begun(told) == 1:
        endless()
    return os.getpid()


def endless_told(told: str) -> None:
    begun(told)
    endless()


def maps(size: int) -> int:
    """Asks for memory and touches none of it."""
    with mmap.mmap(-1, size) as mapped:
        return len(mapped)
