"""One outlet as its page shows it: days, expectations, debts, runs; and what became of one address."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.format.records import OUTCOMES
from archive.read.archive import Archive
from archive.read.find import Row, at_address, fetched_at, spelled_otherwise
from archive.read.runs import runs
from archive.state.debts import RETRY_PERIOD, Debt, debt_after
from archive.state.tombstones import Tombstones, blank_address
from archive.viewer.drawing import stacked_days
from archive.viewer.render import Pages
from archive.viewer.search.lookup import Lookup
from archive.viewer.search.row_reader import MISSED

COLUMNS = ("observed_at", "outcome", "reason", "http_status", "requested_url", "url", "article_id")
_DAYS = 60
_LATEST = 100
_MOST_RUNS = 30
_MOST_DEBTS = 50
_MOST_MISSED = 30
_MOST_REASONS = 60
_EACH = re.compile(r"; (?=\w+: )")
"""Between the expectations that one row names."""
_WEEK = 7
_MOST_VISITS = 500
_MOST_NAMING = 50
_MOST_SPELLINGS = 20
DayCount = tuple[date, str, str, int]
"""A day, an outcome, its reason, and how many visits ended so."""


@dataclass(frozen=True, slots=True)
class Run:
    run_id: str
    ended: datetime
    counts: Mapping[str, int]
    """By outcome."""


@dataclass(frozen=True, slots=True)
class ReasonLine:
    outcome: str
    reason: str
    count: int
    week: int
    """In the last seven of the days."""
    by_day: tuple[int, ...]


def outlet_values(archive: Archive, lookup: Lookup, pages: Pages, name: str) -> dict[str, object]:
    """Collect what the template of an outlet shows."""
    owed, debts, lost = _owed(archive, pages, name)
    visits = lookup.days.visits(name, _DAYS)
    return {
        "name": name,
        "articles": lookup.outlets()[name],
        "figure": _days(visits, pages),
        "reasons": _reasons(visits),
        "missed": missed(archive.of_files(lookup.days.files(name, _MOST_MISSED, MISSED)), name),
        "owed": owed,
        "debts": debts,
        "lost": lost,
        "lost_count": _at_most(pages, lost),
        "since_of": _since,
        "runs": _runs(archive, name),
        "outcomes": OUTCOMES,
        "visits": recent(archive, lookup, name),
        "all_visits": lookup.days.visits_of(name),
    }


def _days(visits: Sequence[DayCount], pages: Pages) -> object:
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    reasons: dict[date, Counter[str]] = defaultdict(Counter)
    for day, outcome, reason, count in visits:
        counts[day][outcome] += count
        reasons[day][f"{outcome} {reason}".strip()] += count
    bars = []
    for day in _span(visits):
        lines = [f"{day}"]
        for reason, count in reasons[day].most_common(12):
            lines.append(f"{pages.t.number(count)} {reason}")
        bars.append((f"{day}", dict(counts[day]), "\n".join(lines)))
    return stacked_days(pages.t, bars, pages.t("days"), pages.t("days_axis") if bars else "")


def _span(visits: Sequence[DayCount]) -> list[date]:
    """List the days from the first to the last, at most so many as a page shows."""
    if not visits:
        return []
    days = sorted({day for day, _, _, _ in visits})
    count = min((days[-1] - days[0]).days + 1, _DAYS)
    return [days[0] + timedelta(days=n) for n in range(count)]


def _reasons(visits: Sequence[DayCount]) -> list[ReasonLine]:
    """Count each outcome and reason over the days, the most frequent of each outcome first."""
    counts: dict[tuple[str, str], Counter[date]] = defaultdict(Counter)
    for day, outcome, reason, count in visits:
        counts[outcome, reason][day] += count
    days = _span(visits)
    lines = []
    for (outcome, reason), by_day in counts.items():
        week = 0
        for n in range(_WEEK):
            week += by_day[days[-1] - timedelta(days=n)]
        lines.append(ReasonLine(outcome, reason, by_day.total(), week, tuple(by_day[day] for day in days)))
    places = {name: n for n, name in enumerate(OUTCOMES)}
    lines.sort(key=lambda x: (places.get(x.outcome, len(places)), -x.count, x.reason))
    return lines[:_MOST_REASONS]


def missed(archive: Archive, name: str) -> list[tuple[datetime, list[str]]]:
    """Read when the outlet was below what its declaration expects, and of what; the latest first."""
    of_outlet = (ds.field("outlet") == name) & (ds.field("reason") == MISSED)
    rows = archive.observations(columns=["observed_at", "detail"]).where(of_outlet).to_pylist()
    rows.sort(key=lambda row: row["observed_at"], reverse=True)
    return [(row["observed_at"], _EACH.split(row["detail"] or "")[:20]) for row in rows[:_MOST_MISSED]]


def _owed(archive: Archive, pages: Pages, name: str) -> tuple[str, list[Debt], list[Debt]]:
    now = datetime.now(UTC)
    with archive.debts() as debts:
        if debts is None:
            return pages.t("owed_unknown"), [], []
        owed, lost = debts.count(name, now).count, debts.over(name, now, _MOST_DEBTS)
        due = debts.due(name, now, _MOST_DEBTS)
    if not owed and not lost:
        return pages.t("owed_none"), [], []
    counts = pages.t("owed_counts", open=pages.t.number(owed), lost=_at_most(pages, lost))
    return counts, due, lost


def _at_most(pages: Pages, lost: Sequence[Debt]) -> str:
    """Say how many there are; of more than are read, so many and more."""
    return f"{pages.t.number(len(lost))}{'+' if len(lost) == _MOST_DEBTS else ''}"


def _since(debt: Debt) -> datetime:
    return datetime.fromtimestamp(debt.since / 1e6, UTC)


def _runs(archive: Archive, name: str) -> list[Run]:
    since = datetime.now(UTC) - timedelta(days=365)
    latest: list[Run] = []
    for run in runs(archive.root, since):
        if run.outlet == name:
            counts: Counter[str] = Counter()
            for key, count in run.counts.items():
                if "/" not in key and (outcome := key.partition("(")[0]) in OUTCOMES:
                    counts[outcome] += count
            latest.append(Run(run.run_id, run.committed_at, counts))
            if len(latest) == _MOST_RUNS:
                break
    return latest


def recent(archive: Archive, lookup: Lookup, name: str) -> list[dict[str, Any]]:
    """Read the latest visits at an outlet's addresses."""
    of_outlet = ds.field("outlet") == name
    few = archive.of_files(lookup.days.files(name, _LATEST))
    times = few.observations(columns=["observed_at"]).where(of_outlet).to_arrow()["observed_at"]
    if not len(times):
        return []
    # only rows since the hundredth last are read with their addresses
    latest = pc.select_k_unstable(times, min(_LATEST, len(times)), [("", "descending")])
    since = times.take(latest[-1:])[0]
    is_recent = ds.field("observed_at") >= since
    rows = few.observations(columns=list(COLUMNS)).where(of_outlet, is_recent).to_pylist()
    rows.sort(key=lambda row: row["observed_at"], reverse=True)
    return rows[:_LATEST]


