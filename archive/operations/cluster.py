"""A Dask cluster that somebody else runs: its address, and a check that its machines have this code.

Dask finds a function by its name, so machines with another version would run different code under the same
name. Their code is compared before anything is sent, and again by each worker that joins later.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import logging
import platform
import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archive.exceptions import EngineError, WrongEngine
from archive.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distributed import Client

EXAMPLE = "dask=tcp://HOST:8786"
_ADDRESS = re.compile(r"dask=((?:tcp|tls)://(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5})")
_ANSWERS_WITHIN = 10.0
"""Seconds for the scheduler, and for each round of requests to all workers."""


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
