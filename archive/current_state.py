"""The cache as a commit needs it: open, whole, and up to the head."""

from __future__ import annotations

import logging
import sqlite3
from typing import TYPE_CHECKING

from archive import replay
from archive.exceptions import ArchiveWriteError

if TYPE_CHECKING:
    from archive.layout import Layout
    from archive.log import Log, Snapshot
    from archive.state import State

_log = logging.getLogger(__name__)


class CurrentState:
    """Use it under the commit lock."""

    def __init__(self, layout: Layout, log: Log) -> None:
        self._layout = layout
        self._log = log
        self._state: State | None = None
        self._file = -1

    def at(self, head: Snapshot) -> State:
        """Raises ArchiveWriteError when the disk refuses it; a damaged file is made anew."""
        try:
            state = self._opened()
            try:
                replay.catch_up(state, self._layout, self._log, head)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                _log.warning("state.sqlite is damaged (%s): it is rebuilt from the log", error)
                self.close()
                replay.discard_state(self._layout)
                state = self._opened()
                replay.catch_up(state, self._layout, self._log, head)
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise ArchiveWriteError(f"Cannot write {self._layout.state}: {error}.") from error
        return state

    def close(self) -> None:
        if self._state is not None:
            self._state.close()
            self._state = None

    def _opened(self) -> State:
        if self._state is not None and self._file_now() != self._file:
            self.close()  # made anew by another process, or thrown away after another machine's purge
        if self._state is None:
            self._state = replay.open_state(self._layout)
            self._file = self._file_now()
        return self._state

    def _file_now(self) -> int:
        try:
            return self._layout.state.stat().st_ino
        except FileNotFoundError:
            return -1
