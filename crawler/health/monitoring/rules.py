"""Rules that tell that something is wrong with an outlet or the archive: pure functions of what is known."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from crawler.discovery import pace
from crawler.health.expectation_check import Verdict, hours, judge
from crawler.health.monitoring.collector import MonitoringFacts, OutletState
from crawler.health.monitoring.limits import AllLimits, Limits
from crawler.health.outlet_history import LATE_AFTER, health, no_articles_of

FAILED_IN_A_ROW = 2
"""One crawl that failed may be one that still runs."""
UNREAD_IN_A_ROW = 2
"""A list that fails once is read by the next crawl."""
OVER_BUDGET_IN_A_ROW = OVERRUN_IN_A_ROW = 3
"""After a day of downtime one or two are over."""
UNREADABLE = "archive"
LEAST_PAGES = 20
"""Pages of which a share is said; of the week before, too."""


@dataclass(frozen=True, slots=True)
class Alarm:
    outlet: str
    """Empty: of the archive."""
    rule: str
    """A key of OF_OUTLETS or OF_ARCHIVES, UNREADABLE, or an expectation that is missed."""
    message: str

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
        raised += outlet_alarms(name, state, limits.of(name), facts.now)
    return raised


def outlet_alarms(name: str, state: OutletState, limits: Limits, now: datetime) -> list[Alarm]:
    """Return what is wrong with an outlet; nothing if it is not crawled, or on purpose."""
    if state.crawls.last is None or limits.skip:
        return []
    raised: list[Alarm] = []
    for key, rule in OF_OUTLETS.items():
        if (message := rule(state, limits, now)) is not None:
            raised.append(Alarm(name, key, message))
    for verdict in verdicts_of(state, limits):
        if verdict.state == "missed":
            raised.append(Alarm(name, verdict.expectation, f"{verdict.expectation}: {verdict.message}"))
    return raised


# Of an outlet that is crawled.


def _crawls(state: OutletState, limits: Limits, now: datetime) -> str | None:
    """Crawls fail, have stopped, or their pages are no articles."""
    crawls = state.crawls
    assert crawls.last is not None
    wrong = (
        crawls.failed_since >= FAILED_IN_A_ROW
        or now - crawls.last.committed_at > LATE_AFTER
        or (not crawls.failed_since and no_articles_of(crawls))
    )
    return health(crawls, None, now) if wrong else None


def _sources(state: OutletState, limits: Limits, now: datetime) -> str | None:
    unread = state.crawls.unread
    if len(unread) < UNREAD_IN_A_ROW:
        return None
    return f"{unread[0]} sitemaps and feeds were not read, as by the crawl before"


def verdicts_of(state: OutletState, limits: Limits) -> list[Verdict]:
    """Judge an outlet against its declaration and its own past, if it is crawled."""
    if state.crawls.last is None:
        return []
    return judge(state.outlet, state.days, limits.fall, limits.silent_after)


def _reasons(state: OutletState, limits: Limits, now: datetime) -> str | None:
    """More pages of the last day than of the week before ended with one reason."""
    today, before = ends(state.crawls.today), ends(state.crawls.before)
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
    owed, before = state.crawls.owed or 0, state.crawls.owed_before
    usual = median(before) if before else 0
    if owed < limits.debts or owed <= 2 * usual:
        return None
    return f"{owed} pages to retry, {usual:g} in the week before"


def _budget(state: OutletState, limits: Limits, now: datetime) -> str | None:
    in_a_row = state.crawls.over_budget
    if in_a_row < OVER_BUDGET_IN_A_ROW:
        return None
    return f"the last {in_a_row} crawls left pages over their budget: PAGE_BUDGET, page_budget"


def _feeds(state: OutletState, limits: Limits, now: datetime) -> str | None:
    crawls = state.crawls
    if crawls.overrun < OVERRUN_IN_A_ROW:
        return None
    assert crawls.last is not None
    advice = pace.advice(crawls.last.counts.get("feeds/minutes"))
    return f"a feed was faster than each of the last {crawls.overrun} crawls: {advice}"


# Of the archive and this machine.


def _disk(facts: MonitoringFacts, limits: Limits) -> str | None:
    free = facts.disk_free
    if free is None or free >= limits.disk_free * 1e9:
        return None
    return f"{free / 1e9:.1f} GB are free at {facts.root}, {limits.disk_free:g} at least"


def _verify(facts: MonitoringFacts, limits: Limits) -> str | None:
    since = facts.verified_at or facts.begin
    if since is None or facts.now - since <= limits.verify_after:
        return None
    if facts.verified_at is None:
        return "the archive was never verified on this machine: triptych archive verify"
    return f"the archive was last verified {hours(facts.now - since)} ago: triptych archive verify"


OF_OUTLETS: dict[str, Callable[[OutletState, Limits, datetime], str | None]] = {
    "crawls": _crawls,
    "sources": _sources,
    "reasons": _reasons,
    "debts": _debts,
    "budget": _budget,
    "feeds": _feeds,
}
OF_ARCHIVES: dict[str, Callable[[MonitoringFacts, Limits], str | None]] = {"disk": _disk, "verify": _verify}
