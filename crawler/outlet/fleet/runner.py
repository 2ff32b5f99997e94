"""The runner of many outlets: what is due gets its turn, so many at once, on this machine or on a cluster."""

import asyncio
import signal
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from archive.commands.exit_codes import ExitCode, worst
from archive.exceptions import ArchiveError
from archive.opening import utc_now
from crawler.outlet.fleet.turn import GRACE, Orders, Result, Turn

if TYPE_CHECKING:
    from crawler.outlet.fleet.dask_engine import DaskEngine

_CHECK_DUE = 30.0
"""Seconds between two checks of what is due."""


class LocalProcesses:
    """Each crawl is a process of this machine, and a child of this one."""

    def __init__(self, orders: Orders, at_once: int) -> None:
        """`at_once`: so many turns may be given at once."""
        self._orders, self.at_once = orders, at_once
        self._stop = asyncio.Event()
        self._turns: set[Turn] = set()

    @property
    def at_work(self) -> int:
        """Crawls under way."""
        return sum(turn.is_at_work for turn in self._turns)

    async def turn(self, outlet: str) -> Result:
        """Give an outlet its turn."""
        turn = Turn(outlet, self._orders, self._stop)
        self._turns.add(turn)
        try:
            return Result(await turn.run())
        finally:
            self._turns.discard(turn)

    def stop(self) -> None:
        """Let the crawls end, and begin no other."""
        self._stop.set()

    def kill(self) -> None:
        """End them at once."""
        for turn in self._turns:
            turn.kill()


class Runner:
    def __init__(
        self,
        outlets: Mapping[str, frozenset[str]],
        orders: Orders,
        engine: "LocalProcesses | DaskEngine",
        idle: ExitCode,
    ) -> None:
        """`outlets`: name -> its domains, as two outlets of one domain are not crawled at once.

        `idle`: the exit code where nothing was due.
        """
        self._outlets, self._orders, self._tell = outlets, orders, orders.tell
        self._engine, self._idle = engine, idle
        self._codes: dict[str, int] = {}
        """The last of each outlet."""
        self._elsewhere: set[str] = set()
        """Outlets reported as crawled elsewhere."""
        self._again: set[str] = set()
        """Outlets whose turn began and whose end is unknown."""
        self._stop = asyncio.Event()

    async def run(self, *, forever: bool) -> int:
        """Crawl what is due; return an exit code. Raises ArchiveError if it is unknown what is due."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping)
        stopped = asyncio.create_task(self._stop.wait())
        running: dict[str, asyncio.Task[None]] = {}
        try:
            await self._crawl(running, stopped, forever=forever)
            if running:
                await asyncio.wait(running.values())
                for task in running.values():
                    task.result()
        finally:
            stopped.cancel()
        code = self._exit_code(forever=forever)
        self._tell("done", exit_code=code, detail=f"{len(self._codes)} outlets")
        return code

    async def _crawl(
        self, running: dict[str, asyncio.Task[None]], stopped: asyncio.Task[bool], *, forever: bool
    ) -> None:
        """Give turns until nothing is due, or until the run is stopped."""
        checked = time.monotonic()
        waiting = await self._due(running, warn=True)
        while True:
            self._begin(waiting, running)
            if not (running or forever or waiting or self._again):
                return
            tasks = {*running.values(), stopped}
            await asyncio.wait(tasks, timeout=_CHECK_DUE, return_when=asyncio.FIRST_COMPLETED)
            for outlet in [outlet for outlet, task in running.items() if task.done()]:
                running.pop(outlet).result()
            if self._stop.is_set():
                return
            if forever:
                waiting = await self._due_again(running)
            elif self._again and time.monotonic() - checked >= _CHECK_DUE:
                checked = time.monotonic()
                waiting += [x for x in await self._unfinished() if x not in {*waiting, *running}]

    def _exit_code(self, *, forever: bool) -> ExitCode:
        codes = [*self._codes.values()]
        if self._stop.is_set():
            # a permanent run always ends so, whatever its earlier crawls returned
            return ExitCode.INTERRUPTED if forever else worst([*codes, ExitCode.INTERRUPTED])
        return worst(codes) if codes else self._idle

    async def _due(self, running: Mapping[str, object], *, warn: bool = False) -> list[str]:
        timetable = self._orders.timetable
        runs = await asyncio.to_thread(self._orders.leases.last_runs, self._outlets)
        for sentence in timetable.not_kept(runs, self._engine.at_once) if warn else ():
            self._tell("not-kept", detail=sentence)
        # an outlet of another machine is due too: only its lease shows that it is being crawled
        return [outlet for outlet in timetable.due(runs, utc_now()) if outlet not in running]

    async def _due_again(self, running: Mapping[str, object]) -> list[str]:
        try:
            return await self._due(running)
        except (ArchiveError, OSError) as error:  # a store may come back
            self._tell("failed", detail=str(error))
            return []

    async def _unfinished(self) -> Sequence[str]:
        """Outlets to try again; the exit codes of those that have ended meanwhile are counted."""
        orders = self._orders
        try:
            runs = await asyncio.to_thread(orders.leases.last_runs, self._again)
        except (ArchiveError, OSError) as error:
            self._tell("failed", detail=str(error))
            return ()
        due = orders.timetable.due(runs, utc_now())
        for outlet in self._again.difference(due):
            self._again.discard(outlet)
            code = runs[outlet].exit_code
            self._codes[outlet] = worst([ExitCode.LOST if code is None else code])
        return due

    def _begin(self, waiting: list[str], running: dict[str, asyncio.Task[None]]) -> None:
        outlets = self._outlets
        for outlet in [*waiting]:
            if len(running) >= self._engine.at_once:
                return
            if not any(outlets[outlet] & outlets[name] for name in running):
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
        if self._stop.is_set():  # the second signal
            self._engine.kill()
            return
        self._stop.set()
        self._engine.stop()
        self._tell("stopping", detail=f"{self._engine.at_work} crawls end, in {GRACE:.0f} seconds at most")
