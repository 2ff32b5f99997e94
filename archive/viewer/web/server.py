"""Serving on 127.0.0.1, until the process is told to end."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import uvicorn
from starlette.requests import Request

from archive.exceptions import ArchiveError
from archive.viewer.web.app import OF_DAMAGE, make_app
from archive.viewer.web.connections import MOST, Connection
from archive.viewer.web.opened import Opened
from archive.viewer.web.shelf import Preparing, Shelf
from archive.viewer.web.story_lists import stories

if TYPE_CHECKING:
    from collections.abc import Callable


def listening(port: int) -> socket.socket:
    """Take a port of this machine's own interface. Raises OSError."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen(128)
    except OSError:
        taken.close()
        raise
    return taken


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def serve(root: str, taken: socket.socket, ready: Callable[[], None], secret: str = "") -> None:
    """Serve an archive on a port that was taken; returns at Ctrl-C. `ready` is called once it listens."""
    with closing(taken), closing(Shelf(root)) as shelf:

        def prepare() -> None:
            # the side file and the templates are read before anybody waits for them
            with suppress(Preparing, ArchiveError, *OF_DAMAGE), shelf.opened() as opened:
                stories(Opened(Request({"type": "http", "query_string": b"", "headers": []}), opened))

        threading.Thread(target=prepare, daemon=True).start()
        config = uvicorn.Config(
            make_app(shelf, taken.getsockname()[1], secret),
            http=Connection,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            limit_concurrency=MOST,
            timeout_graceful_shutdown=2,
        )
        with suppress(KeyboardInterrupt):  # uvicorn raises again what it has ended at
            _Server(config, ready).run(sockets=[taken])
