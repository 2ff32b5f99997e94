"""The pool of worker processes for everything that parses; the event loop only waits for them.

A task may use EXTRACTION_TIMEOUT seconds of CPU in its worker (see watch.py). Then the worker is killed and
another takes its place. A task is not blamed at once: if its worker ended, by itself or killed, the task is
given to one more, fresh worker. So a task costs at most twice its limit.

A worker holds two tasks, so that it need not wait for the event loop between them. It does not begin the
second one before it has answered the first: if the worker ends, the first one was at work and the second goes
to another worker. docs/decisions/0011-a-pool-of-our-own.md says why no library does this.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar, cast

from crawler.exceptions import WorkerDied
from crawler.workers.server_process import End, ServerProcess
from crawler.workers.worker import Task, Worker

P = ParamSpec("P")
T = TypeVar("T")

IDLE_START = 30.0
"""Seconds without any CPU use after which a server that has not begun counts as hanging."""
_VAIN = {End.BY_ITSELF: 3, End.HUNG: 2, End.KILLED: 20}
"""Servers in a row that end before any worker begins, by kind of end, until the waiting tasks fail."""
_VAIN_WORKERS = 3
"""Workers in a row that end before they begin while their server lives, for each place in the pool."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 5.0
"""Seconds between two servers that are killed during start: twenty of them take more than a minute."""


class Workers:
    """A pool of processes for one event loop, forked from a server that has done the imports once."""

    def __init__(
        self, processes: int, timeout: float, preload: Sequence[str] = (), *, idle_start: float = IDLE_START
    ) -> None:
        """`timeout` is in seconds of CPU; `preload` are modules that the caller's functions need."""
        self._processes = processes
        self._timeout = timeout
        self._preload = preload
        self._idle_start = idle_start
        self._waiting: deque[Task] = deque()
        self._workers: set[Worker] = set()
        self._server: ServerProcess | None = None
        self._vain: Counter[End] = Counter()
        self._vain_workers = 0
        self._pause: asyncio.TimerHandle | None = None
        self._closed = False
        self._fill()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function in a worker and return its result; its exceptions are raised here.

        The function must be importable by its name. Raises ExtractionTimeout if it did not end within its
        time, WorkerDied if its process ended, each after two workers; BadReply if its result cannot be
        pickled.
        """
        if self._closed:
            raise WorkerDied(f"no worker is left for {function.__name__}: the pool is closed")
        task = Task(function, args, kwargs)
        self._waiting.append(task)
        if not self._workers:
            # the workers before this ended before they began, and all waiting tasks failed: try again for
            # this one
            self._fill()
        self._hand_out()
        return cast("T", await task.result)

    def close(self) -> None:
        """End the processes at once; all waiting tasks fail with WorkerDied."""
        if self._closed:
            return
        self._closed = True
        if self._pause is not None:
            self._pause.cancel()
        for worker in self._workers:
            worker.end(None)
            self._waiting += worker.tasks
        self._workers.clear()
        self._fail_all("the pool is closed")
        if self._server is not None:
            self._server.close()

    def _fill(self) -> None:
        if self._pause is not None:
            return
        if self._server is None:
            self._server = ServerProcess(self._timeout, self._preload)
        for _ in range(self._processes - sum(not worker.worn for worker in self._workers)):
            self._workers.add(Worker(self._timeout, self._idle_start, self._heard, self._server))

    def _hand_out(self) -> None:
        loop = asyncio.get_running_loop()
        for worker in self._workers:
            worker.attach(loop)
        while self._waiting:
            free = [worker for worker in self._workers if worker.takes]
            if not free:
                return
            task = self._waiting.popleft()
            if not task.result.done():  # its caller may have been cancelled
                # of the workers with the fewest tasks the newest: it has just replaced one that ended
                min(free, key=lambda worker: (len(worker.tasks), worker.answered)).give(task)

    def _heard(self, worker: Worker) -> None:
        if worker.pid:
            self._vain.clear()
            self._vain_workers = 0
        if worker.ended:
            self._workers.discard(worker)
            self._waiting.extendleft(reversed(worker.tasks))
            if not worker.pid and not worker.server.ended:
                self._vain_workers += 1
        if self._server is not None and self._server.ended:
            self._leave(self._server)
        if why := self._why_given_up():
            self._fail_all(why)
            return
        self._fill()
        self._hand_out()

    def _leave(self, server: ServerProcess) -> None:
        """Replace a server that ended, after a pause if servers are killed faster than they start."""
        self._server = None
        # its workers end with it; a task given to them now would be blamed for that
        for worker in self._workers:
            worker.worn = True
        server.close()
        if server.begun:
            return
        self._vain[server.end] += 1
        if server.end is End.KILLED:
            pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** self._vain[End.KILLED])
            self._pause = asyncio.get_running_loop().call_later(pause, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        self._fill()
        self._hand_out()

    def _why_given_up(self) -> str | None:
        for end, most in _VAIN.items():
            if self._vain[end] >= most:
                return f"the process they are forked from {end.value} before it began, see what it prints"
        if self._vain_workers >= _VAIN_WORKERS * self._processes:
            return "workers end before they begin, see what they print"
        return None

    def _fail_all(self, why: str) -> None:
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        while self._waiting:
            task = self._waiting.popleft()
            task.fail(WorkerDied(f"no worker is left for {task.name}: {why}"))
