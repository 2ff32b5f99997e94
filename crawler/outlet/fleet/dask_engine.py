"""Turns of outlets on the workers of a Dask cluster; Dask carries an order there and its events back.

Dask repeats a turn if its worker has ended, so two workers may have one turn. The lease in the object store
decides which of them crawls, and the archive what is new. A worker gives up an abandoned turn: its driver has
ended or was stopped, or the scheduler has ended.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import msgspec

from archive.commands.configuration import into_environment
from archive.commands.exit_codes import ExitCode
from archive.exceptions import EngineError, WrongSetting
from archive.opening import utc_now
from archive.operations.cluster import Code, connected, ensure_same, is_loopback, no_worker, result_of
from archive.storage.leases import FolderLeases, leases_of
from crawler.outlet.fleet.turn import GRACE, Event, Orders, Result, Turn, share

if TYPE_CHECKING:
    from collections.abc import Callable

    from distributed import Client, Worker

    from crawler.outlet.fleet.timetable import Timetable

PATIENCE = 300.0
"""Seconds for a scheduler, or for any worker, to come back; LEASE_SECONDS and some to start in."""
_RETRY = 5.0
_CHECK_WORKERS = 30.0
_TRIES = 4
"""Workers that Dask gives a turn to, one after the other, if each of them dies."""
_ABANDONED = 1.0
"""Seconds between two checks of a worker that somebody waits for it."""


@dataclass(frozen=True, slots=True)
class Order:
    """One turn, as it is sent to a worker; nothing in it is secret, because keys are with the worker."""

    outlet: str
    uri: str
    timetable: Timetable
    options: tuple[str, ...]
    logs: str | None
    """None: LOGS_FOLDER of the worker."""
    topic: str
    code: Code


@dataclass(frozen=True, slots=True)
class _TurnResult:
    code: int | None
    delivery: str
    events: tuple[Event, ...]


# On a worker.


def take_turn(order: Order) -> object:
    """Take a turn on the worker that calls this, in a thread of it; its crawl is a child of the worker.

    Return a `_TurnResult` in plain values.
    """
    from distributed import get_worker  # noqa: PLC0415  an extra, half a second to load

    worker = get_worker()
    return msgspec.to_builtins(asyncio.run(_take(order, worker, worker.get_current_task())))


async def _take(order: Order, worker: Worker, key: object) -> _TurnResult:
    events: list[Event] = []
    delivery = uuid4().hex

    def tell(event: Event) -> None:
        events.append(replace(event, worker=worker.address))
        # at once, for those who watch; the result has all of them, too
        worker.log_event(order.topic, [delivery, len(events), msgspec.to_builtins(events[-1])])

    def refused(code: int, reason: object) -> _TurnResult:
        tell(Event(utc_now(), "failed", order.outlet, detail=str(reason)))
        return _TurnResult(code, delivery, tuple(events))

    leases = leases_of(order.uri)
    if isinstance(leases, FolderLeases) and not is_loopback(worker.address):
        reason = f"worker {worker.address} is on another machine, and the archive is the folder {order.uri}"
        return refused(ExitCode.USAGE, reason)
    try:
        ensure_same(order.code)
        into_environment()
    except EngineError as error:
        return refused(ExitCode.LOST, error)
    except WrongSetting as error:
        return refused(ExitCode.USAGE, error)
    logs = Path(order.logs or os.environ.get("TRIPTYCH_LOGS_FOLDER") or "triptych-logs")
    shared = share(order.options, worker.state.nthreads)
    options = (*order.options, *shared, "-s", f"ARCHIVE_URI={order.uri}")
    stop = asyncio.Event()
    watching = asyncio.create_task(_watch(worker, key, stop))
    try:
        turn = Turn(order.outlet, Orders(order.timetable, leases, logs, options, tell), stop)
        return _TurnResult(await turn.run(), delivery, tuple(events))
    finally:
        watching.cancel()


async def _watch(worker: Worker, key: Any, stop: asyncio.Event) -> None:
    while not _is_abandoned(worker, key):
        await asyncio.sleep(_ABANDONED)
    stop.set()


def _is_abandoned(worker: Worker, key: Any) -> bool:
    state = worker.state.tasks.get(key)
    running = worker.status.name in {"running", "paused"}
    return not running or state is None or state.state not in {"executing", "long-running"}


# Where the command was given.


class DaskEngine:
    def __init__(
        self, scheduler: str, order: Order, most: int, patience: float, tell: Callable[[Event], None]
    ) -> None:
        """`order`: what each turn has in common; `patience`: seconds that a scheduler may be away."""
        self._scheduler, self._order, self._report = scheduler, order, tell
        self._most, self._patience = most, patience
        self.at_once = most
        """One for each thread: a turn that waits for a busy worker would not move to a free one."""
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        self._heard: dict[str, int] = {}
        """Delivery -> number of its reported events."""
        self._begun: dict[str, asyncio.Event] = {}
        """Outlets that a worker of this run has begun; set when one has ended its turn."""
        self._workers_of: dict[str, str | None] = {}
        """Outlet -> worker that began it last."""
        self._futures: set[Any] = set()
        self._stopping = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> DaskEngine:
        """Connect. Raises EngineError, also if there is no worker."""
        client = await self._connected(patience=0)
        if not await self._workers(client):
            await self._leave()
            raise no_worker(self._scheduler)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leave()

    @property
    def at_work(self) -> int:
        return sum(not ended.is_set() for ended in self._begun.values())

    async def turn(self, outlet: str) -> Result:
        """Raises EngineError when the scheduler, or every worker, is away for longer than the patience."""
        client = await self._connected(self._patience)
        if self._stopping:
            return Result()
        name = f"{outlet}-{uuid4().hex}"
        future = client.submit(take_turn, replace(self._order, outlet=outlet), key=name, pure=False)
        self._futures.add(future)
        try:
            return await self._result(outlet, client, future)
        finally:
            self._futures.discard(future)

    def stop(self) -> None:
        """Cancel all turns: workers end the crawls they have begun, as by SIGTERM."""
        self._stopping = True
        if self._client is not None and self._futures:
            self._in_background(self._client.cancel(list(self._futures), force=True))

    def kill(self) -> None:
        """Wait no longer; the workers end their crawls by themselves."""
        for ended in self._begun.values():
            ended.set()

    async def _result(self, outlet: str, client: Client, future: Any) -> Result:
        from distributed import KilledWorker  # noqa: PLC0415  an extra, half a second to load
        from distributed.client import FutureCancelledError  # noqa: PLC0415

        try:
            outcome = msgspec.convert(await self._waited(outlet, client, future), _TurnResult)
        except (FutureCancelledError, OSError):
            return await self._lost(outlet)
        except KilledWorker as error:
            self._tell(
                "failed", outlet, f"each of its workers has died, the last was {error.last_worker.address}"
            )
            return Result(ExitCode.LOST)
        except msgspec.ValidationError as error:
            self._tell("failed", outlet, f"its worker returned something other than a turn: {error}")
            return Result(ExitCode.LOST)
        except Exception as error:  # of Dask, or of a worker, which may be hostile
            if isinstance(error, EngineError) and future.status == "pending":
                raise  # there is no worker
            self._tell("failed", outlet, f"{type(error).__name__}: {error}")
            return Result(ExitCode.LOST)
        for number, event in enumerate(outcome.events, 1):
            self._hear(outcome.delivery, number, event)
        if outcome.code is None and outlet in self._begun:
            # an earlier worker has died, or is cut off, and has the lease until it expires
            self._tell("again", outlet, "its worker has ended; its lease has to expire first")
            return Result(ask_again=True)
        self._begun.pop(outlet, None)
        return Result(outcome.code)

    async def _waited(self, outlet: str, client: Client, future: Any) -> object:
        waiting = asyncio.ensure_future(result_of(future))
        last_contact = begun = time.monotonic()
        longest = _TRIES * self._order.timetable.of(outlet).time_limit.total_seconds() + PATIENCE
        try:
            while not waiting.done():
                await asyncio.wait({waiting}, timeout=_CHECK_WORKERS)
                if time.monotonic() - begun > longest and not waiting.done():
                    await client.cancel([future], force=True)
                    raise EngineError(f"no worker has ended its turn in {longest:.0f} seconds")
                if client.status != "running" or await self._workers(client):
                    last_contact = time.monotonic()
                elif time.monotonic() - last_contact > self._patience:
                    raise EngineError(
                        f"the Dask scheduler at {self._scheduler} has had no worker for "
                        f"{self._patience:.0f} seconds; outlets not crawled stay due."
                    )
            return waiting.result()
        finally:
            waiting.cancel()

    async def _workers(self, client: Client) -> int:
        threads = await client.nthreads()
        self.at_once = min(self._most, sum(threads.values())) or 1
        return len(threads)

    async def _lost(self, outlet: str) -> Result:
        """A turn has no result: it was cancelled, or the scheduler has ended."""
        if self._stopping:
            if outlet in self._begun:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._begun[outlet].wait(), GRACE + 10)
            return Result()
        self._tell("again", outlet, "the scheduler has ended, or was out of reach")
        return Result(ask_again=True)

    async def _connected(self, patience: float) -> Client:
        async with self._connecting:
            until = time.monotonic() + patience
            while self._client is None or self._client.status != "running":
                await self._leave()
                try:
                    self._client = await connected(self._scheduler)
                except EngineError as error:
                    if time.monotonic() >= until or self._stopping:
                        raise
                    self._tell("failed", None, f"{error} It is asked again.")
                    await asyncio.sleep(_RETRY)
                else:
                    self._client.subscribe_topic(self._order.topic, self._from_worker)
            return self._client

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(TimeoutError, OSError):
                await asyncio.wait_for(client.close(), _RETRY)

    def _from_worker(self, event: tuple[float, Any]) -> None:
        # what is no event is left out; the result has all events
        with suppress(msgspec.ValidationError):
            self._hear(*msgspec.convert(event[1], tuple[str, int, Event]))

    def _hear(self, delivery: str, number: int, event: Event) -> None:
        if number <= self._heard.get(delivery, 0):
            return
        self._heard[delivery] = number
        outlet = event.outlet or ""
        if event.event == "begun":
            if outlet in self._begun and not self._begun[outlet].is_set():
                worker = self._workers_of[outlet]
                self._tell("again", outlet, f"worker {worker} is gone or silent, and has not ended its crawl")
            self._begun[outlet] = asyncio.Event()
            self._workers_of[outlet] = event.worker
        elif event.event == "ended" and outlet in self._begun:
            self._begun[outlet].set()
        self._report(event)

    def _tell(self, event: str, outlet: str | None, detail: str) -> None:
        self._report(Event(utc_now(), event, outlet, detail=detail))

    def _in_background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
