"""Expectations of declarations held against the archive: what whole days brought, met, missed or unknown.

A day of Kyiv's is judged if the outlet's lists were read on it, on the day before and on the day after it:
then what it published was listed when a crawl came by. Of other days nothing is known, and nothing is said.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from statistics import median
from typing import TYPE_CHECKING, Literal

import pyarrow as pa
import pyarrow.compute as pc

from archive.format.languages import TRANSLATED_WITHIN
from archive.format.reasons import Reason
from archive.format.records import ObservationRecord
from archive.read.runs import Accounts
from archive.writer import ArchiveWriter
from crawler.extraction.fields.timezones import KYIV
from crawler.health.outlet_history import language_bits, stories_by_languages
from crawler.outlet.expectations import ALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from archive.read.archive import Archive
    from crawler.outlet.declaration import Outlet

WEEK = 7
"""Days before today of which something is said."""
DAYS_OF_A_MEDIAN = 3
"""A day of few news, a holiday, is no finding; two of them are."""
LEAST_ARTICLES = 20
"""Articles, or stories, of which a share is said."""
LOOKED_AT = WEEK + TRANSLATED_WITHIN.days
PROPOSED_FROM = 30
LEAST_DAYS, LEAST_IN_ALL = 14, 200
"""Days and articles that expectations are proposed from, at least."""
_GIVEN_UP_AFTER = 3
"""Days without a crawl, one after the other, after which older ones are not looked for."""

State = Literal["met", "missed", "over", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One expectation and what came of it."""

    expectation: str
    """Key of `expects`, with the language after it where there is one."""
    state: State
    """`over`: more than the greatest number; that is a warning."""
    message: str
    value: float | None = None
    """Articles a day, or a share; None where it is unknown."""


