"""Health of outlets by the archive: the counters of their runs and the dates of their articles."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from archive.format.languages import STORY_LANGUAGES
from archive.format.reasons import Reason, is_of_the_moment
from archive.read.runs import Accounts, RunAccount
from archive.state.model import moment
from crawler.discovery.pace import advice

if TYPE_CHECKING:
    from archive.read.archive import Archive  # which loads pandas

LOOKED_BACK = timedelta(days=30)
DAY = timedelta(days=1)
WEEK = 7
"""Days before the last, with which the last is compared."""
LATE_AFTER = timedelta(days=2)
_PORTION = 1 << 17
_COVERED = timedelta(hours=54)
_LISTED = timedelta(hours=18)
"""The day before a crawl of the lists is complete if another one began between these times before it."""
LEAST_PAGES, MOST_LOST = 10, 0.9
"""An alarm needs so many pages of a run, or of a day's runs, and this share of them without an article."""
GOOD, UNCRAWLED, SINGLE = "good", "not crawled", "single addresses only"
"""Words of `health` for an outlet that needs no attention."""


@dataclass(slots=True)
class Crawls:
    """Runs of one outlet within LOOKED_BACK. A crawl is one that read the outlet's lists."""

    last: RunAccount | None = None
    last_good: RunAccount | None = None
    failed_since: int = 0
    """Crawls since the last good one."""
    last_run: RunAccount | None = None
    """A crawl, a revisit or a crawl of single addresses, whichever was the latest."""
    pages: Counter[str] = field(default_factory=Counter)
    """Outcomes of the last run, and of the others in the day before it."""
    today: Counter[str] = field(default_factory=Counter)
    """Counters of the runs of the last 24 hours, added up."""
    before: Counter[str] = field(default_factory=Counter)
    """The same of the week before."""
    owed: int | None = None
    owed_before: list[int] = field(default_factory=list)
    """After each run of the week before."""
    over_budget: int = 0
    """Latest crawls in a row that left pages over their budget."""
    counted_from: datetime | None = None
    """The oldest account that is kept, if it is younger than LOOKED_BACK."""
    listed_at: datetime | None = None
    """When the last finished crawl that could read a list began; a backfill reads other lists."""
    is_covered: bool = False
    """True if another crawl began one or two days before it, see _LISTED."""
    unread: list[str] = field(default_factory=list)
    """Unread lists, as `1 of 3`, of the latest crawls, back to the last one that read all its lists."""
    overrun: int = 0
    """Number of the latest crawls in a row that came too seldom for a feed: entries had left it."""
    _kept_up: bool = False
    _read_all: bool = False
    _within_budget: bool = False

    def add_listing(self, run: RunAccount) -> None:
        """Add an earlier crawl that read lists."""
        if not run.counts.get("run/finished") or not run.counts.get("sources/read"):
            return
        self._kept_up = self._kept_up or not run.counts.get("feeds/overrun")
        self.overrun += not self._kept_up
        if run.counts.get("run/backfill"):
            return
        failed = run.counts.get("sources/failed", 0)
        self._read_all = self._read_all or not failed
        if not self._read_all:
            self.unread.append(f"{failed} of {failed + run.counts['sources/read']}")
        if self.listed_at is None:
            self.listed_at = run.started_at
        elif _LISTED <= self.listed_at - run.started_at <= _COVERED:
            self.is_covered = True

    def add_recent(self, run: RunAccount, now: datetime) -> None:
        """Add a run of the last day, or of the week before it."""
        is_of_today = run.committed_at > now - DAY
        (self.today if is_of_today else self.before).update(run.counts)
        if (owed := run.counts.get("run/owed")) is not None:
            self.owed = owed if self.owed is None else self.owed
            if not is_of_today:
                self.owed_before.append(owed)
        # a crawl is one that read the outlet's lists; a backfill has no lists of the day
        if run.counts.get("sources/read"):
            self._within_budget = self._within_budget or not run.counts.get("skipped(over-budget)")
            self.over_budget += not self._within_budget

    def has_all(self, run: RunAccount, *, within: bool) -> bool:
        """Whether runs before this one add nothing."""
        if self.last_good is None or self.listed_at is None or within:
            return False
        return self.listed_at - run.started_at > _COVERED


