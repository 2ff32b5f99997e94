"""The crawl's end of the process that its workers are forked from, see server.py."""

from __future__ import annotations

import contextlib
import enum
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_SERVER = "crawler.workers.server"


class End(enum.Enum):
    BY_ITSELF = "ended"
    KILLED = "was killed"
    HUNG = "hung"


class ServerProcess:
    """Does not wait until it runs: it reads its imports while the crawl reads its own."""

    def __init__(self, timeout: float, preload: Sequence[str] = ()) -> None:
        self._control, theirs = socket.socketpair()
        # a group of its own: Ctrl-C is for the crawl, which ends its workers when it is done
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", _SERVER, str(theirs.fileno()), str(timeout), *preload],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            process_group=0,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
        )
        theirs.close()
        self.pid = self._process.pid
        self.begun = False
        """One of its workers has said that it runs."""
        self._hung = False

    @property
    def ended(self) -> bool:
        """True before any of its workers is seen to end with it.

        The kernel closes its files, then ends its children, and only then can it be waited for.
        """
        try:
            return not self._control.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK)  # it never says a word
        except BlockingIOError:  # a worker that was just forked may hold the other end for a moment
            return self._process.poll() is not None
        except OSError:  # closed here
            return True

    @property
    def end(self) -> End:
        """How it ended, once it is closed."""
        if self._hung:
            return End.HUNG
        return End.KILLED if (self._process.returncode or 0) < 0 else End.BY_ITSELF

    def fork(self, ours: socket.socket) -> None:
        """Another worker, at this end of a pair. Where the server has ended nobody takes it: it is closed."""
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [b"+"], [ours.fileno()])

    def give_up(self) -> None:
        """Kill it: it does not answer."""
        self._hung = True
        self._process.kill()
        self.close()

    def close(self) -> None:
        """All its workers end with it."""
        self._control.close()
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:  # still at its imports
            self._process.kill()
            self._process.wait()
