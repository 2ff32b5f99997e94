"""Serving on 127.0.0.1 until the process is told to end; whoever sends no request loses the place."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import closing, suppress

import uvicorn
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

from archive.exceptions import ArchiveError
from archive.viewer.web.app import OF_DAMAGE, make_app
from archive.viewer.web.archive_request import ArchiveRequest
from archive.viewer.web.shelf import Preparing, Shelf
from archive.viewer.web.story_lists import stories

MOST = 64
"""Connections at a time."""
SECONDS_TO_ASK = 10.0
"""Time from the opening of a connection, or from its last answer, to the end of the next request's head."""


class Connection(H11Protocol):
    """Closes when its request does not arrive in time, or when others need its place."""

    waiting: asyncio.TimerHandle | None = None
    """Set while no request is being answered."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        silent = []
        for connection in self.connections:
            if isinstance(connection, Connection) and connection.waiting is not None:
                silent.append((connection.waiting.when(), connection))
        if len(self.connections) >= MOST - 1 and silent:
            min(silent, key=lambda x: x[0])[1].give_way()
        super().connection_made(transport)
        self._wait()

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        self._wait()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def give_way(self) -> None:
        self._stop_waiting()
        self.connections.discard(self)
        self.transport.abort()

    def _wait(self) -> None:
        self._stop_waiting()
        self.waiting = self.loop.call_later(SECONDS_TO_ASK, self.give_way)

    def _stop_waiting(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None


def listening(port: int) -> socket.socket:
    """Take a port of this machine's own interface. Raises OSError."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(root: str, listener: socket.socket, ready: Callable[[], None], secret: str = "") -> None:
    """Serve an archive on a port that was taken; returns at Ctrl-C. `ready` is called once it listens."""
    with closing(listener), closing(Shelf(root)) as shelf:

        def prepare() -> None:
            # the side file and the templates are read before anybody waits for them
            with suppress(Preparing, ArchiveError, *OF_DAMAGE), shelf.opened() as opened:
                stories(ArchiveRequest(Request({"type": "http", "query_string": b"", "headers": []}), opened))

        threading.Thread(target=prepare, daemon=True).start()
        config = uvicorn.Config(
            make_app(shelf, listener.getsockname()[1], secret),
            http=Connection,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            limit_concurrency=MOST,
            timeout_graceful_shutdown=2,
        )
        with suppress(KeyboardInterrupt):  # uvicorn raises again what it has ended at
            _Server(config, ready).run(sockets=[listener])
