"""The time of a commit: the clock's, compared with the log and the file system.

Transaction times never go back, and no clock may carry them far ahead: a commit of 2099 would be the head for
ever, later commits could not be ordered after it, and `gc` would keep every file. Reasons and limits:
docs/decisions/0020-times-of-commits.md.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta

from archive.exceptions import ArchiveWriteError
from archive.format.layout import Layout
from archive.format.snapshot import Snapshot

_log = logging.getLogger(__name__)

AHEAD = timedelta(hours=3)
"""Of the file system; smaller differences between clocks are ignored."""
FAR = timedelta(days=3653)
"""Ten years: no archive is unused for so long, and no clock is so wrong by chance."""
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
"""Nothing was committed before there was a Triptych."""


class Clock:
    def __init__(self, now: Callable[[], datetime], layout: Layout) -> None:
        self._clock = now
        self._layout = layout
        self._warned: set[str] = set()

    def now(self) -> datetime:
        """The time; the file system's where this process's clock is ahead of it, or decades behind."""
        now = self._clock()
        files = self._of_files()
        if files is not None and (now - files > AHEAD or (now < FIRST <= files)):
            self._warn(
                f"The clock says {_formatted(now)}, the file system {_formatted(files)}: using the latter."
            )
            return files
        return now

    def first(self) -> datetime:
        """The time of an archive's first snapshot. Raises ArchiveWriteError where no clock can be right."""
        now = self.now()
        if now < FIRST:
            raise ArchiveWriteError(
                f"The clock of this machine says {_formatted(now)}, before there was a Triptych: set it."
            )
        return now

    def after(self, head: Snapshot, before: Callable[[int], Snapshot]) -> datetime:
        """The time of the snapshot that follows `head`; `before` reads earlier ones.

        Later than the head's, unless that is far in the future: then it was committed by a wrong clock, and
        the log continues with correct times. Raises ArchiveWriteError where this clock is far ahead.
        """
        now = self.now()
        last = head.committed_at
        if now - last > FAR:
            raise ArchiveWriteError(
                f"The clock of this machine says {_formatted(now)}, more than ten years after the last "
                f"commit at {_formatted(last)}: set the clock."
            )
        if last - now > FAR and now >= FIRST:
            self._warn(
                f"Snapshot {head.id} says that it was committed at {_formatted(last)}: its clock was wrong. "
                "The log continues with today's time."
            )
            last = _last_sane(head, before, now)
        elif last - now > AHEAD:
            self._warn(
                f"The clock says {_formatted(now)}, the last commit was at {_formatted(last)}: set the clock."
            )
        return max(now, last + timedelta(microseconds=1))

    def _warn(self, text: str) -> None:
        if text[:40] not in self._warned:  # once a writer: the times in it change with each commit
            self._warned.add(text[:40])
            _log.warning("%s", text)

    def _of_files(self) -> datetime | None:
        """The time that the file system gives to a new file; on a network mount, another machine's clock."""
        path = self._layout.new_temporary()
        try:
            path.touch()
            return datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except (OSError, OverflowError, ValueError):
            return None
        finally:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _last_sane(head: Snapshot, before: Callable[[int], Snapshot], now: datetime) -> datetime:
    """The time of the last snapshot that is not far in the future."""
    snapshot = head
    while snapshot.committed_at - now > FAR and snapshot.parent is not None:
        snapshot = before(snapshot.parent)
    return min(snapshot.committed_at, now)


def strange_times(committed: Iterable[tuple[int, datetime]], now: datetime) -> Iterator[str]:
    """Messages about commits, given by number and time, that are dated in the future."""
    late = [(number, at) for number, at in committed if at - now > AHEAD]
    if late:
        (first, at), last = late[0], late[-1][0]
        which = f"snapshot {first} says" if first == last else f"snapshots {first} to {last} say"
        yield (
            f"{which} that it was committed at {_formatted(at)}, by a wrong clock: `as_of` a moment before "
            "the next commit does not include it"
        )


def _formatted(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
