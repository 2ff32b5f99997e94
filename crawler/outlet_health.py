"""Whether an outlet's crawls go well, from the accounts of its runs and the dates of its articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from archive.runs import RunAccount, runs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

LOOKED_BACK = timedelta(days=30)
# an outlet of this list publishes each day; a quiet week is a rule that no longer holds
SILENT_AFTER = timedelta(days=3)
LATE_AFTER = timedelta(days=2)


@dataclass(slots=True)
class Crawls:
    """Of one outlet, in the time looked back; revisits and crawls of single addresses are not counted."""

    last: RunAccount | None = None
    last_good: RunAccount | None = None
    failed_since: int = 0
    """Crawls since the last good one."""


def crawls_of(uri: str, outlets: Iterable[str], now: datetime) -> dict[str, Crawls]:
    found = {name: Crawls() for name in outlets}
    waiting = set(found)
    for run in runs(uri, now - LOOKED_BACK):
        # a source was asked for: neither a revisit nor a story by its address
        if run.outlet not in waiting or not run.counts.get("sources/read", 0) + run.counts.get(
            "sources/failed", 0
        ):
            continue
        crawls = found[run.outlet]
        crawls.last = crawls.last or run
        if _was_good(run):
            crawls.last_good = run
            waiting.remove(run.outlet)
            if not waiting:
                break
        else:
            crawls.failed_since += 1
    return found


def health(crawls: Crawls, newest: datetime | None, now: datetime) -> str:
    """`newest`: when the latest article that the archive has of it was published."""
    if crawls.last is None:
        return "not crawled" if newest is None else f"not crawled for {LOOKED_BACK.days} days"
    if crawls.failed_since:
        times = f"{crawls.failed_since} times" if crawls.failed_since > 1 else "once"
        return f"failed {times}: {_why(crawls.last)}"
    if (age := now - crawls.last.committed_at) > LATE_AFTER:
        return f"not crawled for {age.days} days"
    if newest is not None and (quiet := now - newest) > SILENT_AFTER:
        return f"nothing new for {quiet.days} days"
    if failed := crawls.last.counts.get("sources/failed", 0):
        return f"{failed} of {failed + crawls.last.counts.get('sources/read', 0)} sources not read"
    return "good"


def _was_good(run: RunAccount) -> bool:
    return bool(run.counts.get("run/finished")) and not run.counts.get("run/problems")


def _why(run: RunAccount) -> str:
    if not run.counts.get("run/finished"):
        # a run in the middle of its work has an account like that of one that was killed there
        return "it was killed, or still runs"
    if not run.counts.get("sources/read"):
        return "no source could be read"
    if left := run.counts.get("skipped(host-refuses)"):
        return f"a host refuses, {left} addresses left"
    return "run it to see why"
