"""The crawl's side of one worker process: its tasks, its answers, and its time limit."""

import asyncio
import contextlib
import os
import pickle
import signal
import socket
from collections import deque
from collections.abc import Callable

from crawler.exceptions import BadReply, ExtractionError, ExtractionTimeout, WorkerDied
from crawler.workers.fork_server import ANSWER, HELLO, LENGTH, MEMORY_LIMIT
from crawler.workers.server_process import ServerProcess
from crawler.workers.watch import Watch, WatchResult

QUEUED_TASKS = 2
WORKERS_A_TASK = 2
"""Workers that may end at a task before the task is to blame."""
SERVERS_A_TASK = 4
"""Servers that may end at a task, with their workers, before it is to blame; no content of a page does
that."""
IDLE = 6
"""Factor of its CPU time that a worker may be without any CPU use, in a row."""
# bytes of a socket buffer: a page waits in the kernel for its worker, not in this process
_BUFFER = 4 << 20
_PORTION = 1 << 18


class Task:
    def __init__(self, function: Callable[..., object], args: object, kwargs: object) -> None:
        self.name = function.__name__
        self.job = packed((function, args, kwargs))
        self.result: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._workers_ended = 0
        self._servers_ended = 0

    def answer(self, reply: bytes) -> None:
        try:
            value, error = pickle.loads(reply)
        except Exception as broken:  # objects of libraries may raise any error when they are unpickled
            error = BadReply(
                f"the result of {self.name} cannot be unpacked: {type(broken).__name__}: {broken}"
            )
        if isinstance(error, MemoryError):
            self.fail(WorkerDied(f"{self.name} needed more than {MEMORY_LIMIT >> 20} MB"))
        elif error is not None:
            self.fail(error)
        elif not self.result.done():  # its caller may have been cancelled
            self.result.set_result(value)

    def fail(self, error: BaseException) -> None:
        if not self.result.done():
            self.result.set_exception(error)

    def suffer(self, failure: ExtractionError, *, with_server: bool) -> bool:
        """Note that its worker ended at it; False if another worker should try."""
        if with_server:
            self._servers_ended += 1
        else:
            self._workers_ended += 1
        if self._workers_ended < WORKERS_A_TASK and self._servers_ended < SERVERS_A_TASK:
            return False
        self.fail(failure)
        return True


def packed(value: object) -> list[memoryview]:
    """Return a message: the number of parts, their lengths, the pickle, and its large buffers.

    The parts are not joined, so that a page of megabytes is sent without a copy.
    """
    buffers: list[pickle.PickleBuffer] = []
    parts = [memoryview(pickle.dumps(value, pickle.HIGHEST_PROTOCOL, buffer_callback=buffers.append))]
    parts += [buffer.raw() for buffer in buffers]
    lengths = b"".join(part.nbytes.to_bytes(LENGTH, "big") for part in parts)
    return [memoryview(len(parts).to_bytes(LENGTH, "big") + lengths), *parts]


