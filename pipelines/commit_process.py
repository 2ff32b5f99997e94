"""Commits in a separate process: `python -m pipelines.commit_process ARCHIVE RUN_ID`.

A commit works half a second on rows, pairs and files. In a thread of the crawl it would take that half second
from the crawl's interpreter, and 250 MB. The process reads one request per line from its standard input and
ends when that is closed. It runs at a lower priority, because pages come first. If it fails for any reason,
the crawl commits in its own process.
"""

import contextlib
import ctypes
import gc
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import IO

from archive.format.snapshot import Snapshot
from archive.no_pandas import fast_start
from archive.storage.snapshot_log import Log

logger = logging.getLogger(__name__)

NICER = 5
# Arrow's own allocator keeps the memory of a commit, 3 MB more each time; the C library's gives it back
ALLOCATOR = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"}
# new objects between two collections: a commit makes ten thousands of records and few cycles
COLLECT_EVERY = 100_000


def start(
    python: str, module: str, *arguments: str, errors: IO[bytes] | None = None
) -> subprocess.Popen[bytes]:
    """Start a module of ours in a process group of its own: Ctrl-C is for the crawl. Raises OSError."""
    path = os.pathsep.join(folder or "." for folder in sys.path)
    return subprocess.Popen(
        [python, "-P", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        process_group=0,
        env={**os.environ, **ALLOCATOR, "PYTHONPATH": path},
    )


class Publisher:
    """The crawl's side of the commit process; use it from one thread at a time."""

    def __init__(self, uri: str, run_id: str, python: str = sys.executable) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = start(python, "pipelines.commit_process", uri, run_id)
        except OSError as error:  # no memory or no process is left
            logger.warning("No process to commit in (%s): the crawl does it by itself", error)

    @property
    def pid(self) -> int | None:
        """Process id; None if the process could not be started."""
        return None if self._process is None else self._process.pid

    def commit(
        self,
        log: Log,
        names: Sequence[str],
        summary: Mapping[str, int],
        by_itself: Callable[[], Snapshot | None],
    ) -> Snapshot | None:
        """Wait until the other process, or `by_itself` in its place, has committed these segments."""
        if self._process is None:
            return by_itself()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = json.dumps({"names": list(names), "summary": dict(summary)})
        try:
            self._process.stdin.write(request.encode() + b"\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline() or '{"error": "it has ended"}')
        except (OSError, ValueError) as error:  # the pipe is closed, or the answer is not JSON
            answer = {"error": str(error)}
        if reason := answer.get("error"):
            logger.warning("The publisher could not commit (%s): the crawl does it by itself", reason)
            return by_itself()
        number: int | None = answer["snapshot"]
        return None if number is None else log.read(number)

    def close(self) -> None:
        if self._process is None:
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def serve(uri: str, run_id: str) -> None:
    from archive.commit.committer import SegmentCommitter  # noqa: PLC0415  the crawl imports this module too
    from pipelines.pairing.decide import DecisionBasis, decide  # noqa: PLC0415  .2 s and more: not every run needs it

    gc.freeze()
    gc.set_threshold(COLLECT_EVERY, 20, 50)
    committer = SegmentCommitter(uri, run_id)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        decide_pairs = partial(decide, basis=DecisionBasis(now=datetime.now(UTC)))
        try:
            snapshot = committer.commit(request["names"], decide_pairs, request["summary"])
            answer: dict[str, object] = {"snapshot": None if snapshot is None else snapshot.id}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        _give_back()
    committer.close()


def _give_back() -> None:
    """Return free memory to the kernel, on systems whose C library has a call for it."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


if __name__ == "__main__":
    os.nice(NICER)
    fast_start()
    serve(*sys.argv[1:])
