"""Rules that tell that something is wrong with an outlet or the archive: pure functions of what is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from statistics import median
from typing import TYPE_CHECKING

from crawler.extraction.fields.timezones import KYIV
from crawler.health.expectation_check import DAYS_OF_A_MEDIAN, LEAST_ARTICLES, LOOKED_AT
from crawler.health.outlet_history import LATE_AFTER, health, no_articles_of, usual_gap
from crawler.outlet.expectations import ALL

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from crawler.health.expectation_check import OutletCounts
    from crawler.health.monitoring.collector import MonitoringFacts, OutletState
    from crawler.health.monitoring.limits import AllLimits, Limits

FAILED_IN_A_ROW = 2
"""One crawl that failed may be one that still runs."""
OVER_BUDGET_IN_A_ROW = 3
"""After a day of downtime one or two are over."""
LEAST_PAGES = 20
"""Pages of which a share is said; of the week before, too."""
LEAST_SHARE = 0.1
"""A share below it is no habit of the outlet's."""
LEAST_OF_A_DAY, DAYS_OF_LENGTHS = 8, 5
"""Articles that make a mean length, and days that make a usual one."""
LEAST_LENGTH = 0.75
"""Part of the least usual mean length."""
_SURE = 3.0
"""Standard deviations of a share that chance does not explain."""


@dataclass(frozen=True, slots=True)
class Alarm:
    outlet: str
    """Empty: of the archive."""
    rule: str
    """A key of OF_OUTLETS or OF_ARCHIVES."""
    message: str

    @property
    def key(self) -> str:
        return f"{self.outlet}/{self.rule}" if self.outlet else self.rule

    def document(self) -> dict[str, str | None]:
        return {"outlet": self.outlet or None, "rule": self.rule, "told": self.message}

    def __str__(self) -> str:
        return f"{self.outlet}: {self.message}" if self.outlet else self.message


def alarms(facts: MonitoringFacts, limits: AllLimits) -> list[Alarm]:
    """Return what is wrong: of the archive first, then of each outlet that is crawled."""
    raised: list[Alarm] = []
    for key, rule_of_archives in OF_ARCHIVES.items():
        if (message := rule_of_archives(facts, limits.usual)) is not None:
            raised.append(Alarm("", key, message))
    for name, state in facts.outlets.items():
        if state.crawls.last is None or limits.of(name).skip:
            continue
        for key, rule in OF_OUTLETS.items():
            if (message := rule(state, limits.of(name), facts.now)) is not None:
                raised.append(Alarm(name, key, message))
    return raised


# Of an outlet that is crawled.


def _crawls(state: OutletState, limits: Limits, now: datetime) -> str | None:
    """Crawls fail, have stopped, or their pages are no articles."""
    del limits
    crawls = state.crawls
    assert crawls.last is not None
    wrong = (
        crawls.failed_since >= FAILED_IN_A_ROW
        or now - crawls.last.committed_at > LATE_AFTER
        or (not crawls.failed_since and no_articles_of(crawls))
    )
    return health(crawls, None, now) if wrong else None


def _sources(state: OutletState, limits: Limits, now: datetime) -> str | None:
    del limits, now
    last = state.crawls.last
    failed = last.counts.get("sources/failed", 0) if last is not None else 0
    if not failed or last is None or not last.counts.get("sources/read"):
        return None  # of none at all, the crawl has failed
    return f"{failed} of {failed + last.counts.get('sources/read', 0)} sitemaps and feeds were not read"


def _silence(state: OutletState, limits: Limits, now: datetime) -> str | None:
    last_seen = state.facts.last_seen
    if last_seen is None:
        return None
    usual = usual_gap(state.facts)
    longest = limits.silent(state.outlet.expectations, usual)
    quiet = now - last_seen
    if quiet <= longest:
        return None
    habit = "" if usual is None else f"; in the last month the longest pause was {hours(usual)}"
    return f"nothing new for {hours(quiet)}, {hours(longest)} at most{habit}{_latest(state)}"


def _lengths(state: OutletState, limits: Limits, now: datetime) -> str | None:
    """Texts of the last day are shorter than on any day before: bodies may come out half."""
    del limits
    by_day = state.runs.texts
    latest = max(by_day, default=None)
    if latest is None or (now.astimezone(KYIV).date() - latest).days > 1:
        return None
    if by_day[latest].articles < LEAST_OF_A_DAY:
        return None
    usual = []
    for day, texts in by_day.items():
        if day < latest and texts.articles >= LEAST_OF_A_DAY:
            usual.append(texts.mean)
    mean = by_day[latest].mean
    if len(usual) < DAYS_OF_LENGTHS or mean >= LEAST_LENGTH * min(usual):
        return None
    return (
        f"texts have {mean:.0f} characters on average on {latest} ({by_day[latest].articles} articles), "
        f"{min(usual):.0f} to {max(usual):.0f} on {len(usual)} days before{_latest(state)}"
    )


def _latest(state: OutletState) -> str:
    return f"; the latest is {state.facts.last_url}" if state.facts.last_url else ""


