"""The runner of many outlets: each a process, so many at once, each under its lease, within its time.

Nothing is kept here that a kill could lose: what was begun and how it ended is in the leases, what was
fetched in the archive.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from archive.exceptions import ArchiveError
from archive.storage.leases import RENEW_SECONDS, LastRun

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from archive.storage.leases import Lease, Leases
    from crawler.outlet.fleet.timetable import Timetable

OK, LOST, USAGE, OWED, MISSED = 0, 1, 2, 3, 4
_WORST_FIRST = (LOST, USAGE, MISSED, OWED, OK)
_GRACE = 60.0
"""Seconds for the requests under way and a commit; what is not committed then, the next run publishes."""
_LOOK = 30.0
"""Seconds between two looks at what is due."""
_TICK = 5.0
_LEASE_GRACE = 30.0
"""Seconds to end in, when a lease could not be renewed: nobody takes over before they are over."""
_LONGEST_LOG = 10 << 20


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to an outlet, or to all (`outlet` is None)."""

    at: datetime
    event: str
    """`begun`, `ended`, `elsewhere`, `time-limit`, `lease-lost`, `failed`, `not-kept`, `stopping`, `done`."""
    outlet: str | None = None
    errand: str | None = None
    exit_code: int | None = None
    seconds: float | None = None
    log: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Fleet:
    outlets: Mapping[str, frozenset[str]]
    """Name -> its domains: two outlets of one domain are not crawled at once."""
    timetable: Timetable
    leases: Leases
    logs: Path
    options: Sequence[str]
    """For each `scrapy crawl` and `scrapy revisit`."""
    at_once: int
    tell: Callable[[Event], None]


def worst(codes: Sequence[int]) -> int:
    """The exit code of several runs: the first of 1, 2, 4 and 3 that one of them has, else 0."""
    known = {code if code in _WORST_FIRST else LOST for code in codes}
    return next((code for code in _WORST_FIRST if code in known), OK)