class Worker:
    """A worker process; calls `heard` after each message and at its end; `tasks` are the tasks it has."""

    def __init__(
        self, seconds: float, idle_start: float, heard: "Callable[[Worker], None]", server: ServerProcess
    ) -> None:
        self._seconds = seconds
        self._idle_start = idle_start
        self._heard = heard
        # kept here, as the pool may have another server by the time this worker's end is noticed
        self.server = server
        self._socket, worker_end = socket.socketpair()
        for end in (self._socket, worker_end):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        with worker_end:
            server.fork(worker_end)
        self._socket.setblocking(False)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watch: Watch | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._received = bytearray()
        self._has_moved = False
        self._is_cut = False
        """True once nothing more can come from it."""
        self._used = 0.0
        """Seconds of CPU in the life of the worker, from its last answer."""
        self._unsent: deque[memoryview] = deque()
        self.tasks: deque[Task] = deque()
        self.answered = 0
        self.pid = 0
        """Process id; 0 until the worker has sent it."""
        self.worn = False
        """True if it takes no more tasks; it ends when it has answered those it holds."""
        self.ended = False

    @property
    def takes(self) -> bool:
        return not self.worn and (len(self.tasks) < QUEUED_TASKS if self.tasks else not self._ended_unheard())

    def _ended_unheard(self) -> bool:
        """Tell if an idle worker has ended unnoticed: a task given to it now would be blamed for that."""
        try:
            return not self._socket.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def attach(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._loop is None:
            self._loop = loop
            loop.add_reader(self._socket, self._read)
            self._begin_watch()

    def give(self, task: Task) -> None:
        self.tasks.append(task)
        idle = not self._unsent
        self._unsent += task.job
        if idle and not self._send():
            assert self._loop is not None
            self._loop.add_writer(self._socket, self._send_on)
        if len(self.tasks) == 1 and self.pid:
            self._begin_watch()

    def end(self, failure: ExtractionError | None, *, with_server: bool = False) -> None:
        """Kill the process. Its tasks stay in `tasks`, except the one at work if that fails with `failure`.

        `failure` is None if the task at work is not to blame.
        """
        self.worn = self.ended = True
        self._end_watch()
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
        self._socket.close()
        if not self.pid:  # it has not begun a task
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        if failure is not None and self.tasks and self.tasks[0].suffer(failure, with_server=with_server):
            self.tasks.popleft()

    # --- time limits ---------------------------------------------------------------------------------
    def _begin_watch(self) -> None:
        """Watch the task at work; before the worker has begun, watch the server, which may import or hang."""
        self._end_watch()
        if not self.pid:
            self._watch = Watch(self.server.pid, cpu=2 * self._idle_start, idle=self._idle_start)
        elif self.tasks:
            idle = IDLE * self._seconds
            self._watch = Watch(self.pid, cpu=self._seconds, idle=idle, since=self._used)
        self._wait()

    def _end_watch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._watch = self._timer = None

    def _wait(self) -> None:
        if self._watch is not None and self._loop is not None:
            self._timer = self._loop.call_later(self._watch.wait, self._measure)

    def _measure(self) -> None:
        watch = self._watch
        # if the loop was blocked for long, the answer is ready already
        self._read()
        if watch is None or self._watch is not watch:
            return
        result = watch.measure(has_moved=self._has_moved)
        self._has_moved = False
        if result is None:
            self._wait()
            return
        if result is WatchResult.ENDED:
            # a child process may still hold the socket; a last message may have come just now
            self._read()
        elif not self.pid:
            self.server.give_up()
        if not self.ended:
            self._end_by(result)

    def _end_by(self, result: WatchResult) -> None:
        if not self.pid or result is WatchResult.ENDED:
            self._end_as_dead()
            return
        limits = {
            WatchResult.COSTLY: f"used {self._seconds:g} s of CPU",
            WatchResult.IDLE: f"used no CPU for {IDLE * self._seconds:g} s",
        }
        name = self.tasks[0].name
        self.end(ExtractionTimeout(f"{name} {limits[result]} and did not end, in {WORKERS_A_TASK} workers"))
        self._heard(self)

    def _end_as_dead(self) -> None:
        name = self.tasks[0].name if self.tasks else "nothing"
        failure = WorkerDied(f"the process running {name} ended, in {WORKERS_A_TASK} workers")
        self.end(failure, with_server=self.server.ended)
        self._heard(self)

    # --- messages ----------------------------------------------------------------------------------
    def _send_on(self) -> None:
        if self._send() and self._loop is not None:
            self._loop.remove_writer(self._socket)

    def _send(self) -> bool:
        """Send as much as possible; True if everything is sent."""
        while self._unsent:
            try:
                size = self._socket.sendmsg([*self._unsent])
            except BlockingIOError:
                return False
            except OSError:  # it has ended, which reading will notice too
                self._unsent.clear()
                return True
            while self._unsent and size >= self._unsent[0].nbytes:
                size -= self._unsent.popleft().nbytes
            if self._unsent:
                self._unsent[0] = self._unsent[0][size:]
        return True

    def _read(self) -> None:
        """Read all that is ready; of a worker that has ended, before it is given another task."""
        while not (self.ended or self._is_cut):
            try:
                portion = self._socket.recv(_PORTION)
            except BlockingIOError:
                break
            except OSError:
                portion = b""
            self._has_moved |= bool(portion)
            self._received += portion
            self._is_cut = not portion
        self.worn |= self._is_cut
        while not self.ended and self._take_message():
            pass
        if self._is_cut and not self.ended:
            self._end_as_dead()

    def _take_message(self) -> bool:
        """Take one complete message; False if there is none yet."""
        if not self.pid:
            if len(self._received) < HELLO.size:
                return False
            (self.pid,) = HELLO.unpack_from(self._received)
            del self._received[: HELLO.size]
            self.server.begun = True
        else:
            if len(self._received) < ANSWER.size:
                return False
            length, used, worn = ANSWER.unpack_from(self._received)
            if len(self._received) < ANSWER.size + length:
                return False
            self._used = used
            self.worn = self.worn or worn
            self.answered += 1
            reply = bytes(memoryview(self._received)[ANSWER.size : ANSWER.size + length])
            del self._received[: ANSWER.size + length]
            self.tasks.popleft().answer(reply)
        self._begin_watch()
        if self.worn and not self.tasks:
            self.end(None)
        self._heard(self)
        return True
