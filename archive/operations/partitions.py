"""Work over partitions of an archive: one pure function, in this process, in a pool, or on a cluster.

Results come in the order of the jobs, so the output has the same bytes with any number of workers. If a
worker is killed, another one repeats its job. A job names files, and a result is what the caller writes: both
are sent between processes.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from archive.exceptions import EngineError

Driver = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
"""Another engine: calls the function for each job, anywhere, and returns the results in their order."""

J = TypeVar("J")
R = TypeVar("R")

_TRIES = 4
"""After so many killed workers a job is considered the cause."""
AHEAD = 2
"""Jobs submitted for each worker, so that none waits while results are written."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The number and the place of the workers."""

    processes: int = 1
    engine: str | None = None
    """`dask=tcp://HOST:PORT`, instead of processes of this machine."""
    driver: Driver | None = None
    """Instead of either; docs/how-to/spread-heavy-work.md has one for Spark and one for Ray."""


ALONE = Spread()
"""In the calling process."""


def over(function: Callable[[J], R], jobs: Sequence[J], spread: Spread) -> Generator[R, None, None]:
    """Call a function for each job, and yield the results in the order of the jobs.

    The function must be importable by its name, and may raise errors of ours. Raises EngineError if a job
    cannot be done, or what a driver raises.
    """
    if spread.driver is not None:
        yield from _driven(spread.driver, function, jobs)
    elif spread.engine is not None:
        from archive.operations import cluster  # noqa: PLC0415  .1 s of Rich

        yield from cluster.over_workers(function, jobs, cluster.address(spread.engine), AHEAD)
    elif spread.processes > 1 and len(jobs) > 1:
        yield from _in_pool(function, jobs, min(spread.processes, len(jobs)))
    else:
        yield from map(function, jobs)


def _driven(driver: Driver, function: Callable[[J], R], jobs: Sequence[J]) -> Iterator[R]:
    missing = len(jobs)
    for result in driver(function, jobs):
        missing -= 1
        yield result
    if missing:
        raise EngineError(
            f"the driver got {len(jobs)} parts and returned {len(jobs) - missing} results: expected one for "
            "each, in their order. Nothing was published."
        )


# Processes of this machine.


def _in_pool(function: Callable[[J], R], jobs: Sequence[J], processes: int) -> Iterator[R]:
    # with multiprocessing .04 s: Scrapy imports every command
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor  # noqa: PLC0415
    from multiprocessing import get_context  # noqa: PLC0415

    # forked from one process that has imported what the work needs, and has no threads
    context = get_context("forkserver")
    context.set_forkserver_preload([function.__module__])
    done: dict[int, R] = {}
    killed: Counter[int] = Counter()
    at = 0
    while at < len(jobs):
        pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin)
        futures: dict[int, Future[R]] = {}
        try:
            while at < len(jobs):
                for number in range(at, min(at + AHEAD * processes, len(jobs))):
                    if number not in done and number not in futures:
                        futures[number] = pool.submit(function, jobs[number])
                result = done.pop(at) if at in done else futures.pop(at).result()
                at += 1
                yield result
        except BrokenProcessPool:
            for number, future in futures.items():
                if future.done() and not future.cancelled() and future.exception() is None:
                    done[number] = future.result()
            # which of them the killed worker was running is unknown
            killed.update(number for number in (at, *futures) if number not in done)
            if max(killed.values(), default=0) >= _TRIES:
                raise EngineError(
                    f"{_TRIES} times a process was killed in the middle of its work; memory may be short: "
                    "try --processes 1. Nothing was published."
                ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Begin a process of the pool: it ignores Ctrl-C and ends with its parent, even after kill -9."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process  # noqa: PLC0415  as above

    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
