"""A Dask cluster that somebody else runs: its address, and a check that its machines have this code.

Dask finds a function by its name, so machines with another version would run different code under the same
name. Their code is compared before anything is sent, and again by each worker that joins later.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ipaddress
import logging
import platform
import re
import threading
import time
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from archive.exceptions import EngineError, WrongEngine
from archive.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence

    from distributed import Client

J = TypeVar("J")
R = TypeVar("R")
EXAMPLE = "dask=tcp://HOST:8786"
_ADDRESS = re.compile(r"dask=((?:tcp|tls)://(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5})")
_ANSWERS_WITHIN = 10.0
"""Seconds for the scheduler, and for each round of requests to all workers."""
_PATIENCE, _RETRY = 300.0, 5.0
"""Seconds for a scheduler to come back; and between two tries."""


@dataclass(frozen=True, slots=True)
class Code:
    """The versions of one machine that affect the results."""

    python: str
    """`3.11`: another version has another Unicode table."""
    distributed: str
    source: str
    """Digest of the files of `archive`, `crawler` and `pipelines`."""

    def difference(self, remote: Code) -> str | None:
        """A phrase on how another machine's code differs from this, or None."""
        for name, here, there in (
            ("Python", self.python, remote.python),
            ("distributed", self.distributed, remote.distributed),
            ("Triptych of source", self.source, remote.source),
        ):
            if here != there:
                return f"has {name} {there}, and {here} is here"
        return None


@cache
def code_here() -> Code:
    top = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for package in ("archive", "crawler", "pipelines"):
        for path in sorted((top / package).rglob("*.py")):
            digest.update(f"{path.relative_to(top).as_posix()}\0".encode() + path.read_bytes())
    return Code(
        ".".join(platform.python_version_tuple()[:2]), version("distributed"), digest.hexdigest()[:12]
    )


def address(engine: str) -> str:
    """`tcp://HOST:PORT` of `dask=tcp://HOST:PORT`. Raises WrongEngine, also where the extra is missing."""
    match = _ADDRESS.fullmatch(engine)
    if match is None or not 0 < int(match[1].rpartition(":")[2]) < 65_536:
        raise WrongEngine(
            f"--engine {visible(engine)!r} is none; expected {EXAMPLE}, the address of a Dask scheduler."
        )
    try:
        import distributed  # noqa: F401, PLC0415  an extra, half a second to load
    except ImportError:
        raise WrongEngine("--engine dask=… needs Dask: pip install 'triptych[dask]'.") from None
    return match[1]


def is_loopback(engine: str) -> bool:
    """Whether an engine, or the address of a worker or server, is on the loopback of this machine."""
    host = urlsplit(engine.removeprefix("dask=")).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def connected(scheduler: str) -> Client:
    """Open a client to a scheduler whose workers all have this code. Raises EngineError."""
    from distributed import Client  # noqa: PLC0415  an extra, half a second to load

    for name in ("distributed", "distributed.client"):  # one line of ours replaces its many
        logging.getLogger(name).setLevel(logging.CRITICAL)
    client: Client | None = None
    try:
        try:
            client = Client(scheduler, asynchronous=True, timeout=_ANSWERS_WITHIN, set_as_default=False)
            await client
        except (OSError, TypeError, ValueError, RuntimeError) as error:  # the last three: settings of TLS
            message = (
                f"no Dask scheduler answers at {scheduler} ({type(error).__name__}); it is started with "
                f"`dask scheduler`, and a worker with `dask worker {scheduler}`"
            )
            if scheduler.startswith("tls:") or not isinstance(error, OSError):
                message += (
                    "; certificates are settings of Dask, DASK_DISTRIBUTED__COMM__TLS__…, on each machine"
                )
            raise EngineError(f"{message}.") from error
        await _compare(client, scheduler)
    except BaseException:
        if client is not None:
            await client.close()
        raise
    return client


def no_worker(scheduler: str) -> EngineError:
    return EngineError(
        f"the Dask scheduler at {scheduler} has no worker; `dask worker {scheduler}` on each machine starts "
        "one."
    )


