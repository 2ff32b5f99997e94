"""Facts about outlets and archive that the rules are held against, gathered in one pass of each."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import archive
from archive.operations.verification_memory import verified_at
from archive.read.runs import Accounts
from crawler.extraction.fields.timezones import KYIV
from crawler.health.expectation_check import OutletCounts, Verdict, compare, count_brought
from crawler.health.outlet_history import Crawls, Facts, count_outlets, crawls_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from archive.read.runs import RunAccount
    from crawler.outlet.declaration import Outlet

DAY = timedelta(days=1)
WEEK = 7
"""Days before the last, with which the last is compared."""


MONTH = 28
"""Days of which the lengths of texts are compared."""


@dataclass(slots=True)
class Texts:
    """New texts of a day."""

    articles: int = 0
    characters: int = 0

    @property
    def mean(self) -> float:
        return self.characters / self.articles if self.articles else 0.0


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
    """Crawls, the latest first, that left pages over their budget, one after the other."""
    within_budget: bool = False
    texts: dict[dt.date, Texts] = field(default_factory=dict)
    """By Kyiv's day of the run, of MONTH."""


@dataclass(frozen=True, slots=True)
class OutletState:
    outlet: type[Outlet]
    facts: Facts
    crawls: Crawls
    runs: Runs
    counts: OutletCounts
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class Disk:
    free: int
    total: int
    folder: str


@dataclass(frozen=True, slots=True)
class MonitoringFacts:
    now: datetime
    uri: str
    root: Path
    """The archive's folder, or the working copy of its store."""
    outlets: dict[str, OutletState]
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
    names = [outlet.name for outlet in declared]
    crawls = crawls_of(uri, names, now)
    crawled = [outlet for outlet in declared if crawls[outlet.name].last is not None]
    counts = count_brought(opened, uri, crawled, now) if crawled else {}
    facts = count_outlets(opened, {outlet.name: outlet.languages for outlet in declared})
    runs = _runs(uri, names, now)
    states: dict[str, OutletState] = {}
    for outlet in declared:
        name = outlet.name
        verdicts: tuple[Verdict, ...] = ()
        if name in counts and outlet.expectations:
            verdicts = tuple(compare(outlet, counts[name], now))
        states[name] = OutletState(
            outlet, facts[name], crawls[name], runs[name], counts.get(name, OutletCounts()), verdicts
        )
    root = opened.storage.layout.root
    return MonitoringFacts(
        now,
        uri,
        root,
        states,
        opened.snapshot.id,
        opened.snapshot.committed_at,
        Accounts(uri).begin,
        None if "://" in uri else disk_of(root),
        verified_at(root),
    )


def disk_of(folder: Path) -> Disk:
    usage = shutil.disk_usage(folder)
    return Disk(usage.free, usage.total, str(folder))


def _runs(uri: str, names: list[str], now: datetime) -> dict[str, Runs]:
    by_outlet: defaultdict[str, Runs] = defaultdict(Runs)
    outlets = set(names)
    week_ago = now - (WEEK + 1) * DAY
    for run in Accounts(uri).runs(now - MONTH * DAY):
        if run.outlet not in outlets:
            continue
        runs = by_outlet[run.outlet]
        texts = runs.texts.setdefault(run.committed_at.astimezone(KYIV).date(), Texts())
        texts.articles += run.counts.get("texts/articles", 0)
        texts.characters += run.counts.get("texts/characters", 0)
        if run.committed_at <= week_ago:
            continue
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
