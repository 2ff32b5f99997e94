"""Folding the log: manifests that nobody can need any more become rows of the history.

A manifest is needed while its snapshot may be read, a machine that is a little behind may want to catch up
from it, or a segment that it names may still lie about. What is asked of older ones is in their entries.

The order: a block with the entries, durable; then the blocks that it replaces go, then manifests and
accounts, the oldest first. A kill between leaves some things in two places, and readers take them once.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from archive.exceptions import ArchiveDamaged, SnapshotNotFound
from archive.storage.snapshot_log import ACCOUNTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from archive.format.log_entry import LogEntry
    from archive.storage.interface import Storage
    from archive.storage.snapshot_log import Log

_log = logging.getLogger(__name__)
KEPT_MANIFESTS = 100
"""The last ones, however old: the cache, made anew, takes from them which segments are committed."""
_PORTION = 4096


class Folded(NamedTuple):
    manifests: int
    accounts: int


def fold(
    storage: Storage, log: Log, since: datetime, *, most: int | None = None, dry_run: bool = False
) -> Folded:
    """Fold what was over before `since`, at most so many; call it under the commit lock."""
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
    """Stored names and entries of manifests and accounts that are over, each kind in the order of time."""
    ids = log.ids()
    # the first stays: by it an archive is known
    candidates = [x for x in ids if 0 < x <= ids[-1] - KEPT_MANIFESTS]
    before: LogEntry | None = None
    for snapshot_id in candidates:
        try:
            entry = log.entry(snapshot_id)
        except (ArchiveDamaged, SnapshotNotFound) as error:
            _log.warning("left as it is: %s", error)
            continue
        # a snapshot is the latest until the next one is made
        if before is not None and entry.committed_at < since:
            yield storage.stored_name(storage.layout.manifest(before.id)), before
        if entry.committed_at >= since:
            break
        before = entry
    else:
        # the manifest after the candidates is one of the last, which stay
        if before is not None and _committed_before(log, before.id + 1, since):
            yield storage.stored_name(storage.layout.manifest(before.id)), before
    for name in storage.names(ACCOUNTS):
        try:
            account = log.account(name)
        except (ArchiveDamaged, SnapshotNotFound) as error:
            _log.warning("left as it is: %s", error)
            continue
        if account.committed_at >= since:
            break
        yield name, account


def _committed_before(log: Log, snapshot_id: int, since: datetime) -> bool:
    try:
        return log.entry(snapshot_id, rows=False).committed_at < since
    except (ArchiveDamaged, SnapshotNotFound):
        return False
