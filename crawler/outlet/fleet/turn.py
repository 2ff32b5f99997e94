"""One turn of an outlet: take its lease and renew it, crawl, revisit if that is due, release the lease.

The runner of this machine and a worker of a cluster do the same. A kill loses nothing here: begin and end are
in the lease, fetched pages in the archive.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from archive.commands.exit_codes import ExitCode, of_error, worst
from archive.exceptions import ArchiveError
from archive.opening import utc_now
from archive.storage.leases import RENEW_SECONDS, LastRun, Lease, Leases
from crawler.outlet.fleet.timetable import Timetable

_GOES_ON = (ExitCode.OK, ExitCode.NOTHING_NEW, ExitCode.OWED, ExitCode.MISSED, ExitCode.CUT_SHORT)
"""Ends of a crawl after which its outlet is revisited."""
GRACE = 60.0
"""Seconds for open requests and a commit; the next run publishes the rest."""
_TICK = 5.0
_LEASE_GRACE = 30.0
"""Seconds to end in if a lease could not be renewed: nobody takes it earlier."""
_LONGEST_LOG = 10 << 20


@dataclass(frozen=True, slots=True)
class Event:
    """An event of an outlet, or of all (`outlet` is None)."""

    at: Annotated[datetime, Meta(tz=True)]
    event: str
    """`begun`, `ended`, `elsewhere`, `time-limit`, `lease-lost`, `failed`, `again`, `not-kept`, `stopping`,
    `done`."""
    outlet: str | None = None
    errand: str | None = None
    exit_code: int | None = None
    seconds: float | None = None
    log: str | None = None
    detail: str | None = None
    worker: str | None = None
    """Address of the worker of a cluster."""


@dataclass(frozen=True, slots=True)
class Orders:
    timetable: Timetable
    leases: Leases
    logs: Path
    options: Sequence[str]
    """For each `triptych crawl` and `triptych revisit`."""
    report: Callable[[Event], None]

    def tell(self, event: str, outlet: str | None = None, errand: str | None = None, **more: object) -> None:
        """Report an event of now."""
        self.report(Event(utc_now(), event, outlet, errand, **more))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Result:
    code: int | None = None
    """An exit code; None: somebody else has the outlet, or it is unknown."""
    ask_again: bool = False
    """The turn began and its end is unknown: its process may have died, and its lease has to expire."""


def share(options: Sequence[str], at_once: int) -> tuple[str, ...]:
    """Give a crawl its share of the cores, if EXTRACTION_PROCESSES is not set."""
    is_set = any(option.startswith("EXTRACTION_PROCESSES=") for option in options)
    if is_set or "TRIPTYCH_EXTRACTION_PROCESSES" in os.environ:
        return ()
    return "-s", f"EXTRACTION_PROCESSES={max(1, (os.cpu_count() or 1) // at_once)}"


class Turn:
    def __init__(self, outlet: str, orders: Orders, stop: asyncio.Event) -> None:
        """`stop`: set when the crawl should end, publish its articles, and be due again."""
        self._outlet, self._orders, self._stop = outlet, orders, stop
        self._tell = partial(orders.tell, outlet=outlet)
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> int | None:
        """Take the turn; return an exit code, or None if another has the lease or has just had it."""
        outlet, timetable, now = self._outlet, self._orders.timetable, utc_now()
        try:
            lease = await asyncio.to_thread(
                self._orders.leases.take, outlet, lambda last: timetable.is_due(outlet, last, now), now
            )
        except (ArchiveError, OSError) as error:
            self._tell("failed", detail=str(error))
            return of_error(error)
        if lease is None:
            return None
        code = ExitCode.LOST
        last = replace(lease.last, exit_code=code)
        keeping = asyncio.create_task(_keep(lease))
        try:
            last = await self._errands(lease)
            code = worst([] if last.exit_code is None else [last.exit_code])
        except OSError as error:
            self._tell("failed", detail=str(error))
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping
            try:
                # a stopped one is due at once, as if its end were unknown
                at = None if self._stop.is_set() else utc_now()
                await asyncio.to_thread(lease.release, replace(last, ended_at=at))
            except (ArchiveError, OSError) as error:  # it ends by itself after its time
                self._tell("failed", detail=str(error))
        return code

    @property
    def is_at_work(self) -> bool:
        return self._process is not None

    def kill(self) -> None:
        if self._process is not None:
            _signal(self._process, signal.SIGKILL)

    async def _errands(self, lease: Lease) -> LastRun:
        outlet, timetable = self._outlet, self._orders.timetable
        until = time.monotonic() + timetable.of(outlet).time_limit.total_seconds()
        last = lease.last
        code = await self._errand("crawl", lease, until)
        again = code in _GOES_ON and not self._stop.is_set() and time.monotonic() < until
        if again and timetable.is_revisit_due(outlet, last, utc_now()):
            last = replace(last, revisited_at=utc_now())
            code = worst([code, await self._errand("revisit", lease, until)])
        return replace(last, exit_code=code)

    async def _errand(self, errand: str, lease: Lease, until: float) -> ExitCode:
        begun = time.monotonic()
        path = self._orders.logs / f"{self._outlet}.log"
        command = [
            sys.executable,
            "-P",
            "-m",
            "crawler.outlet.fleet.child",
            str(GRACE),
            errand,
            # its output goes to the log already
            *("-s", "LOG_TO=stderr"),
            *self._orders.options,
            self._outlet,
        ]
        make_room(path)
        with path.open("ab") as log:
            log.write(f"--- {utc_now():%Y-%m-%d %H:%M:%S} UTC, {errand} {self._outlet}\n".encode())
            log.flush()
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
                process_group=0,  # Ctrl-C is for us; we signal them
                pass_fds=() if lease.descriptor is None else (lease.descriptor,),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(x or "." for x in sys.path)},
            )
        self._process = process
        self._tell("begun", errand=errand, log=str(path))
        try:
            code = await self._ended(process, lease, until)
        finally:
            self._process = None
        took = round(time.monotonic() - begun, 1)
        self._tell("ended", errand=errand, exit_code=code, seconds=took, log=str(path))
        return code

    async def _ended(self, process: asyncio.subprocess.Process, lease: Lease, until: float) -> ExitCode:
        ended, stopped = asyncio.create_task(process.wait()), asyncio.create_task(self._stop.wait())
        cut = over = False
        try:
            while not ended.done():
                remaining = until - time.monotonic()
                await asyncio.wait(
                    {ended, stopped},
                    timeout=min(_TICK, max(remaining, 0)),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if ended.done():
                    break
                if lease.is_over:
                    self._tell("lease-lost")
                    over = True
                    await _end(process, ended, _LEASE_GRACE)
                elif self._stop.is_set():
                    await _end(process, ended, GRACE)
                elif time.monotonic() >= until:
                    self._tell("time-limit")
                    cut = True
                    await _end(process, ended, GRACE)
            code = ended.result()
        finally:
            stopped.cancel()
        # a process without its handler, early or late, ends by the signal
        exit_code = ExitCode.INTERRUPTED if code == -signal.SIGTERM else worst([code])
        if over and exit_code == ExitCode.INTERRUPTED:
            return ExitCode.LOST
        # the next run continues
        return ExitCode.CUT_SHORT if cut and exit_code in (*_GOES_ON, ExitCode.INTERRUPTED) else exit_code


async def _keep(lease: Lease) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        renewing = asyncio.create_task(asyncio.to_thread(lease.renew))
        try:
            # `is_over` shows a failure
            with contextlib.suppress(ArchiveError, OSError):
                await asyncio.shield(renewing)
        except asyncio.CancelledError:
            # it would renew a released lease
            await asyncio.wait({renewing})
            with contextlib.suppress(ArchiveError, OSError):
                renewing.result()
            raise


async def _end(process: asyncio.subprocess.Process, ended: asyncio.Task[int], grace: float) -> None:
    _signal(process, signal.SIGTERM)
    await asyncio.wait({ended}, timeout=grace)
    if not ended.done():
        _signal(process, signal.SIGKILL)
        await ended


def _signal(process: asyncio.subprocess.Process, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        # SIGTERM is for the crawl, which ends its workers; SIGKILL for all
        if number == signal.SIGKILL:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def make_room(log: Path) -> None:
    """Make the folder of a log; a long log becomes the one previous log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > _LONGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
