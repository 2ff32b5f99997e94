"""Counters of each crawl, from its last commit, or from its account if it had nothing to commit."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from archive.format.columns import SCHEMA_VERSION
from archive.format.log_entry import NOTHING_NEW
from archive.opening import storage_at
from archive.storage.snapshot_log import Log

# the id of a run: time, outlet, process
_RUN = re.compile(r"\d{8}T\d{6}Z-(?P<outlet>.+)-\d+")
_ACCOUNTS = frozenset({"append", NOTHING_NEW})


@dataclass(frozen=True, slots=True)
class RunAccount:
    run_id: str
    outlet: str
    committed_at: datetime
    counts: Mapping[str, int]
    """Of the whole run: `archived`, `skipped(known)`, …, and counters with a slash in their name."""

    @property
    def started_at(self) -> datetime:
        """As its id says; when it ended, if that is no time."""
        try:
            return datetime.strptime(self.run_id.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            return self.committed_at


class Accounts:
    """The accounts of all runs in the log: in manifests, in its history, or in separate files."""

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._log = Log(storage_at(root), SCHEMA_VERSION)

    @property
    def begin(self) -> datetime | None:
        """Time of the first snapshot, or None."""
        return self._log.entry(0, rows=False).committed_at if self._log.ids() else None

    def runs(self, since: datetime, until: datetime | None = None) -> Iterator[RunAccount]:
        """Read the runs that ended after `since` and before `until`, latest first, without lists of files.

        Runs without an account of an outlet, such as `triptych pair` or an import, are left out. Raises
        ArchiveDamaged.
        """
        run_ids: set[str] = set()
        for entry in self._log.entries(rows=False):
            if entry.committed_at <= since:
                return
            if until is not None and entry.committed_at >= until:
                continue
            match = _RUN.fullmatch(entry.run_id)
            if match is None or entry.run_id in run_ids or entry.operation not in _ACCOUNTS:
                continue
            run_ids.add(entry.run_id)
            yield RunAccount(entry.run_id, match["outlet"], entry.committed_at, entry.summary)


def runs(root: str | os.PathLike[str], since: datetime) -> Iterator[RunAccount]:
    """Read the runs that ended after `since`, as `Accounts.runs`."""
    return Accounts(root).runs(since)
