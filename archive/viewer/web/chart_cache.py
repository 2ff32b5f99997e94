"""Numbers of the charts for pages: those that filling has stored, or made here where it has not."""

import threading
from contextlib import suppress

from archive.read.archive import Archive
from archive.viewer import stored_figures
from archive.viewer.search import side_file
from archive.viewer.stored_figures import StoredFigures


class ChartsPending(Exception):
    """Raised while there are no numbers yet."""


class Figures:
    """Numbers of all figures of an archive as it was opened; for any thread."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._path = side_file.charts_file(side_file.side_file(archive.storage.layout))
        self._lock = threading.Lock()
        self._current: StoredFigures | None = None
        self._error: Exception | None = None
        self._is_making = False

    @property
    def snapshot(self) -> int:
        return self._archive.snapshot.id

    def stored(self, *, is_filling: bool) -> StoredFigures:
        """Return the numbers; those of an earlier snapshot while filling makes newer ones.

        Raises ChartsPending, and the errors of reading an archive.
        """
        with self._lock:
            if self._current is not None:
                return self._current
            if self._error is not None:  # told once, then tried again
                error, self._error = self._error, None
                raise error
            stored = stored_figures.read(self._path)
            if stored is not None and stored.snapshot == self.snapshot:
                self._current = stored
                return stored
            if is_filling and stored is not None:
                return stored
            if not is_filling and not self._is_making:  # filling has failed
                self._is_making = True
                threading.Thread(target=self._make, daemon=True).start()
            raise ChartsPending

    def _make(self) -> None:
        figures, error = None, None
        try:
            figures = stored_figures.make(self._archive)
            with suppress(OSError):
                stored_figures.write(self._path, figures)
        except Exception as raised:  # whoever asks for them gets it
            error = raised
        with self._lock:
            self._current, self._error, self._is_making = figures, error, False
