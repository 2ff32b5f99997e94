"""Positions up to which files have been read, so that an import that was killed goes on there.

In this machine's cache, a file for each: where it is lost, a file is read from its beginning, and what the
archive has is passed over. A position is kept after all that was read before it is on disk. It counts for
the same file (size and tag), the same choice of pages, and an archive that has the snapshot it was kept with.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from archive.exceptions import ArchiveError
from archive.storage import durable, path_guard
from archive.storage.cache import cache_folder
from crawler.importing.indexes.capture_journal import CaptureJournal

_LARGEST = 65_536
_Number = Annotated[int, msgspec.Meta(ge=0)]


@dataclass(frozen=True, slots=True)
class Position:
    address: str
    size: _Number
    tag: str | None
    at: _Number
    """Byte of the file before which all is in the archive; the size where all of it is."""
    snapshot: _Number
    """The last of the archive at that moment, and the run that made it."""
    run_id: str

    @property
    def is_end(self) -> bool:
        return self.at >= self.size


class Positions:
    """Of one archive and one choice. `head`: its last snapshot; `run_of`: the run that made a snapshot."""

    def __init__(
        self,
        root: Path,
        choice: str,
        head: Callable[[], tuple[int, str]],
        run_of: Callable[[int], str | None],
    ) -> None:
        self._folder, self._choice = cache_folder(root, "imports"), choice
        self._head, self._run_of = head, run_of

    def _path(self, address: str) -> Path:
        name = hashlib.sha256(f"{self._choice}\n{address}".encode("utf-8", "surrogatepass")).hexdigest()
        return self._folder / f"{name[:32]}.json"

    def journal(self, address: str) -> CaptureJournal:
        """Open the journal of an index."""
        return CaptureJournal(self._path(address).with_suffix(".captures"), self._head, self._run_of)

    def kept(self, address: str) -> Position | None:
        """None where there is none, or the archive is another one by now."""
        try:
            position = msgspec.json.decode(path_guard.read(self._path(address), _LARGEST), type=Position)
            return position if self._run_of(position.snapshot) == position.run_id else None
        except (ArchiveError, OSError, ValueError, RecursionError):
            return None

    def keep(self, address: str, size: int, tag: str | None, at: int) -> None:
        """Raises OSError."""
        path, (snapshot, run_id) = self._path(address), self._head()
        path.parent.mkdir(parents=True, exist_ok=True)
        position = Position(address, size, tag, at, snapshot, run_id)
        durable.replace(path, msgspec.json.encode(position))
