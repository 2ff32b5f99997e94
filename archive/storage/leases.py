"""Leases: each outlet is crawled in one place at a time, and every place knows how its last run ended.

For an archive in a folder: a file in this machine's cache, locked with flock(2). The working process has it
open too, so the lease lasts as long as the work, however it ends.

For an archive in an object store: `_leases/OUTLET.json`, put on condition that nobody else has put it since
it was read. Its holder renews it; one that was not renewed for LEASE_SECONDS may be taken over. That time is
measured only by the store's clock, between two of its time stamps, so the clocks of machines may differ. A
holder that cannot renew it counts from its last renewal, and stops before anybody may take over.
"""

import contextlib
import json
import os
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from archive.exceptions import ArchiveDamaged, ArchiveNotWritable
from archive.format import gate
from archive.storage import durable, locks
from archive.storage.cache import cache_folder
from archive.storage.object_store import Stamped, Store, check_address, each, is_address

LEASE_SECONDS = 180
RENEW_SECONDS = 30
_MARGIN = 60
"""A holder that could not renew its lease stops so many seconds before the end."""
_LARGEST = 65_536
_CLOCK = "_leases/clock"
_WRONG = '"00000000000000000000000000000000"'


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of an outlet, on any machine; times are aware, in UTC."""

    begun_at: datetime | None = None
    """None if no run is known."""
    ended_at: datetime | None = None
    """None if it still runs, or was killed."""
    exit_code: int | None = None
    revisited_at: datetime | None = None
    """Start of the last revisit."""


def leases_of(uri: str) -> "Leases":
    """The leases of an archive, which need not exist yet."""
    if is_address(uri):
        return StoreLeases(Store(check_address(uri)))
    return FolderLeases(cache_folder(Path(uri).resolve(), "leases"))


# On one machine.


class FolderLeases:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last_runs(self, outlets: Iterable[str]) -> dict[str, LastRun]:
        """The last run of each of these outlets."""
        return {outlet: _of_file(self._file(outlet)) for outlet in outlets}

    def take(self, outlet: str, is_due: Callable[[LastRun], bool], now: datetime) -> "_FolderLease | None":
        """Take the lease of an outlet, for a run that begins `now`.

        None if another process has it, or if after the last run none `is_due`. Raises ArchiveNotWritable.
        """
        file = self._file(outlet)
        try:
            durable.make_folder(file.parent, 0o700)
            descriptor = os.open(file.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if locks.try_lock(descriptor):
                before = _of_file(file)
                if is_due(before):
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
    """The right to work on one outlet; `last` is the run of this lease, `before` the one before it."""

    is_over = False

    def __init__(self, file: Path, descriptor: int, before: LastRun, last: LastRun) -> None:
        self._file = file
        self.descriptor: int | None = descriptor
        """A file that the working processes must inherit."""
        self.before, self.last = before, last
        self._write(last)

    def renew(self) -> None:
        """Nothing to do: the lock lasts."""

    def release(self, last: LastRun) -> None:
        """Release it and publish how the run ended. Raises OSError."""
        assert self.descriptor is not None
        try:
            self._write(last)
        finally:
            locks.close(self.descriptor)

    def _write(self, last: LastRun) -> None:
        temporary = self._file.with_name(f"{self._file.name}.{uuid4().hex}")
        durable.write_new(temporary, _packed(last))
        temporary.replace(self._file)


def _of_file(file: Path) -> LastRun:
    try:
        return _unpacked(file.read_bytes())[0]
    except OSError:
        return LastRun()


# For all machines that share an archive.


class StoreLeases:
    """`clock` gives the time of the store (None: ask the store), `ticks` the seconds of this machine."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime] | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._clock = clock or self._store_time
        self._ticks = ticks
        self._proven = False
        self._runs: dict[str, tuple[str | None, LastRun]] = {}
        """Last run of each outlet, with the tag of the object it was read from."""

    def last_runs(self, outlets: Iterable[str]) -> dict[str, LastRun]:
        """As in a folder. Raises ObjectStoreError."""
        listed = {item.path: item for item in self._store.list("_leases")}
        items = {outlet: listed.get(gate.lease_name(outlet)) for outlet in outlets}
        tags = {}
        for outlet, item in items.items():
            if item is not None and (item.tag is None or self._runs.get(outlet, (None,))[0] != item.tag):
                tags[outlet] = item.tag
        for (outlet, tag), last in zip(tags.items(), each(self._last, tags), strict=True):
            self._runs[outlet] = (tag, last)
        return {outlet: self._runs[outlet][1] if item else LastRun() for outlet, item in items.items()}

    def _last(self, outlet: str) -> LastRun:
        try:
            return _unpacked(self._store.get_stamped(gate.lease_name(outlet), _LARGEST).data)[0]
        except (FileNotFoundError, ArchiveDamaged):
            return LastRun()

    def take(self, outlet: str, is_due: Callable[[LastRun], bool], now: datetime) -> "_StoreLease | None":
        """As in a folder. Raises ObjectStoreError, ArchiveNotWritable."""
        self._prove()
        name = gate.lease_name(outlet)
        started = self._ticks()
        try:
            stored: Stamped | None = self._store.get_stamped(name, _LARGEST)
        except FileNotFoundError:
            stored = None
        before, holder = (LastRun(), None) if stored is None else _unpacked(stored.data)
        is_held = (
            stored is not None
            and holder is not None
            and self._clock() - stored.modified <= timedelta(seconds=LEASE_SECONDS)
        )
        if is_held or not is_due(before):
            return None
        lease = _StoreLease(
            self._store, name, before=before, last=_begun(before, now), ticks=self._ticks, started=started
        )
        return lease if lease.put(lease.last, stored) else None

    def _prove(self) -> None:
        """Check that the store refuses a put on a wrong condition; once for each opening."""
        if self._proven:
            return
        self._store_time()
        if self._store.update(_CLOCK, b"{}", {"e_tag": _WRONG, "version": "1"}):
            raise ArchiveNotWritable(
                f"{self._store.uri} overwrote an object although its condition (If-Match) was not met, so no "
                "lease can be taken there. Crawl each outlet from one machine with `triptych crawl`, or use "
                "another store."
            )
        self._proven = True

    def _store_time(self) -> datetime:
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
        self._stored: Stamped | None = None

    def put(self, last: LastRun, over: Stamped | None, *, with_holder: bool = True) -> bool:
        """Put it in place of the version that was read; False if another process was first."""
        self.last = last
        data = _packed(last, self._holder if with_holder else None, uuid4().hex)
        if over is None:
            done = self._store.create(self._name, data)
        else:
            done = self._store.update(self._name, data, over.version)
        try:
            self._stored = self._store.get_stamped(self._name, _LARGEST)
        except FileNotFoundError:
            return False
        # after a lost answer the client repeats the put, and our first one makes it fail
        return done or self._stored.data == data

    def renew(self) -> None:
        """Extend it by LEASE_SECONDS. After a failure, `is_over` decides. Raises ObjectStoreError."""
        started = self._ticks()
        if self._put_again(self.last, with_holder=True):
            self._renewed = started
        else:
            self._lost = True

    @property
    def is_over(self) -> bool:
        """True if another machine may have it now or soon: the work must stop."""
        return self._lost or self._ticks() - self._renewed > LEASE_SECONDS - _MARGIN

    def release(self, last: LastRun) -> None:
        """Release it and publish how the run ended. Raises ObjectStoreError."""
        if not self._lost:
            self._put_again(last, with_holder=False)

    def _put_again(self, last: LastRun, *, with_holder: bool) -> bool:
        if self.put(last, self._stored, with_holder=with_holder):
            return True
        # an earlier put of ours may have succeeded without an answer: put over that one
        is_ours = self._stored is not None and _unpacked(self._stored.data)[1] == self._holder
        return is_ours and self.put(last, self._stored, with_holder=with_holder)


Lease = _FolderLease | _StoreLease
Leases = FolderLeases | StoreLeases


def _begun(before: LastRun, now: datetime) -> LastRun:
    return replace(before, begun_at=now, ended_at=None, exit_code=None)


def _packed(last: LastRun, holder: str | None = None, serial: str | None = None) -> bytes:
    fields = {name: x.isoformat() if isinstance(x, datetime) else x for name, x in asdict(last).items()}
    return json.dumps({**fields, "holder": holder, "serial": serial}, indent=1).encode()


def _unpacked(data: bytes) -> tuple[LastRun, str | None]:
    """The last run and the holder of the lease; an unreadable lease is held by an unknown holder."""
    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError, OverflowError):
        fields = json.loads(data)
        code, holder = fields["exit_code"], fields["holder"]
        if isinstance(code, int | None) and isinstance(holder, str | None):
            begun, ended = _moment(fields["begun_at"]), _moment(fields["ended_at"])
            return LastRun(begun, ended, code, _moment(fields["revisited_at"])), holder
    return LastRun(), "unknown"


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
