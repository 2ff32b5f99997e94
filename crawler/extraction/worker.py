"""The crawl's end of one worker process: what it was given, what it answers, and when it is too late."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import socket
from collections import deque
from typing import TYPE_CHECKING

from crawler.exceptions import ExtractionError, ExtractionTimeout, WorkerDied
from crawler.extraction.worker_server import LENGTH, MEMORY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.extraction.server_process import ServerProcess
    from crawler.extraction.worker_server import Reply

HELD = 2
# of a socket: a page waits in the kernel for its worker, not in this process
_BUFFER = 4 << 20
_PORTION = 1 << 18


class Task:
    def __init__(self, function: Callable[..., object], args: object, kwargs: object) -> None:
        self.name = function.__name__
        self.job = packed((function, args, kwargs))
        self.result: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.spared = False
        """It has been at a worker that ended with the server, and is not to blame unless it happens again."""

    def answer(self, reply: Reply) -> None:
        value, error, _ = reply
        if isinstance(error, MemoryError):
            self.fail(WorkerDied(f"{self.name} wanted more than {MEMORY_LIMIT >> 20} MB"))
        elif error is not None:
            self.fail(error)
        elif not self.result.done():  # whoever waited for it may have been cancelled
            self.result.set_result(value)

    def fail(self, error: BaseException) -> None:
        if not self.result.done():
            self.result.set_exception(error)


def packed(value: object) -> list[memoryview]:
    """One message: how many parts there are, how long each is, the pickle, and what is large beside it.

    Not put together: a page of megabytes is sent from where it lies.
    """
    beside: list[pickle.PickleBuffer] = []
    parts = [memoryview(pickle.dumps(value, pickle.HIGHEST_PROTOCOL, buffer_callback=beside.append))]
    parts += [buffer.raw() for buffer in beside]
    lengths = b"".join(part.nbytes.to_bytes(LENGTH, "big") for part in parts)
    return [memoryview(len(parts).to_bytes(LENGTH, "big") + lengths), *parts]


class Worker:
    """Calls `heard` after each message, and when it has ended: `held` is then what it leaves undone."""

    def __init__(self, seconds: float, heard: Callable[[Worker], None], server: ServerProcess) -> None:
        self._seconds = seconds
        self._heard = heard
        # its own: the pool may have begun another by the time this worker is heard to have ended
        self._server = server
        self._socket, theirs = socket.socketpair()
        for end in (self._socket, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        with theirs:
            server.fork(theirs)
        self._socket.setblocking(False)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._received = bytearray()
        self._unsent: deque[memoryview] = deque()
        self.held: deque[Task] = deque()
        self.pid = 0
        """0 until it has said that it runs."""
        self.worn = False
        """Takes no more tasks; ends when it has answered those it holds."""
        self.ended = False

    @property
    def takes(self) -> bool:
        return not self.worn and (len(self.held) < HELD if self.held else not self._ended_unheard())

    def _ended_unheard(self) -> bool:
        """What an idle worker is given is what it is blamed for, unless it ended before."""
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

    def give(self, task: Task) -> None:
        self.held.append(task)
        idle = not self._unsent
        self._unsent += task.job
        if idle and not self._send():
            assert self._loop is not None
            self._loop.add_writer(self._socket, self._send_on)
        if len(self.held) == 1:
            self._set_clock()

    def end(self, failure: ExtractionError | None) -> None:
        """Kill it; the task that it is at fails with this, the next one was not begun and stays in `held`.

        None where no task is to blame: all stay.
        """
        self.worn = self.ended = True
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is not None:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
        self._socket.close()
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            if self.held and failure is not None:
                self.held.popleft().fail(failure)

    def _set_clock(self) -> None:
        """None runs for a worker that is still being forked: it has not got to the page."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.held and self.pid and self._loop is not None:
            self._timer = self._loop.call_later(self._seconds, self._too_late)

    def _too_late(self) -> None:
        self.end(ExtractionTimeout(f"{self.held[0].name} took longer than {self._seconds:g} s"))
        self._heard(self)

    def _send_on(self) -> None:
        if self._send() and self._loop is not None:
            self._loop.remove_writer(self._socket)

    def _send(self) -> bool:
        """Whether everything is sent."""
        while self._unsent:
            try:
                sent = self._socket.sendmsg([*self._unsent])
            except BlockingIOError:
                return False
            except OSError:  # it has ended: reading says so too
                self._unsent.clear()
                return True
            while self._unsent and sent >= self._unsent[0].nbytes:
                sent -= self._unsent.popleft().nbytes
            if self._unsent:
                self._unsent[0] = self._unsent[0][sent:]
        return True

    def _read(self) -> None:
        try:
            portion = self._socket.recv(_PORTION)
        except BlockingIOError:
            return
        except OSError:
            portion = b""
        if not portion:
            self.end(self._why_ended())
            self._heard(self)
            return
        self._received += portion
        while not self.ended and (message := self._message()) is not None:
            self._take(message)

    def _why_ended(self) -> WorkerDied | None:
        if not self.held:
            return WorkerDied("a worker ended")
        if self._server.ended and not self.held[0].spared:
            self.held[0].spared = True
            return None
        return WorkerDied(f"the process running {self.held[0].name} ended")

    def _message(self) -> int | Reply | None:
        end = LENGTH + int.from_bytes(self._received[:LENGTH], "big")
        if len(self._received) < max(end, LENGTH + 1):
            return None
        message: int | Reply = pickle.loads(memoryview(self._received)[LENGTH:end])
        del self._received[:end]
        return message

    def _take(self, message: int | Reply) -> None:
        if isinstance(message, int):
            self.pid = message
        else:
            self.worn = self.worn or message[2]
            self.held.popleft().answer(message)
        self._set_clock()
        if self.worn and not self.held:
            self.end(WorkerDied("replaced"))
        self._heard(self)
