"""Leases: one outlet is worked on in one place at a time, and every place knows how that ended.

Of an archive in a folder: a file in this machine's cache, locked with flock(2). The process that does the
work has it open as well, so that the lease lasts as long as anybody works, and ends however they end.

Of an archive in an object store: `_leases/OUTLET.json`, put on condition that nobody else has put it since it
was read. Its holder renews it; one that was not renewed for LEASE_SECONDS may be taken over. That time is
measured by the clock of the store alone, between two of its own time stamps, so the clocks of machines may
differ by any amount. A holder that cannot renew it counts from its last renewal, and ends its work before
anybody may take over.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import uuid4

from archive.exceptions import ArchiveDamaged, ArchiveNotWritable
from archive.format import gate
from archive.storage import durable, locks
from archive.storage.cache import cache_folder
from archive.storage.object_store import Store, check_address, each, is_address

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from archive.storage.object_store import Stamped

LEASE_SECONDS = 180
RENEW_SECONDS = 30
_MARGIN = 60
"""Seconds before the end of a lease at which a holder that could not renew it ends its work."""
_LARGEST = 65_536
_CLOCK = "_leases/clock"
_WRONG = '"00000000000000000000000000000000"'


@dataclass(frozen=True, slots=True)
class LastRun:
    """What is known of an outlet's last run, wherever that was; times are aware, in UTC."""

    begun_at: datetime | None = None
    """None: never, as far as is known."""
    ended_at: datetime | None = None
    """None: it still runs, or whoever ran it has died."""
    exit_code: int | None = None
    revisited_at: datetime | None = None
    """Begin of the last revisit."""


class Lease(Protocol):
    """The right to work on one outlet."""

    last: LastRun
    """The run that this lease is for; what it was before, in `before`."""
    before: LastRun

    @property
    def descriptor(self) -> int | None:
        """A file that processes which do the work have to inherit; None where there is none."""

    def renew(self) -> None:
        """Keep it for another LEASE_SECONDS. After a failure, `is_over` decides. Raises ObjectStoreError."""

    @property
    def is_over(self) -> bool:
        """True when somebody else may have it, or soon will: the work has to end now."""

    def release(self, last: LastRun) -> None:
        """Let go of it, and tell everybody how it ended. Raises ObjectStoreError, OSError."""


class Leases(Protocol):
    def last_runs(self, outlets: Iterable[str]) -> dict[str, LastRun]:
        """What is known of the last run of each of these outlets. Raises ObjectStoreError."""

    def take(self, outlet: str, wanted: Callable[[LastRun], bool], now: datetime) -> Lease | None:
        """Take the lease of an outlet, for a run that begins `now`.

        None where somebody else has it, or where `wanted` says so of the last run, as it is known by the time
        the lease is free. Raises ObjectStoreError, ArchiveNotWritable.
        """


def leases_of(uri: str) -> Leases:
    """The leases of an archive, which need not be there yet."""
    if is_address(uri):
        return StoreLeases(Store(check_address(uri)))
    return FolderLeases(cache_folder(Path(uri).resolve(), "leases"))


# On one machine.


class FolderLeases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last_runs(self, outlets: Iterable[str]) -> dict[str, LastRun]:
        return {outlet: _of_file(self._file(outlet)) for outlet in outlets}

    def take(self, outlet: str, wanted: Callable[[LastRun], bool], now: datetime) -> Lease | None:
        file = self._file(outlet)
        try:
            durable.make_folder(file.parent, 0o700)
            descriptor = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if locks.try_lock(descriptor):
                before = _of_file(file)
                if wanted(before):
                    return _FolderLease(file, descriptor, before, _begun(before, now))
            locks.close(descriptor)
        except OSError as error:
            raise ArchiveNotWritable(
                f"{file.parent} cannot be written: {error.strerror}; set TRIPTYCH_CACHE to a folder that can."
            ) from error
        return None

    def _file(self, outlet: str) -> Path:
        return self._folder / gate.lease_name(outlet)


class _FolderLease:
    is_over = False

    def __init__(self, file: Path, descriptor: int, before: LastRun, last: LastRun) -> None:
        self._file = file
        self.descriptor: int | None = descriptor
        self.before, self.last = before, last
        self._write(last)

    def renew(self) -> None:
        """Nothing to do: the lock lasts."""

    def release(self, last: LastRun) -> None:
        assert self.descriptor is not None
        try:
            self._write(last)
        finally:
            locks.close(self.descriptor)

    def _write(self, last: LastRun) -> None:
        early = self._file.with_name(f"{self._file.name}.{uuid4().hex}")
        durable.write_new(early, _packed(last))
        early.replace(self._file)


def _of_file(file: Path) -> LastRun:
    try:
        return _unpacked(file.read_bytes())[0]
    except OSError:
        return LastRun()


# For all machines that have an archive in common.


