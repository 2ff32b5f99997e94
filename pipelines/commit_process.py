"""Commits in a process of their own: `python -m pipelines.commit_process ARCHIVE RUN_ID`.

A commit makes rows, pairs and files for half a second; in a thread of the crawl that is half a second of its
interpreter, and 250 MB. This process is asked by a line on its standard input and ends when that is closed.
It runs niced: pages come first. When it fails for whatever reason, the crawl commits by itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from archive.format.columns import SCHEMA_VERSION
from archive.no_pandas import fast_start
from archive.storage.snapshot_log import Log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from archive.format.layout import Layout
    from archive.format.snapshot import Snapshot

logger = logging.getLogger(__name__)

NICER = 5
# Arrow's own allocator keeps what a commit took, 3 MB more each time; the C library's gives it back
ALLOCATOR = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1"}
# of new objects: a commit makes records by the ten thousand and leaves few cycles
COLLECT_EVERY = 100_000


class Publisher:
    """The crawl's end; use it from one thread at a time."""

    def __init__(self, uri: str, run_id: str, python: str = sys.executable) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                [python, "-P", "-m", "pipelines.commit_process", uri, run_id],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                process_group=0,
                env={
                    **os.environ,
                    **ALLOCATOR,
                    "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path),
                },
            )
        except OSError as error:  # of memory or processes there is none left
            logger.warning("No process to commit in (%s): the crawl does it by itself", error)

    @property
    def pid(self) -> int | None:
        """None where it could not be started."""
        return None if self._process is None else self._process.pid

    def commit(
        self,
        layout: Layout,
        names: Sequence[str],
        summary: Mapping[str, int],
        by_itself: Callable[[], Snapshot | None],
    ) -> Snapshot | None:
        """Blocks until the other process has committed the segments, or until we have."""
        if self._process is None:
            return by_itself()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = json.dumps({"names": list(names), "summary": dict(summary)})
        try:
            self._process.stdin.write(asked.encode() + b"\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline() or '{"error": "it has ended"}')
        except (OSError, ValueError) as error:  # closed, or what it says is no answer
            answer = {"error": str(error)}
        if why := answer.get("error"):
            logger.warning("The publisher could not commit (%s): the crawl does it by itself", why)
            return by_itself()
        number: int | None = answer["snapshot"]
        return None if number is None else Log(layout, SCHEMA_VERSION).read(number)

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
    from pipelines.pairing.decide import decide  # noqa: PLC0415

    gc.freeze()
    gc.set_threshold(COLLECT_EVERY, 20, 50)
    committer = SegmentCommitter(uri, run_id)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        settle = partial(decide, now=datetime.now(UTC))
        try:
            snapshot = committer.commit(asked["names"], settle, asked["summary"])
            answer: dict[str, object] = {"snapshot": None if snapshot is None else snapshot.id}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        _give_back()
    committer.close()


def _give_back() -> None:
    """What is free between what is used goes to the kernel, where the C library knows how."""
    if sys.platform == "linux" and (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:
        trim(0)


if __name__ == "__main__":
    os.nice(NICER)
    fast_start()
    serve(*sys.argv[1:])
