"""Work over partitions of an archive: one pure function, in this process, in a pool, or on a cluster.

Results come in the order of the jobs, so the output has the same bytes with any number of workers. If a
worker is killed, another one repeats its job. A job names files, and a result is what the caller writes: both
are sent between processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from archive.exceptions import EngineError
from archive.operations import cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator, Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from distributed import Client

    from archive.operations.cluster import Code

    Driver = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
    """Another engine: calls the function for each job, anywhere, and returns the results in their order."""

J = TypeVar("J")
R = TypeVar("R")

_TRIES = 4
"""After so many killed workers a job is considered the cause."""
_AHEAD = 2
"""Jobs submitted for each worker, so that none waits while results are written."""
_PATIENCE, _RETRY = 300.0, 5.0
"""Seconds for a scheduler to come back; and between two tries."""


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
        yield from _on_cluster(function, jobs, cluster.address(spread.engine))
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
                for number in range(at, min(at + _AHEAD * processes, len(jobs))):
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


# A cluster.


def _on_cluster(function: Callable[[J], R], jobs: Sequence[J], scheduler: str) -> Iterator[R]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    workers = _Workers(scheduler, loop)
    try:
        futures: dict[int, Any] = {}
        for at in range(len(jobs)):
            while True:
                for number in range(at, min(at + _AHEAD * workers.threads, len(jobs))):
                    if number not in futures:
                        futures[number] = workers.submit(function, jobs[number])
                result = workers.result(futures.pop(at))
                if result is not None:
                    break
                futures.clear()  # they were lost with the scheduler
            yield result[0]
    finally:
        workers.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Workers:
    def __init__(self, scheduler: str, loop: asyncio.AbstractEventLoop) -> None:
        self._scheduler, self._loop = scheduler, loop
        self._code = cluster.code_here()
        self._client: Client | None = None
        self.threads = 1
        self._connect(0)

    def submit(self, function: Callable[[J], R], job: J) -> Any:
        return self._run(self._submit(function, job))

    def result(self, future: Any) -> tuple[Any] | None:
        """Wait for a result; None where the scheduler is another one now. Raises EngineError."""
        from distributed import KilledWorker  # noqa: PLC0415  an extra, half a second to load
        from distributed.client import FutureCancelledError  # noqa: PLC0415

        try:
            return (self._run(cluster.result_of(future)),)
        except KilledWorker as error:
            raise EngineError(
                f"every worker that had a part of the work has died, the last was {error.last_worker.address}"
                "; memory may be short there. Nothing was published."
            ) from None
        except (FutureCancelledError, OSError):
            self._connect(_PATIENCE)
            return None

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(TimeoutError, OSError):
                self._run(asyncio.wait_for(_closed(client), _RETRY))

    def _connect(self, patience: float) -> None:
        until = time.monotonic() + patience
        self.close()
        while True:
            try:
                self._client = self._run(cluster.connected(self._scheduler))
                threads: dict[str, int] = self._run(_threads(self._client))
                if threads:
                    self.threads = sum(threads.values())
                    return
                raise cluster.no_worker(self._scheduler)
            except EngineError:
                self.close()
                if time.monotonic() >= until:
                    raise
            self._run(asyncio.sleep(_RETRY))

    async def _submit(self, function: Callable[[J], R], job: J) -> Any:
        assert self._client is not None
        return self._client.submit(_checked, function, job, self._code, pure=False)

    def _run(self, work: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def _closed(client: Client) -> None:
    await client.close()


async def _threads(client: Client) -> dict[str, int]:
    threads: dict[str, int] = await client.nthreads()
    return threads


def _checked(function: Callable[[J], R], job: J, code: Code) -> R:
    cluster.ensure_same(code)
    return function(job)
