"""The archive and its side file as pages see them: opened together, and again when a crawl has committed."""

import logging
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import archive
from archive.exceptions import ArchiveError
from archive.read.archive import Archive
from archive.viewer.render import About, about
from archive.viewer.search import side_file
from archive.viewer.search.lookup import Lookup
from archive.viewer.web.chart_cache import Figures

_log = logging.getLogger(__name__)
_CHECK_EVERY = 3.0
"""Seconds between two checks for a new snapshot; only requests check."""
_CHECK_WHILE_FILLING = 1.0
_QUIET = ("-W", "ignore::UserWarning:multiprocessing.resource_tracker")
"""Python cleans up what its processes leave when they are ended, and would warn on the terminal."""


class Preparing(Exception):
    """Raised while there is no side file of this archive yet; how many data files of all it has taken."""

    def __init__(self, taken: int = 0, files: int = 0) -> None:
        super().__init__(f"{taken} of {files}")
        self.taken, self.files = taken, files


class Shelf:
    """What all requests read; filling runs in a process of its own, and pages show what was there before."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._archive: Archive | None = None
        self._lookup: Lookup | None = None
        self._file: tuple[int, int] | None = None
        self._filling: subprocess.Popen[bytes] | None = None
        self._filled = -1
        """Snapshot that filling was last begun for."""
        self._next_check = 0.0
        self._has_newer = False
        """True while there are commits that the side file does not have."""
        self.figures: Figures | None = None
        """Of the snapshot that is open."""
        self._path = side_file.side_file(archive.open(root).storage.layout)

    @property
    def is_filling(self) -> bool:
        """Return whether more texts will be searchable soon."""
        return self._filling is not None

    @contextmanager
    def opened(self) -> Iterator[tuple[Archive, Lookup, About]]:
        """Lend the archive and the side file to one request at a time: memory is for one page.

        Raises Preparing, and as opening an archive does.
        """
        with self._lock:
            self._renew()
            if self._archive is None or self._lookup is None:
                raise Preparing(*side_file.progress(self._path))
            yield self._archive, self._lookup, replace(about(self._archive), is_behind=self._has_newer)

    def _renew(self) -> None:
        """Open a newer snapshot or side file, and start filling where texts are missing."""
        has_ended = self._filling is not None and self._filling.poll() is not None
        if self._is_same() and not has_ended and time.monotonic() < self._next_check:
            return
        head = archive.open(self._root)
        if has_ended:
            self._end_filling()
        # what was written since the last request, also after the last check, has not been seen yet
        if has_ended or self._filling is not None or not self._is_same() or self._is_behind(head):
            self._open(head)
        if self._filling is None and (self._is_behind(head) or self._has_unread(head)):
            self._filled = head.snapshot.id
            self._filling = self._fill()
        self._has_newer = self._is_behind(head)
        self._next_check = time.monotonic() + (
            _CHECK_EVERY if self._filling is None else _CHECK_WHILE_FILLING
        )

    def _is_behind(self, head: Archive) -> bool:
        return self._lookup is None or self._lookup.snapshot != head.snapshot.id

    def _has_unread(self, head: Archive) -> bool:
        """Return whether texts are unread that filling of this snapshot has not tried to read."""
        if self._lookup is None or self._filled == head.snapshot.id:
            return False
        return self._lookup.read < self._lookup.articles

    def _fill(self) -> subprocess.Popen[bytes]:
        # it ends when this server does, however that ends; Ctrl-C is for the server alone
        module = "archive.viewer.search.fill"
        command = [sys.executable, "-P", *_QUIET, "-m", module, "--attached", self._root]
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
        )

    def _end_filling(self) -> None:
        if self._filling is not None:
            with self._filling as filling:
                filling.terminate()
            self._filling = None

    def _open(self, head: Archive) -> None:
        """Open the side file as it is now; keep the last one where this one cannot be opened."""
        identity = self._identity()
        if identity is None:
            self._drop()
            return
        try:
            lookup = Lookup(side_file.connect(self._path), self._lookup)
        except sqlite3.Error as error:
            _log.info("%s is not ready: %s", self._path, error)
            return
        try:
            # while a crawl commits, the side file may be of the snapshot before
            opened = head if lookup.snapshot == head.snapshot.id else head.at(max(lookup.snapshot, 0))
        except ArchiveError:
            lookup.close()
            return
        self._drop()
        self._archive, self._lookup, self._file = opened, lookup, identity
        if self.figures is None or self.figures.snapshot != opened.snapshot.id:
            self.figures = Figures(opened)

    def _drop(self) -> None:
        if self._lookup is not None:
            self._lookup.close()
        self._archive = self._lookup = self._file = None

    def _identity(self) -> tuple[int, int] | None:
        with suppress(OSError):
            status = os.stat(self._path)  # noqa: PTH116  beside st_ino nothing is asked for
            return status.st_dev, status.st_ino
        return None

    def _is_same(self) -> bool:
        """Return whether the side file is the one that is open: a purge takes it away."""
        return self._file is not None and self._identity() == self._file

    def forget(self) -> None:
        """Throw away a side file that cannot be read; the next request has it made anew."""
        with self._lock:
            self._drop()
            side_file.discard(self._path)

    def close(self) -> None:
        with self._lock:
            self._end_filling()
            self._drop()
