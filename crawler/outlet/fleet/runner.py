"""The runner of many outlets: what is due gets its turn, so many at once, on this machine or on a cluster."""

from __future__ import annotations

import asyncio
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from archive.commands.exit_codes import ExitCode, worst
from archive.exceptions import ArchiveError
from crawler.outlet.fleet.turn import GRACE, Event, Turn, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from crawler.outlet.fleet.turn import Orders

_LOOK = 30.0
"""Seconds between two looks at what is due."""


@dataclass(frozen=True, slots=True)
class Fleet:
    outlets: Mapping[str, frozenset[str]]
    """Name -> its domains: two outlets of one domain are not crawled at once."""
    orders: Orders
    tell: Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Result:
    """How a turn ended, as far as whoever gave it knows."""

    code: int | None = None
    """An exit code; None: somebody else has the outlet, or nobody knows."""
    ask_again: bool = False
    """The turn was begun and its end is not known: whoever had it may have died, and its lease has to end."""


class Engine(Protocol):
    """Where the turns are taken."""

    @property
    def at_once(self) -> int:
        """So many turns may be given at once, as of now."""

    @property
    def at_work(self) -> int:
        """Crawls under way."""

    async def turn(self, outlet: str) -> Result:
        """Give an outlet its turn. Raises ArchiveError where nothing can be had of this engine any more."""

    def stop(self) -> None:
        """Let the crawls end, and begin no other."""

    def kill(self) -> None:
        """End them at once."""


class OwnProcesses:
    """Each crawl is a process of this machine, and a child of this one."""

    def __init__(self, orders: Orders, at_once: int, tell: Callable[[Event], None]) -> None:
        self._orders, self.at_once, self._tell = orders, at_once, tell
        self._stop = asyncio.Event()
        self._turns: set[Turn] = set()

    @property
    def at_work(self) -> int:
        return sum(turn.is_at_work for turn in self._turns)

    async def turn(self, outlet: str) -> Result:
        turn = Turn(outlet, self._orders, self._tell, self._stop)
        self._turns.add(turn)
        try:
            return Result(await turn.run())
        finally:
            self._turns.discard(turn)

    def stop(self) -> None:
        self._stop.set()

    def kill(self) -> None:
        for turn in self._turns:
            turn.kill()


class Runner:
    def __init__(self, fleet: Fleet, engine: Engine, idle: ExitCode = ExitCode.OK) -> None:
        """`idle`: the exit code where nothing was due."""
        self._fleet, self._engine, self._idle = fleet, engine, idle
        self._codes: dict[str, int] = {}
        """The last of each outlet."""
        self._elsewhere: set[str] = set()
        """Of these it was told already."""
        self._again: set[str] = set()
        """Outlets whose turn was begun and whose end is not known."""
        self._stop = asyncio.Event()

    async def run(self, *, forever: bool) -> int:
        """Crawl what is due; return an exit code. Raises ArchiveError where nobody knows what is due."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping)
        stopped = asyncio.create_task(self._stop.wait())
        running: dict[str, asyncio.Task[None]] = {}
        looked = time.monotonic()
        try:
            waiting = await self._due(running, warn=True)
            while True:
                self._begin(waiting, running)
                if not running and not forever and not waiting and not self._again:
                    break
                watched = {*running.values(), stopped}
                await asyncio.wait(watched, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
                for outlet in [outlet for outlet, task in running.items() if task.done()]:
                    running.pop(outlet).result()
                if self._stop.is_set():
                    break
                if forever:
                    waiting = await self._looked_again(running)
                elif self._again and time.monotonic() - looked >= _LOOK:
                    looked = time.monotonic()
                    waiting += [x for x in await self._still_owed() if x not in {*waiting, *running}]
            if running:
                await asyncio.wait(running.values())
                for task in running.values():
                    task.result()
        finally:
            stopped.cancel()
        code = self._exit_code(forever=forever)
        self._tell("done", exit_code=code, detail=f"{len(self._codes)} outlets")
        return code

    def _exit_code(self, *, forever: bool) -> ExitCode:
        codes = [*self._codes.values()]
        if self._stop.is_set():
            # one that stays is ended so, whatever its crawls of the days before came to
            return ExitCode.INTERRUPTED if forever else worst([*codes, ExitCode.INTERRUPTED])
        return worst(codes) if codes else self._idle

    async def _due(self, running: Mapping[str, object], *, warn: bool = False) -> list[str]:
        fleet, timetable = self._fleet, self._fleet.orders.timetable
        runs = await asyncio.to_thread(fleet.orders.leases.last_runs, fleet.outlets)
        for told in timetable.not_kept(runs, self._engine.at_once) if warn else ():
            self._tell("not-kept", detail=told)
        # one that another machine works on seems to have died, until its lease is asked for
        return [outlet for outlet in timetable.due(runs, utc_now()) if outlet not in running]

    async def _looked_again(self, running: Mapping[str, object]) -> list[str]:
        try:
            return await self._due(running)
        except (ArchiveError, OSError) as error:  # a store that is away comes back
            self._tell("failed", detail=str(error))
            return []

    async def _still_owed(self) -> Sequence[str]:
        """Outlets to ask for again; those that have ended meanwhile are counted as they ended."""
        orders = self._fleet.orders
        try:
            runs = await asyncio.to_thread(orders.leases.last_runs, self._again)
        except (ArchiveError, OSError) as error:
            self._tell("failed", detail=str(error))
            return ()
        owed = orders.timetable.due(runs, utc_now())
        for outlet in self._again.difference(owed):
            self._again.discard(outlet)
            code = runs[outlet].exit_code
            self._codes[outlet] = worst([ExitCode.LOST if code is None else code])
        return owed

    def _begin(self, waiting: list[str], running: dict[str, asyncio.Task[None]]) -> None:
        outlets = self._fleet.outlets
        for outlet in [*waiting]:
            if len(running) >= self._engine.at_once:
                return
            if not any(outlets[outlet] & outlets[other] for other in running):
                waiting.remove(outlet)
                running[outlet] = asyncio.create_task(self._work(outlet))

    async def _work(self, outlet: str) -> None:
        result = await self._engine.turn(outlet)
        if result.ask_again and not self._stop.is_set():
            self._again.add(outlet)
            return
        self._again.discard(outlet)
        if result.code is not None:
            self._elsewhere.discard(outlet)
            self._codes[outlet] = result.code
        elif outlet not in self._elsewhere and not self._stop.is_set():
            self._elsewhere.add(outlet)
            self._tell("elsewhere", outlet)

    def _stopping(self) -> None:
        if self._stop.is_set():  # asked a second time
            self._engine.kill()
            return
        self._stop.set()
        self._engine.stop()
        self._tell("stopping", detail=f"{self._engine.at_work} crawls end, in {GRACE:.0f} seconds at most")

    def _tell(self, event: str, outlet: str | None = None, **more: object) -> None:
        self._fleet.tell(Event(utc_now(), event, outlet, **more))  # type: ignore[arg-type]
