"""Examination of the machine and the archive: findings, each with what mends it."""

import ipaddress
import os
import socket
import ssl
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from packaging.requirements import Requirement
from scrapy.settings import BaseSettings

import archive
from archive.commands.configuration import NAMES
from archive.exceptions import ArchiveDamaged, ArchiveError, ArchiveNotFound
from archive.operations.verification_memory import verified_at
from archive.read.runs import Accounts
from archive.storage import locks
from archive.storage.cache import cache
from crawler.downloader.public_hosts import is_public
from crawler.outlet.declaration import Outlet

State = Literal["well", "look", "bad"]
_OTHERS = {"CONFIG", "TRACEBACK", "FAULTS", "FAULTS_PART"}
"""Variables TRIPTYCH_… that are no settings."""
_LOW_SPACE, _LOW_INODES = 5 << 30, 100_000
_SLOW_SYNC = 0.25
"""Seconds: a commit waits for a dozen of them."""
_SKEW = 60
"""Seconds between this clock and a server's after which times of articles mislead."""
_LONG_AGO = timedelta(days=7)
_WAIT = 10
"""Seconds for a connection."""


@dataclass(frozen=True, slots=True)
class Condition:
    what: str
    state: State
    message: str
    mend: str | None = None
    """A command or an action."""


def _checked(what: str, is_wrong: bool, message: str, mend: str, state: State = "look") -> Condition:
    """Tell what was measured; what is not `is_wrong` needs no mending."""
    return Condition(what, state if is_wrong else "well", message, mend if is_wrong else None)


def examine(settings: BaseSettings, outlet: type[Outlet] | None) -> Iterator[Condition]:
    """Yield findings one by one; the network is used only for `outlet`, and only its host."""
    uri = str(settings["ARCHIVE_URI"])
    folder = None if "://" in uri else Path(uri)
    yield from _python()
    yield from _variables()
    yield from _place("archive", _existing(folder) if folder else None, uri)
    yield from _place("cache", _existing(cache()), str(cache()))
    yield from _of_archive(uri)
    if outlet is not None:
        yield from _outlet(outlet, str(settings["USER_AGENT"]))


def _python() -> Iterator[Condition]:
    running = ".".join(map(str, sys.version_info[:3]))
    yield Condition("python", "well", f"Python {running}, Triptych {version('triptych')}")
    wrong = []
    for line in requires("triptych") or ():
        needed = Requirement(line)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(needed.name)
        except PackageNotFoundError:
            wrong.append(f"{needed.name} is missing")
            continue
        if not needed.specifier.contains(installed, prereleases=True):
            wrong.append(f"{needed.name} is {installed}, needed is {needed.specifier}")
    message = "; ".join(wrong) or "every package is there in a version that is needed"
    mend = "make install, or pip install --upgrade triptych"
    yield _checked("packages", bool(wrong), message, mend, "bad")


