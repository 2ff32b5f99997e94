"""Child processes of benchmarks/archive.py, one for each measurement."""

# ruff: noqa: PLC0415

import os
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
from storage.invented import pair, records

PER_COMMIT = 500
GROW_BY = 7998
"""Articles in whole stories, a commit, while an archive is only being built."""


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(work: Callable[[], object]) -> tuple[float, object]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def bytes_written() -> int:
    """By write(2), of this process, files and all; Linux only."""
    return int(psutil.Process().io_counters().write_chars)


def child_grow(folder: Path, articles: int) -> dict[str, float]:
    """Build an archive by large commits of short texts, without the detour through segments.

    What a commit costs later depends on how many articles there are, not on how long they are. The log gets
    as many snapshots as commits of 500 would have made, an hour apart.
    """
    from archive.commit.committer import Committer
    from archive.opening import open_or_create

    hour = timedelta(hours=1)
    at = datetime.now(UTC) - hour * (articles // PER_COMMIT + 100)

    def clock(_layout: object = None) -> datetime:
        nonlocal at
        at += timedelta(microseconds=1)
        return at

    began = time.perf_counter()
    storage, log = open_or_create(folder, "build", clock)
    committer = Committer(storage, log, "build", clock)
    for first in range(0, articles, GROW_BY):
        batch = list(records(first, min(GROW_BY, articles - first), size=0.15))
        at += hour
        snapshot = committer.commit({f"{first:032x}": batch}, pair, {})
        for _ in range(len(batch) // PER_COMMIT - 1):
            at += hour
            snapshot = replace(
                snapshot, id=snapshot.id + 1, parent=snapshot.id, committed_at=at, rewrote={}, segments=()
            )
            assert log.append(snapshot)
    committer.close()
    os.sync()  # what building has left to write is not part of a commit
    return {"seconds to build": time.perf_counter() - began}


def child_commits(folder: Path, first: int, commits: int) -> dict[str, list[float]]:
    """Of 500 whole articles each: all of them new, in stories of three."""
    from archive.writer import ArchiveWriter

    start, writer = timed(lambda: ArchiveWriter.open(folder, run_id="measure"))
    measured: dict[str, list[float]] = {"writer s": [start], "writer MB": [peak()]}
    for number in range(commits):
        for record in records(first + number * PER_COMMIT, PER_COMMIT):
            writer.add_article(record)
        before, bytes_before = time.process_time(), bytes_written()
        measured.setdefault("commit ms", []).append(timed(lambda: writer.commit(pair))[0] * 1e3)
        measured.setdefault("commit CPU ms", []).append((time.process_time() - before) * 1e3)
        measured.setdefault("MB written", []).append((bytes_written() - bytes_before) / 1e6)
    writer.close()
    return measured | {"commit MB": [peak()]}


def child_open(folder: Path) -> dict[str, list[float]]:
    import archive

    imports, _ = timed(lambda: __import__("archive.read.archive"))
    seconds, opened = timed(lambda: archive.open(folder))
    first, _ = timed(lambda: opened.articles(columns=["article_id"], outlet="outlet7").to_arrow().slice(0, 1))
    return {"import s": [imports], "open s": [seconds], "first rows s": [first], "open MB": [peak()]}