def crawls_of(uri: str, outlets: Iterable[str], now: datetime) -> dict[str, Crawls]:
    accounts = Accounts(uri)
    begin = accounts.begin
    from_then = begin if begin is not None and begin > now - LOOKED_BACK else None
    by_outlet = {name: Crawls(counted_from=from_then) for name in outlets}
    waiting = set(by_outlet)
    for run in accounts.runs(now - LOOKED_BACK):
        if run.outlet not in waiting:
            continue
        crawls = by_outlet[run.outlet]
        crawls.last_run = crawls.last_run or run
        within = run.committed_at > crawls.last_run.committed_at - DAY
        if within:
            crawls.pages.update(run.counts)
        is_recent = run.committed_at > now - (WEEK + 1) * DAY
        if is_recent:
            crawls.add_recent(run, now)
        # a source was requested, so it is neither a revisit nor the crawl of one address
        if run.counts.get("sources/read", 0) + run.counts.get("sources/failed", 0):
            crawls.last = crawls.last or run
            crawls.add_listing(run)
            if crawls.last_good is None:
                if run.counts.get("run/finished") and not run.counts.get("run/problems"):
                    crawls.last_good = run
                else:
                    crawls.failed_since += 1
        if crawls.has_all(run, within=within or is_recent):
            waiting.remove(run.outlet)
            if not waiting:
                break
    return by_outlet


def no_articles_of(crawls: Crawls) -> str | None:
    """Return a sentence if hardly any page of the last day, or of the last run, was an article."""
    last = crawls.last_run
    return no_articles(crawls.pages) or (None if last is None else no_articles(last.counts))


def health(crawls: Crawls, newest: datetime | None, now: datetime) -> str:
    """Return how its crawls end, in words; `newest` is the publication time of the latest article."""
    if crawls.last is None:
        return _uncrawled(crawls, newest)
    if crawls.failed_since:
        times = f"{crawls.failed_since} times" if crawls.failed_since > 1 else "once"
        return f"failed {times}: {_why(crawls.last)}"
    if (age := now - crawls.last.committed_at) > LATE_AFTER:
        return f"not crawled for {age.days} days"
    if sentence := no_articles_of(crawls):
        return sentence
    if failed := crawls.last.counts.get("sources/failed", 0):
        return f"{failed} of {failed + crawls.last.counts.get('sources/read', 0)} sources not read"
    if overrun := crawls.last.counts.get("feeds/overrun", 0):
        feeds = f"{overrun} feeds were" if overrun > 1 else "a feed was"
        return f"{feeds} faster than the crawls: {advice(crawls.last.counts.get('feeds/minutes'))}"
    return GOOD


def _uncrawled(crawls: Crawls, newest: datetime | None) -> str:
    # older accounts were collected: what they said of its crawls is not known
    begin = crawls.counted_from
    period = f"{LOOKED_BACK.days} days" if begin is None else f"the accounts kept, from {begin:%Y-%m-%d} on"
    if crawls.last_run is not None:
        only = "revisited, and " if crawls.last_run.counts.get("requests/revisit") else ""
        return no_articles_of(crawls) or (f"{only}not crawled in {period}" if only else SINGLE)
    return UNCRAWLED if newest is None else f"not crawled in {period}"


def no_articles(counts: Mapping[str, int]) -> str | None:
    """Tell that hardly any page that came was an article; None where enough were, or too few came to say."""
    articles = 0
    lost: Counter[str] = Counter()
    for kind, count in counts.items():
        outcome, _, reason = kind.removesuffix(")").partition("(")
        if outcome in ("archived", "unchanged"):
            articles += count
        elif outcome == "dropped" and reason and reason != Reason.PURGED and not is_of_the_moment(reason):
            lost[reason] = count
    pages = articles + lost.total()
    if lost.total() < LEAST_PAGES or lost.total() < MOST_LOST * pages:
        return None
    why = ", ".join(f"{reason} {count}" for reason, count in lost.most_common(3))
    return f"{lost.total()} of {pages} pages are no articles: {why}"