@dataclass(slots=True)
class OutletCounts:
    """Counts of one outlet by day of publication in Kyiv, or of the first visit if a page has no date."""

    crawled: set[dt.date] = field(default_factory=set)
    """Days on which its lists were read."""
    articles: defaultdict[dt.date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By language."""
    bylines: Counter[dt.date] = field(default_factory=Counter)
    dates: Counter[dt.date] = field(default_factory=Counter)
    stories: Counter[dt.date] = field(default_factory=Counter)
    complete: Counter[dt.date] = field(default_factory=Counter)

    def judged(self, last: dt.date, days: int) -> list[dt.date]:
        """Return the days that can be judged, of so many up to `last`, in their order."""
        span = (last - timedelta(days=number) for number in reversed(range(days)))
        day = timedelta(days=1)
        return [date for date in span if {date - day, date, date + day} <= self.crawled]

    def count(self, language: str, day: dt.date) -> int:
        """Return the articles of a day; `language` may be ALL."""
        return self.articles[day].total() if language == ALL else self.articles[day][language]


def count_brought(
    opened: Archive, uri: str, outlets: Sequence[type[Outlet]], now: datetime, days: int = LOOKED_AT
) -> dict[str, OutletCounts]:
    """Count what so many days before today brought."""
    by_outlet = {outlet.name: OutletCounts() for outlet in outlets}
    today = now.astimezone(KYIV).date()
    accounts = Accounts(uri)
    for offset in range(days + 2):
        day = today - timedelta(days=offset)
        waiting = {name for name in by_outlet if not _is_hopeless(by_outlet[name].crawled, day, today)}
        for name in _crawled_on(accounts, day, waiting):
            by_outlet[name].crawled.add(day)
    first = _midnight(today - timedelta(days=days + 1))
    _count_articles(opened, by_outlet, first)
    _count_stories(opened, by_outlet, first, {outlet.name: outlet.languages for outlet in outlets})
    return by_outlet


def _is_hopeless(crawled: set[dt.date], day: dt.date, today: dt.date) -> bool:
    before = [day + timedelta(days=number) for number in range(1, _GIVEN_UP_AFTER + 1)]
    return before[-1] <= today and not crawled & {*before}


def _crawled_on(accounts: Accounts, day: dt.date, outlets: set[str]) -> set[str]:
    """Return the outlets that finished a crawl on this day and could read a list."""
    waiting = set(outlets)
    span = _midnight(day), _midnight(day + timedelta(days=1))
    for run in accounts.runs(*span) if waiting else ():
        if run.counts.get("run/finished") and run.counts.get("sources/read"):
            waiting.discard(run.outlet)
            if not waiting:
                break
    return outlets - waiting


def _midnight(day: dt.date) -> datetime:
    return dt.datetime.combine(day, dt.time(), KYIV).astimezone(UTC)


def _count_articles(opened: Archive, by_outlet: dict[str, OutletCounts], first: datetime) -> None:
    columns = ["outlet", "language", "byline", "published_at", "first_seen"]
    articles = opened.articles(columns=columns).where(pc.field("outlet").isin([*by_outlet]))
    for rows in articles.batches(1 << 17):
        at = pc.coalesce(rows["published_at"], rows["first_seen"])
        recent = pc.greater_equal(at, pa.scalar(first))
        table = pa.table(rows).filter(recent).append_column("day", _days(at.filter(recent)))
        aggregates = [([], "count_all"), ("byline", "count"), ("published_at", "count")]
        for row in table.group_by(["outlet", "day", "language"]).aggregate(aggregates).to_pylist():
            counts, day = by_outlet[row["outlet"]], row["day"]
            counts.articles[day][row["language"] or "und"] += row["count_all"]
            counts.bylines[day] += row["byline_count"]
            counts.dates[day] += row["published_at_count"]


def _count_stories(
    opened: Archive,
    by_outlet: dict[str, OutletCounts],
    first: datetime,
    languages: Mapping[str, tuple[str, ...]],
) -> None:
    columns = ["outlet", "languages", "first_published_at"]
    stories = opened.stories(columns=columns).where(pc.field("outlet").isin([*by_outlet]))
    for rows in stories.batches(1 << 17):
        recent = pc.greater_equal(rows["first_published_at"], pa.scalar(first))
        fresh = rows.filter(pc.fill_null(recent, False))
        days = _days(fresh["first_published_at"])
        for day in days.unique().to_pylist():
            of_day = fresh.filter(pc.equal(days, pa.scalar(day)))
            for (outlet, has), count in stories_by_languages(of_day).items():
                complete = language_bits(languages[outlet])
                by_outlet[outlet].stories[day] += count
                by_outlet[outlet].complete[day] += count if has & complete == complete else 0


def _days(at: pa.Array) -> pa.Array:
    local = pc.local_timestamp(pc.cast(at, pa.timestamp("us", tz=str(KYIV))))
    return pc.cast(pc.floor_temporal(local, unit="day"), pa.date32())


# Expectations against what the days brought.


def compare(outlet: type[Outlet], counts: OutletCounts, now: datetime) -> list[Verdict]:
    """Judge each expectation of a declaration, in the order of its keys."""
    yesterday = now.astimezone(KYIV).date() - timedelta(days=1)
    expected = outlet.expectations
    verdicts: list[Verdict] = []
    for language, bounds in expected.articles_a_day:
        verdicts.append(_amount(language, bounds.floor, bounds.ceiling, counts, yesterday))
    days = counts.judged(yesterday, WEEK)
    total = Counter({day: counts.count(ALL, day) for day in days})
    if expected.byline is not None:
        verdicts.append(_share("byline", expected.byline, counts.bylines, total, days))
    if expected.date is not None:
        verdicts.append(_share("date", expected.date, counts.dates, total, days))
    if expected.all_languages is not None:
        days = counts.judged(yesterday - TRANSLATED_WITHIN, WEEK)
        verdicts.append(
            _share("all_languages", expected.all_languages, counts.complete, counts.stories, days)
        )
    return verdicts


def _amount(language: str, floor: float, ceiling: float, counts: OutletCounts, yesterday: dt.date) -> Verdict:
    name = f"articles_a_day {language}".strip()
    days = counts.judged(yesterday, WEEK)[-DAYS_OF_A_MEDIAN:]
    if len(days) < DAYS_OF_A_MEDIAN:
        return Verdict(name, "unknown", _too_few_days(len(days)))
    value = median(counts.count(language, day) for day in days)
    message = (
        f"{value:g} a day, median of {days[0]}, {days[1]} and {days[2]}; {floor:g} to {ceiling:g} expected"
    )
    return Verdict(name, "missed" if value < floor else "over" if value > ceiling else "met", message, value)


def _too_few_days(days: int) -> str:
    return (
        f"{days} of {WEEK} days can be judged, {DAYS_OF_A_MEDIAN} are needed: days with a crawl, and with "
        "one on the day before and after"
    )


def _share(
    name: str, floor: float, part: Counter[dt.date], totals: Counter[dt.date], days: list[dt.date]
) -> Verdict:
    total = sum(totals[day] for day in days)
    what = "stories" if name == "all_languages" else "articles"
    if len(days) < DAYS_OF_A_MEDIAN:
        return Verdict(name, "unknown", _too_few_days(len(days)))
    if total < LEAST_ARTICLES:
        return Verdict(name, "unknown", f"{total} {what} on {len(days)} days, {LEAST_ARTICLES} are needed")
    value = sum(part[day] for day in days) / total
    message = f"{value:.0%} of {total} {what} of {days[0]} to {days[-1]}; {floor:.0%} or more expected"
    return Verdict(name, "missed" if value < floor else "met", message, value)


ROW_EVERY = timedelta(days=1)


def note_missed(uri: str, outlet: Outlet, missed: Sequence[Verdict], run_id: str, now: datetime) -> None:
    """Leave a row of `observations` at the outlet's home address, one a day: `expectation-missed`.

    Raises ArchiveError or OSError.
    """
    address = outlet.home or f"https://{outlet.domains()[0]}/"
    with ArchiveWriter.open(uri, run_id=f"expectations-{run_id}") as writer:
        last = writer.last_observation(address)
        if last is not None and last.reason == Reason.EXPECTATION_MISSED and now - last.at < ROW_EVERY:
            return
        writer.add_observation(
            ObservationRecord(
                url=address,
                requested_url=address,
                outlet=outlet.name,
                outcome="failed",
                reason=Reason.EXPECTATION_MISSED.value,
                observed_at=now,
                http_status=None,
                run_id=run_id,
                detail="; ".join(f"{verdict.expectation}: {verdict.message}" for verdict in missed)[:500],
            )
        )
        writer.commit()


# Expectations proposed from the last thirty days, so that no three of these days, and no week, misses them.


@dataclass(frozen=True, slots=True)
class Proposal:
    """Expectations as they may be declared; without lines if there is too little to say."""

    stands_on: str
    lines: tuple[str, ...] = ()


def propose(outlet: type[Outlet], counts: OutletCounts, now: datetime) -> Proposal:
    """Make expectations: half of the least, twice the greatest, four fifths of the least share."""
    yesterday = now.astimezone(KYIV).date() - timedelta(days=1)
    days = counts.judged(yesterday, PROPOSED_FROM)
    total = sum(counts.count(ALL, day) for day in days)
    stands = f"{total} articles of {len(days)} days"
    if len(days) < LEAST_DAYS or total < LEAST_IN_ALL:
        return Proposal(
            f"{stands} of the last {PROPOSED_FROM} can be judged; a proposal needs {LEAST_DAYS} days and "
            f"{LEAST_IN_ALL} articles. A day is judged if there was a crawl on it, the day before and after."
        )
    stands += f", {days[0]} to {days[-1]}"
    values: list[str] = []
    amounts = {language: _proposed_bounds(counts, language, days) for language in outlet.languages}
    by_language = [f'"{language}": {bounds}' for language, bounds in amounts.items() if bounds]
    if len(by_language) > 1:
        values.append(f'"articles_a_day": {{{", ".join(by_language)}}}')
    elif bounds := _proposed_bounds(counts, ALL, days):
        values.append(f'"articles_a_day": {bounds}')
    of_articles = Counter({day: counts.count(ALL, day) for day in days})
    shares = [("byline", counts.bylines, of_articles, days), ("date", counts.dates, of_articles, days)]
    if language_bits(outlet.languages).bit_count() > 1:
        settled = [day for day in days if day <= yesterday - TRANSLATED_WITHIN]
        shares.append(("all_languages", counts.complete, counts.stories, settled))
    for name, part, of_all, judged in shares:
        if share := _proposed_share(part, of_all, judged):
            values.append(f'"{name}": {share:g}')
    return Proposal(stands, (f"expects = {{{', '.join(values)}}}",))


def _proposed_bounds(counts: OutletCounts, language: str, days: list[dt.date]) -> str | None:
    """Return None for fewer than two a day: half of it is none."""
    amounts = [counts.count(language, day) for day in days]
    medians = [*_windows(amounts, DAYS_OF_A_MEDIAN, median)]
    floor, ceiling = int(min(medians) / 2), int(max(medians) * 2)
    return f"({floor}, {ceiling})" if floor else None


def _proposed_share(part: Counter[dt.date], of_all: Counter[dt.date], days: list[dt.date]) -> float | None:
    """Return None for a share under a tenth, and where no week has articles enough."""
    weeks = [days[start : start + WEEK] for start in range(max(1, len(days) - WEEK + 1))]
    shares: list[float] = []
    for week in weeks:
        total = sum(map(of_all.__getitem__, week))
        if total >= LEAST_ARTICLES:
            shares.append(sum(map(part.__getitem__, week)) / total)
    # down to a multiple of .05
    floor = int(min(shares, default=0) * 0.8 * 20 + 1e-9) / 20
    return floor if floor >= 0.1 else None


def _windows(counts: Sequence[int], size: int, of: Callable[[Iterable[int]], float]) -> Iterable[float]:
    return (of(counts[start : start + size]) for start in range(len(counts) - size + 1))
