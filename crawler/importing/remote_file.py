"""A file on a server, read part by part as if it lay here: in order, ahead, again after a fault, bounded.

Two parts of PART bytes are in memory at most. Each answer is held against the first one: a file that another
has replaced meanwhile is not read on.
"""

import io
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from crawler.exceptions import SourceFailed, Unanswered, Unavailable

_Answer = TypeVar("_Answer")
PART = 8 << 20
_FIRST = 1 << 18
"""Bytes of the first part: it tells what the file is, and reading may go on far from there."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Seconds before each further try of one part."""
LONGEST_PAUSE = 300.0
"""Seconds that a server may ask for; longer, and the file is left for another run."""


@dataclass(frozen=True, slots=True)
class Part:
    data: bytes
    """Fewer bytes than requested only at the end of the file."""
    size: int
    tag: str | None
    """Of its state, as the server has it: ETag, or the time of its last change."""


class Ranged(ABC):
    """A file on a server or in a bucket."""

    address: str
    """As it is shown: without secrets."""

    @property
    def key(self) -> str:
        return self.address

    @abstractmethod
    def part(self, begin: int, length: int) -> Part:
        """Raises Unavailable where another try may help, SourceFailed where none does."""

    def open(self) -> "RemoteFile":
        return RemoteFile(self)


class RemoteFile(io.RawIOBase):
    """One file, whose first part is fetched when it is made. Raises SourceFailed, after all tries."""

    def __init__(self, place: Ranged, pauses: Sequence[float] = PAUSES, part: int = PART) -> None:
        super().__init__()
        self._place, self._pauses, self._length = place, pauses, part
        self._stopped = threading.Event()
        self._ahead = ThreadPoolExecutor(1, "import-ahead")
        self._next: tuple[int, Future[Part]] | None = None
        self._position = self._begin = 0
        first = self._fetch(0, min(part, _FIRST))
        self.size, self.tag, self._data = first.size, first.tag, first.data

    size: int
    tag: str | None

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read what is left of the part at hand; what `read` returns comes from here."""
        at = self._position - self._begin
        if not 0 <= at < len(self._data):
            if self._position >= self.size or not buffer:
                return 0
            self._go_to(self._position)
            at = 0
        data = self._data[at : at + len(buffer)]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def stop(self) -> None:
        """End the waiting of another thread that reads: it raises SourceFailed."""
        self._stopped.set()

    def close(self) -> None:
        self.stop()
        self._ahead.shutdown(wait=False)
        super().close()

    def _go_to(self, begin: int) -> None:
        waiting, self._next = self._next, None
        part = waiting[1].result() if waiting is not None and waiting[0] == begin else self._fetch(begin)
        if (part.size, part.tag) != (self.size, self.tag):
            raise SourceFailed(
                f"another file is there since it was begun ({part.size:,} bytes and {part.tag}, before "
                f"{self.size:,} and {self.tag}); run the import again, it reads that one"
            )
        if not part.data:
            raise SourceFailed(f"the server sends nothing from byte {begin:,} on, of {self.size:,}")
        in_order = begin == self._begin + len(self._data)
        self._begin, self._data = begin, part.data
        following = begin + len(part.data)
        if in_order and following < self.size:
            self._next = (following, self._ahead.submit(self._fetch, following))

    def _fetch(self, begin: int, length: int | None = None) -> Part:
        size = length or min(self._length, self.size - begin)
        return patiently(
            lambda: self._place.part(begin, size),
            self._pauses,
            self._stopped,
            f"byte {begin:,} and those after it cannot be read",
        )


def patiently(
    request: Callable[[], _Answer], pauses: Sequence[float], stopped: threading.Event, failure: str
) -> _Answer:
    """Ask until an answer comes, with these pauses or those that the server asks for. Raises Unanswered."""
    remaining = iter(pauses)
    while not stopped.is_set():
        try:
            return request()
        except Unavailable as error:
            pause = next(remaining, None)
            wait = error.after if error.after is not None else pause
            if pause is None or wait is None or wait > LONGEST_PAUSE:
                pause_note = f"; it asks to wait {error.after:g} s" if error.after is not None else ""
                raise Unanswered(
                    f"{failure}: {error}{pause_note}. Run the import again, it goes on there"
                ) from None
            stopped.wait(wait)
    raise Unanswered("the import was stopped")