class Runner:
    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._codes: dict[str, int] = {}
        """The last of each outlet."""
        self._elsewhere: set[str] = set()
        """Of these it was told already."""
        self._stop = asyncio.Event()
        self._processes: set[asyncio.subprocess.Process] = set()

    async def run(self, *, forever: bool) -> int:
        """Crawl what is due; return an exit code. Raises ArchiveError where nobody knows what is due."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping)
        stopped = asyncio.create_task(self._stop.wait())
        running: dict[str, asyncio.Task[None]] = {}
        try:
            waiting = await self._due(running, warn=True)
            while True:
                self._begin(waiting, running)
                if not running and not forever and not waiting:
                    break
                watched = {*running.values(), stopped}
                await asyncio.wait(watched, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
                for outlet in [outlet for outlet, task in running.items() if task.done()]:
                    running.pop(outlet).result()
                if self._stop.is_set():
                    break
                if forever:
                    waiting = await self._looked_again(running)
            if running:
                await asyncio.wait(running.values())
                for task in running.values():
                    task.result()
        finally:
            stopped.cancel()
        code = worst([*self._codes.values()])
        self._tell("done", exit_code=code, detail=f"{len(self._codes)} outlets")
        return code

    async def _due(self, running: Mapping[str, object], *, warn: bool = False) -> list[str]:
        fleet = self._fleet
        runs = await asyncio.to_thread(fleet.leases.last_runs, fleet.outlets)
        for told in fleet.timetable.not_kept(runs, fleet.at_once) if warn else ():
            self._tell("not-kept", detail=told)
        # one that another machine works on seems to have died, until its lease is asked for
        return [outlet for outlet in fleet.timetable.due(runs, _now()) if outlet not in running]

    async def _looked_again(self, running: Mapping[str, object]) -> list[str]:
        try:
            return await self._due(running)
        except (ArchiveError, OSError) as error:  # a store that is away comes back
            self._tell("failed", detail=str(error))
            return []

    def _begin(self, waiting: list[str], running: dict[str, asyncio.Task[None]]) -> None:
        outlets = self._fleet.outlets
        for outlet in [*waiting]:
            if len(running) >= self._fleet.at_once:
                return
            if not any(outlets[outlet] & outlets[other] for other in running):
                waiting.remove(outlet)
                running[outlet] = asyncio.create_task(self._work(outlet))

    async def _work(self, outlet: str) -> None:
        timetable, now = self._fleet.timetable, _now()
        try:
            lease = await asyncio.to_thread(
                self._fleet.leases.take, outlet, lambda last: timetable.is_due(outlet, last, now), now
            )
        except (ArchiveError, OSError) as error:
            self._fail(outlet, error)
            return
        if lease is None:
            if outlet not in self._elsewhere:
                self._elsewhere.add(outlet)
                self._tell("elsewhere", outlet)
            return
        self._elsewhere.discard(outlet)
        last = replace(lease.last, exit_code=LOST)
        keeping = asyncio.create_task(self._keep(lease))
        try:
            last = await self._errands(outlet, lease)
            self._codes[outlet] = worst([] if last.exit_code is None else [last.exit_code])
        except OSError as error:
            self._fail(outlet, error)
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
            try:
                # one that was stopped is due at once, as one of whose end nobody knows
                at = None if self._stop.is_set() else _now()
                await asyncio.to_thread(lease.release, replace(last, ended_at=at))
            except (ArchiveError, OSError) as error:  # it ends by itself after its time
                self._tell("failed", outlet, detail=str(error))

    async def _keep(self, lease: Lease) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            renewing = asyncio.create_task(asyncio.to_thread(lease.renew))
            try:
                # `is_over` tells what comes of a failure
                with contextlib.suppress(ArchiveError, OSError):
                    await asyncio.shield(renewing)
            except asyncio.CancelledError:
                # it would take again what is released meanwhile
                await asyncio.wait({renewing})
                with contextlib.suppress(ArchiveError, OSError):
                    renewing.result()
                raise

    async def _errands(self, outlet: str, lease: Lease) -> LastRun:
        timetable = self._fleet.timetable
        until = time.monotonic() + timetable.of(outlet).time_limit.total_seconds()
        last = lease.last
        code = await self._errand("crawl", outlet, lease, until)
        again = code in (OK, OWED, MISSED) and not self._stop.is_set() and time.monotonic() < until
        if again and timetable.is_revisit_due(outlet, last, _now()):
            last = replace(last, revisited_at=_now())
            code = worst([code, await self._errand("revisit", outlet, lease, until)])
        return replace(last, exit_code=code)

    async def _errand(self, errand: str, outlet: str, lease: Lease, until: float) -> int:
        begun = time.monotonic()
        path = self._fleet.logs / f"{outlet}.log"
        command = [
            sys.executable,
            "-P",
            "-m",
            "crawler.outlet.fleet.child",
            str(_GRACE),
            errand,
            # what it prints goes there already
            *("-s", "LOG_TO=stderr"),
            *self._fleet.options,
            outlet,
        ]
        with _open_log(path) as log:
            log.write(f"--- {_now():%Y-%m-%d %H:%M:%S} UTC, {errand} {outlet}\n".encode())
            log.flush()
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                process_group=0,  # Ctrl-C is for us, who tell them
                pass_fds=() if lease.descriptor is None else (lease.descriptor,),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(x or "." for x in sys.path)},
            )
        self._processes.add(process)
        self._tell("begun", outlet, errand, log=str(path))
        try:
            code = await self._ended(process, outlet, lease, until)
        finally:
            self._processes.discard(process)
        self._tell(
            "ended", outlet, errand, exit_code=code, seconds=round(time.monotonic() - begun, 1), log=str(path)
        )
        return code if code in _WORST_FIRST else LOST

    async def _ended(
        self, process: asyncio.subprocess.Process, outlet: str, lease: Lease, until: float
    ) -> int:
        ended, stopped = asyncio.create_task(process.wait()), asyncio.create_task(self._stop.wait())
        cut = False
        try:
            while not ended.done():
                left = until - time.monotonic()
                await asyncio.wait(
                    {ended, stopped}, timeout=min(_TICK, max(left, 0)), return_when=asyncio.FIRST_COMPLETED
                )
                if ended.done():
                    break
                if lease.is_over:
                    self._tell("lease-lost", outlet)
                    await _end(process, ended, _LEASE_GRACE)
                elif self._stop.is_set():
                    await _end(process, ended, _GRACE)
                elif time.monotonic() >= until:
                    self._tell("time-limit", outlet)
                    cut = True
                    await _end(process, ended, _GRACE)
            code = ended.result()
        finally:
            stopped.cancel()
        # what it has not come to is for the next run
        return OWED if cut and code == OK else code

    def _stopping(self) -> None:
        if self._stop.is_set():  # asked a second time
            for process in self._processes:
                _signal(process, signal.SIGKILL)
            return
        self._stop.set()
        self._tell("stopping", detail=f"{len(self._processes)} crawls end, in {_GRACE:.0f} seconds at most")

    def _fail(self, outlet: str, error: Exception) -> None:
        self._codes[outlet] = LOST
        self._tell("failed", outlet, detail=str(error))

    def _tell(self, event: str, outlet: str | None = None, errand: str | None = None, **more: object) -> None:
        self._fleet.tell(Event(_now(), event, outlet, errand, **more))  # type: ignore[arg-type]


async def _end(process: asyncio.subprocess.Process, ended: asyncio.Task[int], grace: float) -> None:
    _signal(process, signal.SIGTERM)
    await asyncio.wait({ended}, timeout=grace)
    if not ended.done():
        _signal(process, signal.SIGKILL)
        await ended


def _signal(process: asyncio.subprocess.Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        # the crawl alone is asked, and ends its workers itself; all are killed
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def make_room(log: Path) -> None:
    """Make the folder of a log; one that has grown long becomes the one before, of which there is one."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))


def _open_log(path: Path) -> IO[bytes]:
    make_room(path)
    return path.open("ab")


def _now() -> datetime:
    return datetime.now(UTC)
