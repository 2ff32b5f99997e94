"""Folding the log: manifests that are no longer needed become rows of the history.

A manifest is needed while its snapshot may be read, while another machine may catch up from it, or while a
segment that it names may still exist. For older ones the entries are enough.

The order: write a block with the entries, durable; then delete the blocks that it replaces, then manifests
and accounts, the oldest first. After a kill some entries exist twice, and readers count them once.
"""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from archive.exceptions import ArchiveDamaged, SnapshotNotFound
from archive.format.log_entry import LogEntry
from archive.storage.interface import Storage
from archive.storage.snapshot_log import ACCOUNTS, Log

_log = logging.getLogger(__name__)
KEPT_MANIFESTS = 100
"""The last ones, however old: a rebuilt cache reads from them which segments are committed."""
_PORTION = 4096


class Folded(NamedTuple):
    manifests: int
    accounts: int


def fold(
    storage: Storage, log: Log, since: datetime, *, most: int | None = None, dry_run: bool = False
) -> Folded:
    """Fold what ended before `since`, at most `most`; call it under the commit lock."""
    manifests, accounts = 0, 0
    portion: dict[str, LogEntry] = {}
    for name, entry in _over(storage, log, since):
        if most is not None and manifests + accounts >= most:
            break
        portion[name] = entry
        manifests += entry.is_snapshot
        accounts += not entry.is_snapshot
        if len(portion) >= _PORTION and not dry_run:
            _move(storage, log, portion)
            portion = {}
    if portion and not dry_run:
        _move(storage, log, portion)
    if not dry_run:
        for folder in ("_log", "_history", ACCOUNTS):
            storage.drop_stale(folder)
    return Folded(manifests, accounts)


def _move(storage: Storage, log: Log, portion: dict[str, LogEntry]) -> None:
    log.history.add(portion.values())
    storage.discard(portion)


def _over(storage: Storage, log: Log, since: datetime) -> Iterator[tuple[str, LogEntry]]:
    """Stored names and entries of manifests and accounts that ended before `since`, by kind and time."""
    for entry in _snapshots_over(log, since):
        yield storage.stored_name(storage.layout.manifest(entry.id)), entry
    for name in storage.names(ACCOUNTS):
        try:
            account = log.account(name)
        except (ArchiveDamaged, SnapshotNotFound) as error:
            _log.warning("left as it is: %s", error)
            continue
        if account.committed_at >= since:
            break
        yield name, account


def _snapshots_over(log: Log, since: datetime) -> Iterator[LogEntry]:
    """Entries of snapshots that were replaced before `since`; not the first, which identifies an archive."""
    ids = log.ids()
    before: LogEntry | None = None
    for snapshot_id in ids:
        if not 0 < snapshot_id <= ids[-1] - KEPT_MANIFESTS:
            continue
        try:
            entry = log.entry(snapshot_id)
        except (ArchiveDamaged, SnapshotNotFound) as error:
            _log.warning("left as it is: %s", error)
            continue
        # a snapshot is the latest until the next one is made
        if before is not None and entry.committed_at < since:
            yield before
        if entry.committed_at >= since:
            return
        before = entry
    # the manifest after the candidates is one of the last, which stay
    if before is not None and _committed_before(log, before.id + 1, since):
        yield before


def _committed_before(log: Log, snapshot_id: int, since: datetime) -> bool:
    try:
        return log.entry(snapshot_id, rows=False).committed_at < since
    except (ArchiveDamaged, SnapshotNotFound):
        return False
