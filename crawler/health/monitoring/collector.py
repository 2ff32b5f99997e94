"""Facts about outlets and archive that the rules are held against, gathered in one pass of each."""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import archive
from archive.operations.verification_memory import verified_at
from archive.read.archive import Archive
from archive.read.runs import Accounts
from crawler.health.latest_days import LatestDays, latest_days
from crawler.health.outlet_history import Crawls, Facts, count_outlets, crawls_of
from crawler.outlet.declaration import Outlet


@dataclass(frozen=True, slots=True)
class OutletState:
    outlet: type[Outlet]
    crawls: Crawls
    days: LatestDays


@dataclass(frozen=True, slots=True)
class MonitoringFacts:
    now: datetime
    uri: str
    root: Path
    """The archive's folder, or the working copy of its store."""
    outlets: dict[str, OutletState]
    archived: dict[str, Facts]
    snapshot: int
    committed_at: datetime
    begin: datetime | None
    """Time of the first snapshot that is kept."""
    disk_size: int | None
    """Bytes where the archive is, and those that are free; None for an object store."""
    disk_free: int | None
    verified_at: datetime | None
    """On this machine."""


def collect_facts(uri: str, outlets: Iterable[type[Outlet]], now: datetime | None = None) -> MonitoringFacts:
    """Read the archive's log, its counts and the disk. Raises ArchiveError and OSError."""
    now, declared = now or datetime.now(UTC), [*outlets]
    opened = archive.open(uri)
    facts = count_outlets(opened, {outlet.name: outlet.languages for outlet in declared})
    root = opened.storage.layout.root
    size, _, free = (None,) * 3 if "://" in uri else shutil.disk_usage(root)
    return MonitoringFacts(
        now,
        uri,
        root,
        outlet_states(opened, uri, declared, now),
        facts,
        opened.snapshot.id,
        opened.snapshot.committed_at,
        Accounts(uri).begin,
        size,
        free,
        verified_at(root),
    )


def outlet_states(
    opened: Archive, uri: str, outlets: Iterable[type[Outlet]], now: datetime
) -> dict[str, OutletState]:
    """Read what the rules of these outlets are held against. Raises ArchiveError and OSError."""
    declared = {outlet.name: outlet for outlet in outlets}
    crawls = crawls_of(uri, declared, now)
    crawled = {name: outlet.languages for name, outlet in declared.items() if crawls[name].last is not None}
    days = latest_days(opened, crawled, crawls, now) if crawled else {}
    states: dict[str, OutletState] = {}
    for name, outlet in declared.items():
        states[name] = OutletState(outlet, crawls[name], days.get(name, LatestDays()))
    return states
