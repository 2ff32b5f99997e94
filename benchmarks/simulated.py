"""A fleet in numbers: outlets that publish, machines that crawl in turns, archives that take commits.

Time goes in steps. Outlets publish by the hour of the day; each is due once a period, at a moment of its own.
A turn takes what its outlet has published by then and lasts until three things are done: its host was asked
no faster than politeness allows, its CPU seconds were had (those at work share the cores), and its archive,
which takes one commit after another, has taken its commit. Machines fail; what a dead one had in hand is
waiting again when its lease has run out. The same seed is the same fleet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Costs:
    """Unit costs, as measured on one core: docs/explanation/scale.md has the commands."""

    start: float = 2.4
    """CPU seconds of a turn that finds nothing: process, imports, workers, its lists read."""
    page: float = 0.0209
    """CPU seconds of a page from its request to its row, raw page kept."""
    idle: float = 4.0
    """Seconds that a turn waits, for its workers and at its end to see that nothing is left."""
    lists: int = 3
    """Requests of a turn for robots.txt, feeds and news sitemaps."""
    delay: float = 1.0
    """Seconds between two requests to a host."""
    pages_for_an_article: float = 1.25
    """Requests of an article: itself, and revisits, a fifth of all that an outlet is asked."""
    commit: float = 0.14
    """Seconds for which a commit keeps the next one waiting, in an archive without articles."""
    commit_of_files: float = 32e-6
    """Seconds more for each data file that the manifest lists."""
    files: float = 1.5 / 8192
    """Data files an article: texts lie 8,192 in one, and other tables have theirs."""
    lease: float = 180.0
    """Seconds after which the turn of a dead machine may be taken by another."""


@dataclass(frozen=True, slots=True)
class Fleet:
    outlets: int
    machines: int
    days: float = 3.0
    seed: int = 1
    cores: int = 2
    at_once: int = 8
    """Turns at once on a machine; most of a turn is waiting."""
    every: float = 900.0
    articles_a_day: float = 30.0
    """Of an outlet, on average; a tenth of them publish half of all."""
    archives: int = 1
    published_before: int = 0
    """Articles of each outlet that wait at the beginning; then all outlets are due at once."""
    held: float = 0.0
    """Articles that each archive has already."""
    failures_a_day: float = 1 / 30
    """Of a machine; an hour later it is back."""
    down: tuple[float, float] = (0.0, 0.0)
    """Days from and to which no machine works."""
    step: float = 5.0
    diurnal: float = 0.8
    whole_cores: float | None = None
    """Cores that a machine really gives, where others work on it too."""
    costs: Costs = field(default_factory=Costs)


class Sample(NamedTuple):
    day: float
    waiting: float
    """Articles that are published and not archived."""
    at_work: int
    commits_waiting: int


@dataclass(slots=True)
class Outcome:
    fleet: Fleet
    arrived: int = 0
    done: int = 0
    backlog: int = 0
    """At the end, those in hand with them."""
    turns: int = 0
    skipped: int = 0
    """Turns that were due again before the last one had begun."""
    failures: int = 0
    cpu: float = 0.0
    """CPU seconds spent."""
    lags: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    """Seconds from publication to commit, on average over a turn's articles, and how many they were."""
    samples: list[Sample] = field(default_factory=list)

    def lag(self, share: float) -> float:
        """Seconds within which this share of the articles was archived; infinite where none was."""
        if not len(self.lags):
            return float("inf")
        ordered = self.lags[np.argsort(self.lags[:, 0])]
        counted = np.cumsum(ordered[:, 1])
        return float(ordered[np.searchsorted(counted, share * counted[-1]), 0])

    @property
    def busy(self) -> float:
        """Share of the CPU that was used."""
        return self.cpu / (self.fleet.machines * self.fleet.cores * self.fleet.days * DAY)

    @property
    def keeps_up(self) -> bool:
        """Nineteen of twenty articles are archived within three periods of their publication."""
        return self.lag(0.95) <= 3 * self.fleet.every

    def caught_up(self) -> float | None:
        """Hours from the end of the downtime until no more waits than before it; None: not by the end."""
        begin, end = self.fleet.down
        before = [x.waiting for x in self.samples if begin / 2 <= x.day < begin]
        usual = max(before, default=0.0)
        return next(((x.day - end) * 24 for x in self.samples if x.day >= end and x.waiting <= usual), None)


