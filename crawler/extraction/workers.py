"""Worker processes for everything that parses: the event loop only waits for them.

A task has EXTRACTION_TIMEOUT seconds of its worker; then the worker is killed and another takes its place.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import signal
from concurrent.futures import TimeoutError as TaskTimeout
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool

from crawler.exceptions import ExtractionTimeout, WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

# trafilatura's and htmldate's caches grow by about 1 MB in a few pages
TASKS_A_WORKER = 1000
# a page that makes a worker eat more than this ends with that worker, not with the crawl
MEMORY_LIMIT = 2 << 30


# seconds beyond its time after which a worker ends itself, when the crawl is no longer there to end it
GRACE = 5


def _start_worker() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _within(seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The kernel's own alarm: a regular expression that runs for ever lets no thread of Python notice."""
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return function(*args, **kwargs)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Workers:
    """A pool of processes, forked from a server that has paid for the imports once."""

    def __init__(self, processes: int, timeout: float) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["crawler.extraction.page", "crawler.discovery.feeds"])
        self._timeout = timeout
        self._pool = ProcessPool(
            max_workers=processes, max_tasks=TASKS_A_WORKER, initializer=_start_worker, context=context
        )

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, computed elsewhere; its exceptions are raised here.

        Raises ExtractionTimeout when it took too long, WorkerDied when its process ended.
        """
        task = (self._timeout + GRACE, function, *args)
        future = self._pool.schedule(_within, args=task, kwargs=kwargs, timeout=self._timeout)
        try:
            result: T = await asyncio.wrap_future(future)
        except TaskTimeout:
            raise ExtractionTimeout(f"{function.__name__} took longer than {self._timeout:g} s") from None
        except MemoryError:
            raise WorkerDied(f"{function.__name__} wanted more than {MEMORY_LIMIT >> 20} MB") from None
        except (ProcessExpired, BrokenProcessPool) as error:
            raise WorkerDied(f"the process running {function.__name__} ended: {error}") from None
        return result

    def close(self) -> None:
        """End the processes at once; whoever still waits gets WorkerDied."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
