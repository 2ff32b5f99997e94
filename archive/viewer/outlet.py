"""One outlet as its page shows it: its days, what is owed, its runs, and what became of its addresses."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.dataset as ds

from archive.read.runs import runs
from archive.viewer.drawing import OUTCOMES, stacked_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from archive.read.archive import Archive
    from archive.viewer.render import Pages
    from archive.viewer.search.lookup import Lookup

COLUMNS = ("observed_at", "outcome", "reason", "http_status", "requested_url", "url", "article_id")
_DAYS = 60
_LATEST = 100
_MOST_RUNS = 30
_MOST_DEBTS = 50


@dataclass(frozen=True, slots=True)
class Run:
    run_id: str
    ended: datetime
    counts: Mapping[str, int]
    """By outcome."""


def outlet_values(archive: Archive, lookup: Lookup, pages: Pages, name: str) -> dict[str, object]:
    """Collect what the template of an outlet shows."""
    owed, debts = _owed(archive, pages, name)
    return {
        "name": name,
        "articles": lookup.outlets()[name],
        "figure": _days(lookup, pages, name),
        "owed": owed,
        "debts": debts,
        "runs": _runs(archive, name),
        "outcomes": OUTCOMES,
        "looks": recent(archive, name),
    }


def _days(lookup: Lookup, pages: Pages, name: str) -> object:
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    reasons: dict[date, Counter[str]] = defaultdict(Counter)
    for day, outcome, reason, count in lookup.looks(name, _DAYS):
        counts[day][outcome] += count
        reasons[day][f"{outcome} {reason}".strip()] += count
    if not counts:
        return stacked_days(pages.t, [], pages.t("days"), "")
    first, last = min(counts), max(counts)
    days = [first + timedelta(days=n) for n in range(min((last - first).days + 1, _DAYS))]
    told = {
        day: "\n".join([f"{day}", *(f"{pages.t.number(n)} {x}" for x, n in reasons[day].most_common(12))])
        for day in days
    }
    shown = [(f"{day}", dict(counts[day]), told[day]) for day in days]
    return stacked_days(pages.t, shown, pages.t("days"), pages.t("days_axis"))


def _owed(archive: Archive, pages: Pages, name: str) -> tuple[str, list[Any]]:
    now = datetime.now(UTC)
    with archive.debts() as debts:
        if debts is None:
            return pages.t("owed_unknown"), []
        owed, lost = debts.owed(name, now).count, len(debts.over(name, now, _MOST_DEBTS))
        due = debts.due(name, now, _MOST_DEBTS)
    if not owed and not lost:
        return pages.t("owed_none"), []
    counts = pages.t("owed_counts", open=pages.t.number(owed), lost=pages.t.number(lost))
    return f"{pages.t('owed_told')} {counts}", due


def _runs(archive: Archive, name: str) -> list[Run]:
    since = datetime.now(UTC) - timedelta(days=365)
    found: list[Run] = []
    for run in runs(archive.root, since):
        if run.outlet == name:
            counts: Counter[str] = Counter()
            for key, count in run.counts.items():
                if "/" not in key and (outcome := key.partition("(")[0]) in OUTCOMES:
                    counts[outcome] += count
            found.append(Run(run.run_id, run.committed_at, counts))
            if len(found) == _MOST_RUNS:
                break
    return found


def recent(archive: Archive, name: str) -> list[dict[str, Any]]:
    """Read the latest looks at an outlet's addresses."""
    of_outlet = ds.field("outlet") == name
    times = archive.observations(columns=["observed_at"]).where(of_outlet).to_arrow()["observed_at"]
    if not len(times):
        return []
    # only rows since the hundredth last are read with their addresses
    kept = pc.select_k_unstable(times, min(_LATEST, len(times)), [("", "descending")])
    since = times.take(kept[-1:])[0]
    rows = archive.observations(columns=list(COLUMNS)).where(of_outlet, ds.field("observed_at") >= since)
    found = rows.to_pylist()
    found.sort(key=lambda row: row["observed_at"], reverse=True)
    return found[:_LATEST]
