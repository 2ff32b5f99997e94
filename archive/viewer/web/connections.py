"""Connections of the server: whoever sends no request loses the place to whoever does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

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
