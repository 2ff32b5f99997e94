"""Captures that earlier imports have accounted for: one that was killed goes on behind them.

A file in this machine's cache, to which lines are added once what they stand for is on disk. Where it is
lost, captures are fetched again, and make no version twice.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from archive.exceptions import ArchiveError
from archive.storage import path_guard
from crawler.importing.indexes.cdx import Capture

_LARGEST = 512 << 20
_DIGITS = 16


class CaptureJournal:
    """Of one archive, one index and one choice of pages; the arguments are as of Positions."""

    def __init__(
        self, path: Path, head: Callable[[], tuple[int, str]], run_of: Callable[[int], str | None]
    ) -> None:
        self._path, self._head = path, head
        self._done: set[bytes] = set()
        try:
            first, *lines = path_guard.read(path, _LARGEST).decode("ascii").split("\n")
            beginning = json.loads(first)
            if run_of(int(beginning["snapshot"])) != beginning["run_id"]:
                raise ValueError("of another archive")
            # a kill may have cut the last line
            self._done = {bytes.fromhex(line) for line in lines if len(line) == _DIGITS}
        except (ArchiveError, OSError, ValueError, TypeError, KeyError, RecursionError):
            self._done = set()
            path.unlink(missing_ok=True)

    def __contains__(self, capture: Capture) -> bool:
        return _key(capture) in self._done

    def add(self, captures: Iterable[Capture]) -> None:
        """Write captures whose outcome is on disk. Raises OSError."""
        keys = [_key(capture) for capture in captures]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="ascii") as file:
            if not file.tell():
                snapshot, run_id = self._head()
                file.write(json.dumps({"snapshot": snapshot, "run_id": run_id}))
            file.write("".join(f"\n{key.hex()}" for key in keys))
        self._done.update(keys)


def _key(capture: Capture) -> bytes:
    text = capture.identity.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=_DIGITS // 2).digest()
