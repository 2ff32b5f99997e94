"""The time of a commit: what the clock says, held against the log and the file system.

Transaction times never go back, and no clock may carry them far ahead: what was committed in 2099 would be
the head for ever, no later commit could be told from it, and `gc` would keep every file. Reasons and limits:
docs/decisions/0020-times-of-commits.md.
"""

from __future__ import annotations

import contextlib
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from archive.exceptions import ArchiveWriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from archive.format.layout import Layout
    from archive.format.snapshot import Snapshot

_log = logging.getLogger(__name__)

AHEAD = timedelta(hours=3)
"""Of the file system; clocks that differ by less are called alike."""
FAR = timedelta(days=3653)
"""No archive is left alone for ten years, and no clock that is only wrong is ten years wrong by chance."""
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
"""Nothing was committed before there was a Triptych."""


class Clock:
    def __init__(self, now: Callable[[], datetime], layout: Layout) -> None:
        self._clock = now
        self._layout = layout
        self._told: set[str] = set()

    def now(self) -> datetime:
        """The time; by the file system's clock where this process's is ahead of it, or of another age."""
        now = self._clock()
        files = self._of_files()
        if files is not None and (now - files > AHEAD or (now < FIRST <= files)):
            self._tell(f"The clock says {_shown(now)}, the file system {_shown(files)}: the latter is taken.")
            return files
        return now

    def first(self) -> datetime:
        """The time of an archive's first snapshot. Raises ArchiveWriteError where no clock can be right."""
        now = self.now()
        if now < FIRST:
            raise ArchiveWriteError(
                f"The clock of this machine says {_shown(now)}, before there was a Triptych: set it."
            )
        return now

    def after(self, head: Snapshot, before: Callable[[int], Snapshot]) -> datetime:
        """The time of the snapshot that follows `head`; `before` reads earlier ones.

        Later than the head's, but where that is far in the future: it was committed by a wrong clock, and the
        log goes on with times that are right. Raises ArchiveWriteError where this clock is far ahead.
        """
        now = self.now()
        last = head.committed_at
        if now - last > FAR:
            raise ArchiveWriteError(
                f"The clock of this machine says {_shown(now)}, and the last commit was at {_shown(last)}, "
                "more than ten years before: set the clock."
            )
        if last - now > FAR and now >= FIRST:
            self._tell(
                f"Snapshot {head.id} says that it was committed at {_shown(last)}: its clock was wrong, and "
                "the log goes on with today's time."
            )
            last = _last_sane(head, before, now)
        elif last - now > AHEAD:
            self._tell(f"The clock says {_shown(now)}, the last commit was at {_shown(last)}: set the clock.")
        return max(now, last + timedelta(microseconds=1))

    def _tell(self, text: str) -> None:
        if text[:40] not in self._told:  # once a writer: its times differ from commit to commit
            self._told.add(text[:40])
            _log.warning("%s", text)

    def _of_files(self) -> datetime | None:
        """The time that the file system gives to a file made now; of another machine, on a network mount."""
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
    """Sentences on commits, given by number and time, that say that they are yet to come."""
    late = [(number, at) for number, at in committed if at - now > AHEAD]
    if late:
        (first, at), last = late[0], late[-1][0]
        which = f"snapshot {first} says" if first == last else f"snapshots {first} to {last} say"
        yield (
            f"{which} that it was committed at {_shown(at)}, by a clock that was wrong: `as_of` a moment "
            "before the next commit does not have it"
        )


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