def _why(run: RunAccount) -> str:
    if not run.counts.get("run/finished"):
        # a running crawl has the same counters as a killed one
        return "it was killed, or still runs"
    if not run.counts.get("sources/read"):
        return "no source could be read"
    if remaining := run.counts.get("skipped(host-refuses)"):
        return f"a host refuses, {remaining} addresses left"
    return "run it to see why"


# Counts of the archive for each outlet, made in Arrow from a few columns of each table, without texts.


@dataclass(slots=True)
class Facts:
    """Counts of one outlet."""

    articles: int = 0
    bylines: int = 0
    dates: int = 0
    newest: datetime | None = None
    """Publication time of the latest article, aware, in UTC."""
    last_seen: datetime | None = None
    """When the latest new article was archived; an edit is none."""
    access: Counter[str] = field(default_factory=Counter)
    """Articles by who may read them; those whose page does not say are left out."""
    stories: int = 0
    complete: int | None = 0
    """Stories in all of the outlet's languages; None if those are fewer than two."""


def count_outlets(opened: "Archive", languages: Mapping[str, tuple[str, ...]]) -> dict[str, Facts]:
    """Count for each outlet; `languages` make a complete story, of which uk, en and ru count."""
    by_outlet: defaultdict[str, Facts] = defaultdict(Facts)
    columns = ["outlet", "byline", "published_at", "first_seen", "access"]
    for rows in opened.articles(columns=columns).batches(_PORTION):
        _count_articles(by_outlet, pa.table(rows))
    for rows in opened.stories(columns=["outlet", "languages"]).batches(_PORTION):
        _count_stories(by_outlet, pa.table(rows), languages)
    for name, tags in languages.items():
        facts = by_outlet[name]  # also of an outlet of which nothing is archived
        if len({*tags} & {*STORY_LANGUAGES}) < 2:
            facts.complete = None
    return dict(by_outlet)


def _count_stories(
    by_outlet: defaultdict[str, Facts], rows: pa.Table, languages: Mapping[str, tuple[str, ...]]
) -> None:
    of_story = pc.binary_join(rows["languages"], " ")
    counted = rows.select(["outlet"]).append_column("languages", of_story).group_by(["outlet", "languages"])
    for row in counted.aggregate([([], "count_all")]).to_pylist():
        if row["outlet"] in languages:
            facts, needed = by_outlet[row["outlet"]], {*languages[row["outlet"]]} & {*STORY_LANGUAGES}
            facts.stories += row["count_all"]
            if facts.complete is not None and needed <= {*row["languages"].split()}:
                facts.complete += row["count_all"]


def _count_articles(by_outlet: defaultdict[str, Facts], rows: pa.Table) -> None:
    # as numbers: the maximum of times with a zone is not always a time with a zone
    table = rows
    for name in ("published_at", "first_seen"):
        table = table.set_column(table.schema.get_field_index(name), name, pc.cast(rows[name], pa.int64()))
    aggregates = [
        ([], "count_all"),
        ("byline", "count"),
        ("published_at", "count"),
        ("published_at", "max"),
        ("first_seen", "max"),
    ]
    for row in table.group_by("outlet").aggregate(aggregates).to_pylist():
        facts = by_outlet[row["outlet"]]
        facts.articles += row["count_all"]
        facts.bylines += row["byline_count"]
        facts.dates += row["published_at_count"]
        if (latest := row["published_at_max"]) is not None:
            newest = moment(latest)
            facts.newest = newest if facts.newest is None else max(facts.newest, newest)
        if (latest := row["first_seen_max"]) is not None:
            last_seen = moment(latest)
            facts.last_seen = last_seen if facts.last_seen is None else max(facts.last_seen, last_seen)
    for row in table.group_by(["outlet", "access"]).aggregate([([], "count_all")]).to_pylist():
        if row["access"] is not None:
            by_outlet[row["outlet"]].access[row["access"]] += row["count_all"]
