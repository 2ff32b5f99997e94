"""Facts about outlets and archive that the rules are held against, gathered in one pass of each."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import archive
from archive.operations.verification_memory import verified_at
from archive.read.archive import Archive
from archive.read.runs import Accounts, RunAccount
from crawler.health.latest_days import LatestDays, latest_days
from crawler.health.outlet_history import Crawls, Facts, count_outlets, crawls_of
from crawler.outlet.declaration import Outlet

DAY = timedelta(days=1)
WEEK = 7
"""Days before the last, with which the last is compared."""


@dataclass(slots=True)
class Runs:
    """Runs of one outlet in the last day, and in the week before it."""

    last: RunAccount | None = None
    today: Counter[str] = field(default_factory=Counter)
    """Counters of the last 24 hours, added up."""
    before: Counter[str] = field(default_factory=Counter)
    owed: int | None = None
    owed_before: list[int] = field(default_factory=list)
    """After each run of the week before."""
    over_budget: int = 0
    """Latest crawls in a row that left pages over their budget."""
    within_budget: bool = False


@dataclass(frozen=True, slots=True)
class OutletState:
    outlet: type[Outlet]
    crawls: Crawls
    runs: Runs
    days: LatestDays


@dataclass(frozen=True, slots=True)
class Disk:
    folder: str
    total: int
    used: int
    free: int


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
    disk: Disk | None
    """None for an object store."""
    verified_at: datetime | None
    """On this machine."""


def collect_facts(uri: str, outlets: Iterable[type[Outlet]], now: datetime | None = None) -> MonitoringFacts:
    """Read the archive's log, its counts and the disk. Raises ArchiveError and OSError."""
    now, declared = now or datetime.now(UTC), [*outlets]
    opened = archive.open(uri)
    facts = count_outlets(opened, {outlet.name: outlet.languages for outlet in declared})
    root = opened.storage.layout.root
    return MonitoringFacts(
        now,
        uri,
        root,
        outlet_states(opened, uri, declared, now),
        facts,
        opened.snapshot.id,
        opened.snapshot.committed_at,
        Accounts(uri).begin,
        None if "://" in uri else Disk(str(root), *shutil.disk_usage(root)),
        verified_at(root),
    )


def outlet_states(
    opened: Archive, uri: str, outlets: Iterable[type[Outlet]], now: datetime
) -> dict[str, OutletState]:
    """Read what the rules of these outlets are held against. Raises ArchiveError and OSError."""
    declared = {outlet.name: outlet for outlet in outlets}
    crawls = crawls_of(uri, declared, now)
    crawled: dict[str, tuple[str, ...]] = {}
    for name, outlet in declared.items():
        if crawls[name].last is not None:
            crawled[name] = outlet.languages
    days = latest_days(opened, crawled, crawls, now) if crawled else {}
    runs = _runs(uri, [*declared], now)
    states: dict[str, OutletState] = {}
    for name, outlet in declared.items():
        states[name] = OutletState(outlet, crawls[name], runs[name], days.get(name, LatestDays()))
    return states


def _runs(uri: str, names: list[str], now: datetime) -> dict[str, Runs]:
    by_outlet: defaultdict[str, Runs] = defaultdict(Runs)
    outlets = set(names)
    for run in Accounts(uri).runs(now - (WEEK + 1) * DAY):
        if run.outlet not in outlets:
            continue
        runs = by_outlet[run.outlet]
        runs.last = runs.last or run
        recent = run.committed_at > now - DAY
        (runs.today if recent else runs.before).update(run.counts)
        owed = run.counts.get("run/owed")
        if owed is not None:
            if runs.owed is None:
                runs.owed = owed
            if not recent:
                runs.owed_before.append(owed)
        # a crawl is one that read the outlet's lists; a backfill has no lists of the day
        if run.counts.get("sources/read"):
            if run.counts.get("skipped(over-budget)"):
                runs.over_budget += not runs.within_budget
            else:
                runs.within_budget = True
    return {name: by_outlet[name] for name in names}