def _expectations(state: OutletState, limits: Limits, now: datetime) -> str | None:
    del limits, now
    missed = [
        f"{verdict.expectation}: {verdict.message}" for verdict in state.verdicts if verdict.state == "missed"
    ]
    return "; ".join(missed) or None


def _shares(state: OutletState, limits: Limits, now: datetime) -> str | None:
    """The share of bylines, dates or a language is less on the last days than on those before."""
    counts = state.counts
    days = counts.judged(now.astimezone(KYIV).date() - timedelta(days=1), LOOKED_AT)
    before, recent = days[:-DAYS_OF_A_MEDIAN], days[-DAYS_OF_A_MEDIAN:]
    if len(before) < DAYS_OF_A_MEDIAN:
        return None
    then, now_ = counts_of(counts, before), counts_of(counts, recent)
    if min(then[ALL], now_[ALL]) < LEAST_ARTICLES:
        return None
    fallen = []
    for name in sorted(then.keys() - {ALL}):
        was, is_ = then[name] / then[ALL], now_[name] / now_[ALL]
        by_chance = _SURE * sqrt(was * (1 - was) / now_[ALL])
        if was >= LEAST_SHARE and was - is_ > max(limits.fall * was, by_chance):
            fallen.append(f"{name} {is_:.0%}, {was:.0%} before")
    since = f"since {recent[0]}"
    return f"share of articles {since}: {'; '.join(fallen)}" if fallen else None


def counts_of(counts: OutletCounts, days: list[dt.date]) -> Counter[str]:
    """Count the articles of these days (ALL), and those with a byline, with a date, and of each language."""
    totals: Counter[str] = Counter()
    for day in days:
        totals[ALL] += counts.count(ALL, day)
        totals["byline"] += counts.bylines[day]
        totals["date"] += counts.dates[day]
        for language, articles in counts.articles[day].items():
            totals[f"language {language}"] += articles
    return totals


def _reasons(state: OutletState, limits: Limits, now: datetime) -> str | None:
    """More pages of the last day than of the week before ended with one reason."""
    del now
    today, before = ends(state.runs.today), ends(state.runs.before)
    if min(today.total(), before.total()) < LEAST_PAGES:
        return None
    risen = []
    for end, count in today.most_common():
        share, was = count / today.total(), before[end] / before.total()
        if end not in ("archived", "unchanged") and share >= limits.rise and share >= 2 * was + 0.05:
            risen.append(f"{end} {share:.0%} of {today.total()} pages, {was:.0%} in the week before")
    return "; ".join(risen) or None


def ends(counts: Mapping[str, int]) -> Counter[str]:
    """Return the outcomes of requested pages, such as `archived` or `dropped(no-body)`."""
    outcomes = ("archived", "unchanged", "dropped", "failed")
    pages: Counter[str] = Counter()
    for end, count in counts.items():
        outcome = end.partition("(")[0]
        if outcome in outcomes:
            # why a page is archived or unchanged is of no account here
            pages[outcome if outcome in outcomes[:2] else end] += count
    return pages


def _debts(state: OutletState, limits: Limits, now: datetime) -> str | None:
    del now
    owed, before = state.runs.owed or 0, state.runs.owed_before
    usual = median(before) if before else 0
    if owed < limits.debts or owed <= 2 * usual:
        return None
    return f"{owed} pages to retry, {usual:g} in the week before"


def _budget(state: OutletState, limits: Limits, now: datetime) -> str | None:
    del limits, now
    runs = state.runs
    if runs.over_budget < OVER_BUDGET_IN_A_ROW or runs.last is None:
        return None
    return f"the last {runs.over_budget} crawls left pages over their budget: PAGE_BUDGET, page_budget"


# Of the archive and this machine.


def _disk(facts: MonitoringFacts, limits: Limits) -> str | None:
    disk = facts.disk
    if disk is None or disk.free >= limits.disk_free * 1e9:
        return None
    return f"{disk.free / 1e9:.1f} GB are free at {disk.folder}, {limits.disk_free:g} at least"


def _verify(facts: MonitoringFacts, limits: Limits) -> str | None:
    since = facts.verified_at or facts.begin
    if since is None or facts.now - since <= limits.verify_after:
        return None
    if facts.verified_at is None:
        return "the archive was never verified on this machine: triptych archive verify"
    return f"the archive was last verified {hours(facts.now - since)} ago: triptych archive verify"


def hours(lasts: timedelta) -> str:
    count = int(lasts.total_seconds() // 3600)
    return f"{count} hours" if count < 72 else f"{count // 24} days"


OF_OUTLETS: dict[str, Callable[[OutletState, Limits, datetime], str | None]] = {
    "crawls": _crawls,
    "sources": _sources,
    "silence": _silence,
    "lengths": _lengths,
    "expectations": _expectations,
    "shares": _shares,
    "reasons": _reasons,
    "debts": _debts,
    "budget": _budget,
}
OF_ARCHIVES: dict[str, Callable[[MonitoringFacts, Limits], str | None]] = {"disk": _disk, "verify": _verify}
