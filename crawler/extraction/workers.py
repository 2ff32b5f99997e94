"""Worker processes for everything that parses: the event loop only waits for them.

A task has EXTRACTION_TIMEOUT seconds of its worker; then the worker is killed and another takes its place.
A worker holds two tasks, so that it need not wait for the event loop between them. The second is not begun
before the first is answered: when the worker ends, the first is to blame and the second goes to another.
Why it is no library's: docs/decisions/0011-a-pool-of-our-own.md.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from crawler.exceptions import WorkerDied
from crawler.extraction.server_process import ServerProcess
from crawler.extraction.worker import Task, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

P = ParamSpec("P")
T = TypeVar("T")

# of workers in a row that end before they say a word, for each of the pool's places
_FALSE_STARTS = 3


class Workers:
    """A pool of processes for one event loop, forked from a server that has paid for the imports once."""

    def __init__(self, processes: int, timeout: float, preload: Sequence[str] = ()) -> None:
        """`preload`: modules of the caller's own that its functions take."""
        self._processes = processes
        self._timeout = timeout
        self._waiting: deque[Task] = deque()
        self._workers: set[Worker] = set()
        self._false_starts = 0
        self._closed = False
        self._preload = preload
        self._server = ServerProcess(timeout, preload)
        self._fill()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, computed elsewhere; its exceptions are raised here.

        The function must be importable by its name. Raises ExtractionTimeout when it took too long,
        WorkerDied when its process ended.
        """
        if self._closed:
            raise WorkerDied(f"no worker is left for {function.__name__}: the pool is closed")
        task = Task(function, args, kwargs)
        self._waiting.append(task)
        if not self._workers:
            # those before ended before they began, and all that waited failed: tried again for this one
            self._fill()
        self._hand_out()
        return cast("T", await task.result)

    def close(self) -> None:
        """End the processes at once; whoever still waits gets WorkerDied."""
        if self._closed:
            return
        self._closed = True
        for worker in self._workers:
            worker.end(WorkerDied("the pool is closed"))
            self._waiting += worker.held
        self._workers.clear()
        self._fail_all("the pool is closed")
        self._server.close()

    def _fill(self) -> None:
        if self._server.ended:
            # they end with it: what they were given now would be blamed for that
            for worker in self._workers:
                worker.worn = True
            self._server.close()
            self._server = ServerProcess(self._timeout, self._preload)
        for _ in range(self._processes - sum(not worker.worn for worker in self._workers)):
            self._workers.add(Worker(self._timeout, self._heard, self._server))

    def _hand_out(self) -> None:
        loop = asyncio.get_running_loop()
        for worker in self._workers:
            worker.attach(loop)
        while self._waiting:
            free = [worker for worker in self._workers if worker.takes]
            if not free:
                return
            task = self._waiting.popleft()
            if not task.result.done():  # whoever waited for it may have been cancelled
                min(free, key=lambda worker: len(worker.held)).give(task)

    def _heard(self, worker: Worker) -> None:
        if worker.pid:
            self._false_starts = 0
        elif worker.ended:
            self._false_starts += 1
        if worker.ended:
            self._workers.discard(worker)
            self._waiting.extendleft(reversed(worker.held))
        if self._false_starts >= _FALSE_STARTS * self._processes:
            self._fail_all("workers end before they begin, what they print says why")
            return
        self._fill()
        self._hand_out()

    def _fail_all(self, why: str) -> None:
        while self._waiting:
            task = self._waiting.popleft()
            task.fail(WorkerDied(f"no worker is left for {task.name}: {why}"))