class StoreLeases:
    """`clock`: the time of the store, by its own clock if none is given; `ticks`: seconds of this machine."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime] | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._clock = clock or self._time_there
        self._ticks = ticks
        self._proven = False
        self._known: dict[str, tuple[str | None, LastRun]] = {}

    def last_runs(self, outlets: Iterable[str]) -> dict[str, LastRun]:
        listed = {item.path: item for item in self._store.list("_leases")}
        found = {outlet: listed.get(gate.lease_name(outlet)) for outlet in outlets}
        news = [
            outlet
            for outlet, item in found.items()
            if item is not None and (item.tag is None or self._known.get(outlet, (None,))[0] != item.tag)
        ]
        for outlet, last in zip(news, each(self._last, news), strict=True):
            item = found[outlet]
            assert item is not None
            self._known[outlet] = (item.tag, last)
        return {
            outlet: LastRun() if item is None else self._known[outlet][1] for outlet, item in found.items()
        }

    def _last(self, outlet: str) -> LastRun:
        try:
            return _unpacked(self._store.get_stamped(gate.lease_name(outlet), _LARGEST).data)[0]
        except (FileNotFoundError, ArchiveDamaged):
            return LastRun()

    def take(self, outlet: str, wanted: Callable[[LastRun], bool], now: datetime) -> Lease | None:
        self._prove()
        name = gate.lease_name(outlet)
        started = self._ticks()
        try:
            there: Stamped | None = self._store.get_stamped(name, _LARGEST)
        except FileNotFoundError:
            there = None
        before, holder = (LastRun(), None) if there is None else _unpacked(there.data)
        if holder is not None and there is not None:
            left = timedelta(seconds=LEASE_SECONDS) - (self._clock() - there.modified)
            if left >= timedelta(0):
                return None
        if not wanted(before):
            return None
        lease = _StoreLease(
            self._store, name, before=before, last=_begun(before, now), ticks=self._ticks, started=started
        )
        return lease if lease.put(lease.last, there) else None

    def _prove(self) -> None:
        """See that the store refuses what is put on a wrong condition; once for each opening."""
        if self._proven:
            return
        self._time_there()
        if self._store.update(_CLOCK, b"{}", {"e_tag": _WRONG, "version": "1"}):
            raise ArchiveNotWritable(
                f"{self._store.uri} has overwritten an object that was to be replaced only if it was "
                "unaltered: it does not keep to If-Match, so no lease can be taken there. Crawl each outlet "
                "from one machine by `scrapy crawl`, or use another store."
            )
        self._proven = True

    def _time_there(self) -> datetime:
        self._store.put(_CLOCK, b"{}")
        return self._store.get_stamped(_CLOCK, _LARGEST).modified


class _StoreLease:
    descriptor: int | None = None

    def __init__(
        self,
        store: Store,
        name: str,
        *,
        before: LastRun,
        last: LastRun,
        ticks: Callable[[], float],
        started: float,
    ) -> None:
        self._store, self._name, self._ticks = store, name, ticks
        self.before, self.last = before, last
        self._holder = f"{socket.gethostname()[:64]} {os.getpid()} {uuid4().hex}"
        self._renewed = started
        self._lost = False
        self._there: Stamped | None = None

    def put(self, last: LastRun, over: Stamped | None, *, held: bool = True) -> bool:
        """Put it in place of what was read; False when somebody else was first."""
        self.last = last
        data = _packed(last, self._holder if held else None, uuid4().hex)
        if over is None:
            done = self._store.create(self._name, data)
        else:
            done = self._store.update(self._name, data, over.version)
        try:
            self._there = self._store.get_stamped(self._name, _LARGEST)
        except FileNotFoundError:
            return False
        # an answer that was lost is asked for again, and then our own put is in the way
        return done or self._there.data == data

    def renew(self) -> None:
        started = self._ticks()
        if self._put_again(self.last, held=True):
            self._renewed = started
        else:
            self._lost = True

    @property
    def is_over(self) -> bool:
        return self._lost or self._ticks() - self._renewed > LEASE_SECONDS - _MARGIN

    def release(self, last: LastRun) -> None:
        if not self._lost:
            self._put_again(last, held=False)

    def _put_again(self, last: LastRun, *, held: bool) -> bool:
        # the second time over a put of ours of which no answer came
        return self.put(last, self._there, held=held) or (
            self._there is not None
            and _unpacked(self._there.data)[1] == self._holder
            and self.put(last, self._there, held=held)
        )


def _begun(before: LastRun, now: datetime) -> LastRun:
    return replace(before, begun_at=now, ended_at=None, exit_code=None)


def _packed(last: LastRun, holder: str | None = None, serial: str | None = None) -> bytes:
    told = {name: x.isoformat() if isinstance(x, datetime) else x for name, x in asdict(last).items()}
    return json.dumps({**told, "holder": holder, "serial": serial}, indent=1).encode()


def _unpacked(data: bytes) -> tuple[LastRun, str | None]:
    """The last run and who holds the lease; one that says nothing is held, by nobody knows whom."""
    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError, OverflowError):
        fields = json.loads(data)
        code, holder = fields["exit_code"], fields["holder"]
        if isinstance(code, int | None) and isinstance(holder, str | None):
            times = (_moment(fields[name]) for name in ("begun_at", "ended_at", "revisited_at"))
            begun, ended, revisited = times
            return LastRun(begun, ended, code, revisited), holder
    return LastRun(), "unknown"


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