class _Work:
    """Turns under way, a row each."""

    def __init__(self) -> None:
        self.outlet = np.zeros(0, np.int64)
        self.machine = np.zeros(0, np.int64)
        self.polite = np.zeros(0)
        self.cpu = np.zeros(0)
        self.after = np.zeros(0)
        """CPU seconds of its pages, after the start: only then the host is asked."""
        self.pages = np.zeros(0, np.int64)
        self.sums = np.zeros(0)

    def add(self, **rows: np.ndarray) -> None:
        for name, values in rows.items():
            setattr(self, name, np.concatenate((getattr(self, name), values)))

    def take(self, where: np.ndarray) -> tuple[np.ndarray, ...]:
        """Take rows out: outlet, pages, sums."""
        taken = self.outlet[where], self.pages[where], self.sums[where]
        for name in ("outlet", "machine", "polite", "cpu", "after", "pages", "sums"):
            setattr(self, name, getattr(self, name)[~where])
        return taken


def simulate(fleet: Fleet) -> Outcome:
    run = _Run(fleet)
    for number in range(int(fleet.days * DAY / fleet.step)):
        run.advance(number)
    return run.ended()


class _Run:
    """The state of a fleet at one moment; `advance` takes it a step further."""

    def __init__(self, fleet: Fleet) -> None:
        count = fleet.outlets
        self.fleet = fleet
        self.chosen = np.random.default_rng(fleet.seed)
        weights = self.chosen.lognormal(0, 1.3, count)
        self.rates = weights / weights.sum() * count * fleet.articles_a_day / DAY
        self.due = self.chosen.random(count) * (0.0 if fleet.published_before else fleet.every)
        self.portion = max(1, round(60 / fleet.step))
        """Steps that are published for together."""
        self.waiting = np.full(count, fleet.published_before)
        self.sums = np.zeros(count)
        """Of the moments at which the waiting articles of each outlet were published."""
        self.free_from = np.zeros(count)
        """When the lease of each outlet has run out."""
        self.at_work = np.zeros(count, bool)
        self.queue: list[int] = []
        self.queued = np.zeros(count, bool)
        self.up_from = np.zeros(fleet.machines)
        self.spare = np.zeros(0)
        """Seconds for which places have been free that came free in the last step."""
        self.work = _Work()
        self.commits: list[tuple[int, int, float]] = []
        self.credit = 0.0
        self.held = fleet.held
        self.lags: list[tuple[float, int]] = []
        self.found = Outcome(fleet, arrived=count * fleet.published_before)

    def advance(self, number: int) -> None:
        now = number * self.fleet.step
        day = now / DAY
        is_down = self.fleet.down[0] <= day < self.fleet.down[1]
        if number % self.portion == 0:
            self._publish(now)
        self._fail(now, is_down=is_down)
        up = np.flatnonzero(self.up_from <= now)
        self._fall_due(now)
        self._begin(now, up)
        self._work(len(up))
        self._commit(now, 0 if is_down else self.fleet.archives)
        if number % max(1, round(600 / self.fleet.step)) == 0:
            counts = len(self.work.outlet), len(self.commits)
            self.found.samples.append(Sample(day, self._unarchived(), *counts))

    def ended(self) -> Outcome:
        self.found.backlog = self._unarchived()
        self.found.lags = np.array(self.lags).reshape(-1, 2)
        return self.found

    def _unarchived(self) -> int:
        return int(self.waiting.sum() + self.work.pages.sum()) + sum(pages for _, pages, _ in self.commits)

    def _publish(self, now: float) -> None:
        seconds = self.portion * self.fleet.step
        hour = 1 + self.fleet.diurnal * np.sin(2 * np.pi * (now / DAY - 0.375))
        new = self.chosen.poisson(self.rates * seconds * hour)
        self.waiting += new
        # since the last portion: on average in the middle of it
        self.sums += new * (now - seconds / 2)
        self.found.arrived += int(new.sum())

    def _fail(self, now: float, *, is_down: bool) -> None:
        odds = self.fleet.failures_a_day * self.fleet.step / DAY
        failed = np.flatnonzero((self.up_from <= now) & (self.chosen.random(self.fleet.machines) < odds))
        if is_down:
            failed = np.arange(self.fleet.machines)
            self.up_from[:] = self.fleet.down[1] * DAY
        elif len(failed):
            self.found.failures += len(failed)
            self.up_from[failed] = now + 3600
        if len(failed):
            lost, pages, of_them = self.work.take(np.isin(self.work.machine, failed))
            self.waiting[lost] += pages
            self.sums[lost] += of_them
            self.at_work[lost] = False
            self.free_from[lost] = now + self.fleet.costs.lease

    def _fall_due(self, now: float) -> None:
        """Queue the outlets whose moment has come, once: not one that still waits for its last turn."""
        come = np.flatnonzero(self.due <= now)
        self.due[come] += self.fleet.every
        fresh = come[~self.queued[come]]
        self.found.skipped += len(come) - len(fresh)
        self.queued[fresh] = True
        self.queue += fresh.tolist()

    def _begin(self, now: float, up: np.ndarray) -> None:
        """Give the free places of machines that are up to those who wait longest and may begin."""
        busy = np.bincount(self.work.machine, minlength=self.fleet.machines)
        places = np.repeat(up, np.maximum(self.fleet.at_once - busy[up], 0))
        if not len(places) or not self.queue:
            return
        looked = 4 * len(places) + 64
        order = np.array(self.queue[:looked])
        free = np.flatnonzero((self.free_from[order] <= now) & ~self.at_work[order])[: len(places)]
        begun = order[free]
        self.queue[:looked] = np.delete(order, free).tolist()
        self.queued[begun] = False
        self.at_work[begun] = True
        pages, of_them = self.waiting[begun].copy(), self.sums[begun].copy()
        self.waiting[begun], self.sums[begun] = 0, 0.0
        # who takes a place that came free within the last step began then
        early = np.zeros(len(begun))
        early[: len(self.spare)] = self.spare[: len(begun)]
        costs = self.fleet.costs
        requests = costs.lists + pages * costs.pages_for_an_article
        after = pages * costs.page * costs.pages_for_an_article
        self.work.add(
            outlet=begun,
            machine=places[: len(begun)],
            polite=costs.idle + requests * costs.delay - early,
            cpu=costs.start + after,
            after=after,
            pages=pages,
            sums=of_them,
        )
        self.found.turns += len(begun)

    def _work(self, machines: int) -> None:
        """Share the cores out among the turns, each of which could use all of its machine's."""
        work, step = self.work, self.fleet.step
        capacity = machines * (self.fleet.whole_cores or self.fleet.cores) * step
        wanted = np.minimum(work.cpu, self.fleet.cores * step)
        given = wanted * min(1.0, capacity / max(wanted.sum(), 1e-9))
        work.polite -= np.where(work.cpu <= work.after + 1e-9, step, 0.0)
        work.cpu -= given
        self.found.cpu += float(given.sum())
        over = (work.cpu <= 1e-9) & (work.polite <= 0)
        self.spare = -work.polite[over]
        for outlet, pages, of_them in zip(*(x.tolist() for x in work.take(over)), strict=True):
            if pages:
                self.commits.append((outlet, pages, of_them))
            else:
                self.at_work[outlet] = False

    def _commit(self, now: float, archives: int) -> None:
        """Take the commits that there is time for, the first first."""
        costs, step = self.fleet.costs, self.fleet.step
        price = costs.commit + costs.commit_of_files * self.held * costs.files
        self.credit = min(self.credit, 0.0) + archives * step
        taken = 0
        for outlet, pages, of_them in self.commits:
            if self.credit <= 0:
                break
            taken += 1
            self.credit -= price
            self.at_work[outlet] = False
            self.found.done += pages
            self.held += pages / self.fleet.archives
            self.lags.append((now + step - of_them / pages, pages))
        del self.commits[:taken]
