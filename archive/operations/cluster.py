"""A Dask cluster that somebody else runs: its address, and whether its machines have this code.

Dask finds a function by its name, so a scheduler and workers of another version would do other work under the
same name. Their code is compared before anything is sent, and again by each worker that joins later.
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
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.exceptions import EngineError, WrongEngine
from archive.terminal import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from distributed import Client

EXAMPLE = "dask=tcp://HOST:8786"
_ADDRESS = re.compile(r"dask=((?:tcp|tls)://(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5})")
_ANSWERS_WITHIN = 10.0
"""Seconds for the scheduler, and for each round of questions to all workers."""


@dataclass(frozen=True, slots=True)
class Code:
    """The code of one machine, as far as it decides what comes out."""

    python: str
    """`3.11`: another one has another table of Unicode."""
    distributed: str
    source: str
    """Digest of the files of this package and of those beside it."""

    def differs(self, other: Code) -> str | None:
        """Tell how the other's differs from this, or None."""
        for name, mine, its in (
            ("Python", self.python, other.python),
            ("distributed", self.distributed, other.distributed),
            ("Triptych of source", self.source, other.source),
        ):
            if mine != its:
                return f"has {name} {its}, and {mine} is here"
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
    found = _ADDRESS.fullmatch(engine)
    if found is None or not 0 < int(found[1].rpartition(":")[2]) < 65_536:
        raise WrongEngine(
            f"--engine {visible(engine)!r} is none; expected {EXAMPLE}, the address of a Dask scheduler."
        )
    try:
        import distributed  # noqa: F401, PLC0415  an extra, half a second to load
    except ImportError:
        raise WrongEngine("--engine dask=… needs Dask: pip install 'triptych[dask]'.") from None
    return found[1]


def is_loopback(engine: str) -> bool:
    """Whether an engine, or the address of a worker, is on the loopback of this machine."""
    host = urlsplit(engine.removeprefix("dask=")).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def connected(scheduler: str) -> Client:
    """Open a client to a scheduler whose workers all have this code. Raises EngineError."""
    from distributed import Client  # noqa: PLC0415  an extra, half a second to load

    for name in ("distributed", "distributed.client"):  # what it tells in many lines is one of ours
        logging.getLogger(name).setLevel(logging.CRITICAL)
    client = Client(scheduler, asynchronous=True, timeout=_ANSWERS_WITHIN, set_as_default=False)
    try:
        try:
            await client
        except OSError as error:
            raise EngineError(
                f"no Dask scheduler answers at {scheduler} ({type(error).__name__}); it is started with "
                f"`dask scheduler`, and a worker with `dask worker {scheduler}`."
            ) from error
        await _compare(client, scheduler)
    except BaseException:
        await client.close()
        raise
    return client


async def _compare(client: Client, scheduler: str) -> None:
    mine = code_here()
    found: dict[str, object] = {}
    try:
        found["the scheduler"] = await asyncio.wait_for(client.run_on_scheduler(code_here), _ANSWERS_WITHIN)
    except Exception as error:  # whatever its Python makes of a name that it does not have
        found["the scheduler"] = error
    try:
        answers: Mapping[str, object] = await asyncio.wait_for(
            client.run(code_here, on_error="return"), _ANSWERS_WITHIN
        )
    except TimeoutError as error:
        raise EngineError(
            f"not every worker of {scheduler} answers; one may be cut off and not missed yet: try again in "
            "half a minute."
        ) from error
    found |= {f"worker {name}": answer for name, answer in answers.items()}
    for name, other in found.items():
        if isinstance(other, ImportError):
            raise EngineError(
                f"{visible(name)} has no Triptych ({visible(str(other))}): install the same version there."
            )
        if isinstance(other, OSError):  # one that has just gone; its successor is asked when it works
            continue
        if not isinstance(other, Code):
            raise EngineError(f"{visible(name)} cannot say which code it has: {visible(str(other))}")
        if (how := mine.differs(other)) is not None:
            raise EngineError(f"{visible(name)} {how}: install the same version there.")


def ensure_same(code: Code) -> None:
    """Refuse work of another version; called by a worker. Raises EngineError."""
    if (how := code.differs(code_here())) is not None:
        raise EngineError(f"a worker that has joined {how} where the command was given.")