def _variables() -> Iterator[Condition]:
    strange: list[str] = []
    for name in sorted(os.environ):
        if name.startswith("TRIPTYCH_") and name.removeprefix("TRIPTYCH_") not in NAMES | _OTHERS:
            strange.append(name)
    if strange:
        yield Condition(
            "environment",
            "look",
            f"unknown variables, which nothing reads: {', '.join(strange)}",
            "docs/reference/settings.md has all names",
        )


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there."""
    path = path.absolute()
    while not path.exists():
        path = path.parent
    return path


def _place(what: str, folder: Path | None, name: str) -> Iterator[Condition]:
    if folder is None:
        yield Condition(what, "well", f"{name} is an object store: its disk is not this machine's")
        return
    try:
        free = os.statvfs(folder)
        space, inodes = free.f_bavail * free.f_frsize, free.f_favail
    except OSError as error:
        yield Condition(what, "bad", f"{folder}: {error.strerror}", "name another folder")
        return
    scarce = space < _LOW_SPACE or (free.f_files > 0 and inodes < _LOW_INODES)
    message = f"{space / 1e9:.1f} GB and {inodes:,} inodes are free at {folder}"
    yield _checked(f"{what}: disk", scarce, message, "triptych archive gc, compact; or a larger disk")
    try:
        yield from _tried(what, folder)
    except OSError as error:
        mend = "chown or chmod it" if isinstance(error, PermissionError) else "make room, or move it"
        yield Condition(what, "bad", f"{folder} cannot be written: {error.strerror}", mend)


def _tried(what: str, folder: Path) -> Iterator[Condition]:
    """In a folder of its own, that is removed."""
    with tempfile.TemporaryDirectory(prefix=".triptych-", dir=folder) as scratch:
        file = Path(scratch) / "file"
        began = time.monotonic()
        with file.open("wb") as opened:
            opened.write(bytes(4096))
            opened.flush()
            os.fsync(opened.fileno())
        took = time.monotonic() - began
        message = f"a block is on the disk after {took * 1000:.0f} ms"
        mend = "a commit waits for a dozen of them: a faster disk"
        yield _checked(f"{what}: fsync", took > _SLOW_SYNC, message, mend)
        with ExitStack() as opened_files:
            descriptors = []
            for close in (locks.close, os.close):
                descriptors.append(os.open(file, os.O_RDWR))
                opened_files.callback(close, descriptors[-1])
            excludes = locks.try_lock(descriptors[0]) and not locks.try_lock(descriptors[1])
        message = f"flock {'keeps' if excludes else 'does not keep'} a second process out"
        mend = "a local disk, or a file system with locks"
        yield _checked(f"{what}: locks", not excludes, message, mend, "bad")
        try:
            os.link(file, Path(scratch) / "link")
        except OSError:
            yield Condition(
                f"{what}: links",
                "look",
                "no hard links: pd.read_parquet(…/articles) reads a copy in the cache",
                "read through archive.open, or use a file system with hard links",
            )


def _of_archive(uri: str) -> Iterator[Condition]:
    try:
        opened = archive.open(uri)
        head = opened.snapshot
        waiting = sum(1 for _ in opened.storage.layout.segments.glob("*")) if "://" not in uri else 0
    except ArchiveNotFound:
        yield Condition("archive", "look", f"there is none at {uri} yet", "triptych crawl OUTLET makes it")
        return
    except (ArchiveError, OSError) as error:
        damaged = isinstance(error, ArchiveDamaged)
        yield Condition("archive", "bad", str(error), "triptych archive verify" if damaged else None)
        return
    now = datetime.now(UTC)
    yield Condition(
        "archive", "well", f"snapshot {head.id} of {head.committed_at:%Y-%m-%d %H:%M} UTC, {uri} opens"
    )
    if head.committed_at > now + timedelta(seconds=_SKEW):
        yield Condition(
            "clock",
            "bad",
            f"the last commit says {head.committed_at:%Y-%m-%d %H:%M} UTC, this clock is behind",
            "set the clock: timedatectl set-ntp true",
        )
    if waiting:
        yield Condition(
            "archive: segments",
            "look",
            f"{waiting} segments of running or killed crawls wait in _wal",
            "the next crawl publishes what killed ones left; or triptych archive repair",
        )
    looked = verified_at(opened.storage.layout.root)
    ago = None if looked is None else now - looked
    when = "never verified on this machine" if ago is None else f"verified {ago.days} days ago"
    yield _checked("archive: verify", ago is None or ago > _LONG_AGO, when, "triptych archive verify")
    with suppress(ArchiveError, OSError):
        yield from _of_runs(uri, now)


def _of_runs(uri: str, now: datetime) -> Iterator[Condition]:
    last: dict[str, datetime] = {}
    for run in Accounts(uri).runs(now - timedelta(days=30)):
        if "sources/read" in run.counts:  # neither pairing nor another run that crawls nothing
            last.setdefault(run.outlet, run.committed_at)
    late = {name: at for name, at in last.items() if now - at > timedelta(days=1)}
    for name, at in sorted(late.items()):
        yield Condition(
            f"run: {name}",
            "look",
            f"the last run ended at {at:%Y-%m-%d %H:%M} UTC",
            f"triptych outlets {name}",
        )
    if last and not late:
        yield Condition("runs", "well", f"outlets crawled within a day: {len(last)}")


def _outlet(outlet: type[Outlet], agent: str) -> Iterator[Condition]:
    host = urlsplit(outlet.home).hostname or ""
    steps: tuple[tuple[str, Callable[[], str], str], ...] = (
        ("DNS", lambda: _resolve(host), "look at /etc/resolv.conf, or the outlet has another host"),
        ("TLS and robots.txt", lambda: _robots(host, agent), "triptych live tells more"),
    )
    for what, ask, mend in steps:
        try:
            yield Condition(f"{outlet.name}: {what}", "well", ask())
        except (OSError, ValueError, HTTPException) as error:
            yield Condition(f"{outlet.name}: {what}", "bad", f"{host}: {error}", mend)
            return


def _resolve(host: str) -> str:
    addresses = sorted({str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)})
    if not any(is_public(ipaddress.ip_address(address.partition("%")[0])) for address in addresses):
        raise ValueError(f"its addresses are private: {', '.join(addresses)}")
    return f"{host} is {', '.join(addresses[:4])}"


def _robots(host: str, agent: str) -> str:
    connection = HTTPSConnection(host, timeout=_WAIT, context=ssl.create_default_context())
    with closing(connection):
        connection.request("GET", "/robots.txt", headers={"User-Agent": agent})
        answer = connection.getresponse()
    status = f"HTTP/{answer.version / 10} {answer.status} {answer.reason}"
    return f"the certificate holds; robots.txt answers {status[:40]!r}"