async def _compare(client: Client, scheduler: str) -> None:
    machines: dict[str, object] = {}
    try:
        answer = await asyncio.wait_for(client.run_on_scheduler(code_here), _ANSWERS_WITHIN)
        machines["the scheduler"] = answer
    except Exception as error:  # depends on its Python, which may not know the function
        machines["the scheduler"] = error
    try:
        answers: Mapping[str, object] = await asyncio.wait_for(
            client.run(code_here, on_error="return"), _ANSWERS_WITHIN
        )
    except TimeoutError as error:
        raise EngineError(
            f"not every worker of {scheduler} answers; one may be cut off and not missed yet: try again in "
            "half a minute."
        ) from error
    machines |= {f"worker {name}": answer for name, answer in answers.items()}
    for name, code in machines.items():
        _check_code(visible(name), code)


def _check_code(machine: str, code: object) -> None:
    if isinstance(code, ImportError):
        raise EngineError(
            f"{machine} has no Triptych ({visible(str(code))}): install the same version there."
        )
    if isinstance(code, OSError):  # a worker that has just left; its successor checks itself
        return
    if not isinstance(code, Code):
        raise EngineError(f"{machine} cannot say which code it has: {visible(str(code))}")
    if (difference := code_here().difference(code)) is not None:
        raise EngineError(f"{machine} {difference}: install the same version there.")


async def result_of(future: Any) -> Any:
    """The result of a task, or what it raised.

    Raises EngineError for an OSError of the task, which would look like a scheduler that is out of reach, and
    for what is no Exception and would end this process.
    """
    try:
        return await future
    except BaseException as error:
        if future.status == "error" and (isinstance(error, OSError) or not isinstance(error, Exception)):
            raise EngineError(f"a worker failed with {type(error).__name__}: {visible(str(error))}") from None
        raise


def ensure_same(code: Code) -> None:
    """Refuse work of another version; called by a worker. Raises EngineError."""
    if (difference := code.difference(code_here())) is not None:
        raise EngineError(f"a worker that has joined {difference} where the command was given.")


def over_workers(function: Callable[[J], R], jobs: Sequence[J], scheduler: str, ahead: int) -> Iterator[R]:
    """Call a function for each job, `ahead` of them sent to each worker; see partitions.py."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    workers = _Workers(scheduler, loop)
    try:
        futures: dict[int, Any] = {}
        for at in range(len(jobs)):
            while True:
                for number in range(at, min(at + ahead * workers.threads, len(jobs))):
                    if number not in futures:
                        futures[number] = workers.submit(function, jobs[number])
                result = workers.result(futures.pop(at))
                if result is not None:
                    break
                futures.clear()  # they were lost with the scheduler
            yield result[0]
    finally:
        workers.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class _Workers:
    def __init__(self, scheduler: str, loop: asyncio.AbstractEventLoop) -> None:
        self._scheduler, self._loop = scheduler, loop
        self._code = code_here()
        self._client: Client | None = None
        self.threads = 1
        self._connect(0)

    def submit(self, function: Callable[[J], R], job: J) -> Any:
        return self._run(self._submit(function, job))

    def result(self, future: Any) -> tuple[Any] | None:
        """Wait for a result; None where the scheduler is another one now. Raises EngineError."""
        from distributed import KilledWorker  # noqa: PLC0415  an extra, half a second to load
        from distributed.client import FutureCancelledError  # noqa: PLC0415

        try:
            return (self._run(result_of(future)),)
        except KilledWorker as error:
            raise EngineError(
                f"every worker that had a part of the work has died, the last was {error.last_worker.address}"
                "; memory may be short there. Nothing was published."
            ) from None
        except (FutureCancelledError, OSError):
            self._connect(_PATIENCE)
            return None

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(TimeoutError, OSError):
                self._run(asyncio.wait_for(_closed(client), _RETRY))

    def _connect(self, patience: float) -> None:
        until = time.monotonic() + patience
        self.close()
        while True:
            try:
                self._client = self._run(connected(self._scheduler))
                threads: dict[str, int] = self._run(_threads(self._client))
                if threads:
                    self.threads = sum(threads.values())
                    return
                raise no_worker(self._scheduler)
            except EngineError:
                self.close()
                if time.monotonic() >= until:
                    raise
            self._run(asyncio.sleep(_RETRY))

    async def _submit(self, function: Callable[[J], R], job: J) -> Any:
        assert self._client is not None
        return self._client.submit(_checked, function, job, self._code, pure=False)

    def _run(self, work: Coroutine[Any, Any, R]) -> R:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


async def _closed(client: Client) -> None:
    await client.close()


async def _threads(client: Client) -> Any:
    return await client.nthreads()


def _checked(function: Callable[[J], R], job: J, code: Code) -> R:
    ensure_same(code)
    return function(job)
