"""Numbers of the figures of one snapshot, made once, in a thread of their own.

Of a large archive that takes seconds. No page waits so long: it says that they are being made.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from archive.read.archive import Archive


class ChartsPending(Exception):
    """Raised while there are no numbers yet; of how many figures there are, of how many."""

    def __init__(self, made: int, figures: int, ended: threading.Event) -> None:
        super().__init__(f"{made} of {figures}")
        self.made, self.figures = made, figures
        self._ended = ended

    def wait(self, seconds: float) -> None:
        """Wait until they are made, or so long."""
        self._ended.wait(seconds)


class Figures:
    """Numbers of all figures of an archive as it was opened; for any thread."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._made: dict[str, pd.DataFrame] = {}
        self._is_complete = self._is_closed = False
        self._error: Exception | None = None
        self._ended: threading.Event | None = None
        """Of a thread that is at work."""

    @property
    def snapshot(self) -> int:
        return self._archive.snapshot.id

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the numbers by figure name. Raises ChartsPending, and the errors of reading an archive."""
        from archive.viewer.figure_frames import PROVEN  # noqa: PLC0415  pandas, 1 s and 50 MB: lists need none

        with self._lock:
            if self._is_complete:
                return self._made
            if self._error is not None:  # told once, then tried again
                error, self._error = self._error, None
                raise error
            if self._ended is None:
                self._ended = threading.Event()
                threading.Thread(target=self._make, args=[self._ended], daemon=True).start()
            raise ChartsPending(len(self._made), len(PROVEN), self._ended)

    def close(self) -> None:
        """Make no more figures than the one that is being made."""
        self._is_closed = True

    def _make(self, ended: threading.Event) -> None:
        from archive.viewer.charts import frame_of  # noqa: PLC0415
        from archive.viewer.figure_frames import PROVEN  # noqa: PLC0415

        error = None
        try:
            for figure in PROVEN.values():
                if self._is_closed:
                    break
                frame_of(figure, self._archive, self._made)
        except Exception as raised:  # whoever asks for them gets it
            error = raised
        finally:
            with self._lock:
                self._error, self._ended = error, None
                self._is_complete = len(self._made) == len(PROVEN)
            ended.set()
