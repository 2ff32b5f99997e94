"""Pairing at the end of a crawl, in a process of its own: `python -m pipelines.pair_process ARCHIVE SECONDS`.

It takes seconds of computing and hundreds of MB, which a crawl has not to spare, and is cut off when its
time is over. What is left then, or after a kill, is taken up by the next crawl or by `triptych pair`. Two
crawls that end at once take turns; the second one pairs what the first has not seen.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING

import archive
from archive.exceptions import ArchiveError
from archive.no_pandas import fast_start
from pipelines.commit_process import NICER, start
from pipelines.pairing.parts import LEFT, THROUGH

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from archive.read.archive import Archive

MEMORY_LIMIT = 4 << 30
"""Bytes of address space: ten times what an outlet of a thousand articles a day needs."""
GRACE = 60.0
_FRESH = ("archive/articles_new", "archive/versions_new")


@dataclass(frozen=True, slots=True)
class Paired:
    """Result of pairing after a crawl, for its report."""

    articles: int = 0
    pairs: int = 0
    moved_articles: int = 0
    weeks_left: int = 0
    """Weeks of outlets that the next run compares."""
    snapshot: int | None = None
    unfinished: str | None = None
    """Reason why nothing was paired, where that is no failure."""
    failure: str | None = None


def is_due(read: Archive) -> bool:
    """Tell if anything is new since the last run of pairing, or left by it; reads the end of the log only."""
    newer: list[tuple[int, bool]] = []
    for entry in read.history():
        if entry.summary.get(LEFT):
            return True
        through = entry.summary.get(THROUGH)
        if through is not None:
            return any(fresh for number, fresh in newer if number > through)
        newer.append((entry.id, any(entry.summary.get(name) for name in _FRESH)))
    return any(fresh for _, fresh in newer)


def pair_after_crawl(
    uri: str,
    seconds: float,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    grace: float = GRACE,
    python: str = sys.executable,
) -> Paired:
    """Pair what is due, in about `seconds`; SIGINT and SIGTERM end it early. A failure is told, not raised.

    `grace`: seconds beyond them, for the week that is being compared and the commit, or for another run.
    """
    try:
        if not is_due(archive.open(uri)):
            return Paired()
        command = (python, "pipelines.pair_process", uri, str(seconds))
        with tempfile.TemporaryFile() as errors, start(*command, errors=errors) as process, _interruptible():
            try:
                return _heard(process, errors, seconds + grace, progress)
            except KeyboardInterrupt:
                return Paired(unfinished="it was interrupted")
            finally:
                process.kill()
    except (ArchiveError, OSError) as error:
        return Paired(failure=str(error))


def _heard(
    process: subprocess.Popen[bytes], errors: IO[bytes], most: float, progress: Callable[[int, int], None]
) -> Paired:
    """Read what the process tells, a JSON object a line, until its result.

    It may take `most` seconds until it begins, and as many from then.
    """
    assert process.stdout is not None
    begun, end, unread = False, time.monotonic() + most, b""
    while True:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            why = "it took too long" if begun else "another run of pairing is under way"
            return Paired(unfinished=why)
        part = os.read(process.stdout.fileno(), 65_536)
        if not part:
            code = process.wait()
            return Paired(failure=_last_line(errors) or f"its process has ended with {code}")
        *lines, unread = (unread + part).split(b"\n")
        for line in map(json.loads, lines):
            if not begun:
                begun, end = True, time.monotonic() + most
            if "result" in line:
                return Paired(**line["result"])
            if "done" in line:
                progress(line["done"], line["total"])


def _last_line(errors: IO[bytes]) -> str:
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 4096))
    return errors.read().decode(errors="replace").strip().rpartition("\n")[2]


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise KeyboardInterrupt; Scrapy's handlers, which stay, would ignore them."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(uri: str, seconds: float) -> None:
    # .2 s and more, and the crawl imports this module too
    from pipelines.pairing.run import pair_archive  # noqa: PLC0415

    def say(**line: object) -> None:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()

    try:
        outcome = pair_archive(
            uri,
            seconds=seconds,
            begun=lambda: say(begun=True),
            progress=lambda done, total: say(done=done, total=total),
        )
    except (ArchiveError, OSError) as error:
        say(result=asdict(Paired(failure=str(error))))
    except MemoryError:
        say(result=asdict(Paired(failure=f"it needs more than {MEMORY_LIMIT >> 30} GiB of memory")))
    else:
        number = None if outcome.snapshot is None else outcome.snapshot.id
        paired = Paired(
            outcome.articles, outcome.pairs.total(), outcome.moved_articles, outcome.weeks_left, number
        )
        say(result=asdict(paired))


def _end_with_parent() -> None:
    """End this process when its standard input is closed: the crawl was killed. Nothing half done stays."""
    sys.stdin.buffer.read()
    os._exit(1)


def _limit_memory() -> None:
    import resource  # noqa: PLC0415  Windows, where archives can be read, has none

    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


if __name__ == "__main__":
    os.nice(NICER)
    _limit_memory()
    fast_start()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(sys.argv[1], float(sys.argv[2]))