# One address, as `triptych archive why` tells of it.


def address_values(archive: Archive, lookup: Lookup, pages: Pages, url: str) -> dict[str, object]:
    """Collect what the template of an address shows; `url` may be anything that somebody typed."""
    stone = Tombstones(archive.storage.layout).of_address(url) if url else None
    address = url if stone is None else blank_address(url)
    files = lookup.rows.files([], url=address)
    few = archive.of_files(files)
    visits = few.observations(url=address).to_pylist() if url else []
    spelled = spelled_otherwise(few, address) if url and not visits and stone is None else []
    for spelling in spelled[:_MOST_SPELLINGS]:
        visits += few.observations(url=spelling).to_pylist()
    visits.sort(key=lambda row: row["observed_at"])
    fetched: list[Row] = []
    naming: list[Row] = []
    if url and stone is None:
        files |= lookup.rows.files(list(fetched_at(few, url)))
        fetched, naming = at_address(archive.of_files(files), url)
    return {
        "url": url,
        "purged": stone,
        "spelled": spelled[:_MOST_SPELLINGS],
        "visits": visits[: -_MOST_VISITS - 1 : -1],
        "all_visits": len(visits),
        "fetched": fetched,
        "naming": naming[:_MOST_NAMING],
        "all_naming": len(naming),
        "debt": _debt(pages, url, visits),
    }


def _debt(pages: Pages, url: str, visits: Sequence[Mapping[str, object]]) -> str:
    debt = debt_after(url, visits)
    if debt is None:
        return ""
    since = _since(debt)
    values = {
        "since": pages.t.moment(since),
        "until": pages.t.moment(since + RETRY_PERIOD),
        "due": pages.t.moment(debt.due),
        "tries": debt.tries,
        "reason": debt.reason,
    }
    if debt.is_over(datetime.now(UTC)):
        return pages.t("debt_over", **values)
    return pages.t("debt_open" if debt.is_recurring else "debt_of_no_outlet", **values)
