"""The crawl's side of the server process that its workers are forked from, see fork_server.py."""

import contextlib
import enum
import os
import socket
import subprocess
import sys
from collections.abc import Sequence

_SERVER = "crawler.workers.fork_server"


class End(enum.Enum):
    BY_ITSELF = "ended"
    KILLED = "was killed"
    HUNG = "hung"


class ServerProcess:
    """Start the server without waiting: it does its imports while the crawl does its own."""

    def __init__(self, timeout: float, preload: Sequence[str] = ()) -> None:
        self._control, server_end = socket.socketpair()
        # a process group of its own: Ctrl-C is for the crawl, which ends its workers when it is done
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _SERVER, str(server_end.fileno()), str(timeout), *preload],
            pass_fds=[server_end.fileno()],
            stdin=subprocess.DEVNULL,
            process_group=0,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
        )
        server_end.close()
        self.pid = self._process.pid
        self.begun = False
        """True when one of its workers has said that it runs."""
        self._hung = False

    @property
    def ended(self) -> bool:
        """True if it has ended; this is seen before the end of any of its workers.

        The kernel closes its files, then ends its children, and only then can it be waited for.
        """
        try:
            return not self._control.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK)  # it never sends anything
        except BlockingIOError:  # a worker just forked may hold the other end for a moment
            return self._process.poll() is not None
        except OSError:  # closed on this side
            return True

    @property
    def end(self) -> End:
        """Kind of its end, once it is closed."""
        if self._hung:
            return End.HUNG
        return End.KILLED if (self._process.returncode or 0) < 0 else End.BY_ITSELF

    def fork(self, worker_end: socket.socket) -> None:
        """Ask for a worker at this end of a pair; if the server has ended, the pair is just closed."""
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [b"+"], [worker_end.fileno()])

    def give_up(self) -> None:
        """Kill it, because it does not answer."""
        self._hung = True
        self._process.kill()
        self.close()

    def close(self) -> None:
        self._control.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:  # it is still at its imports
            self._process.kill()
            self._process.wait()
