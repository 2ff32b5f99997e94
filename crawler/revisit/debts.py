"""Pages of earlier runs that each crawl and revisit of their outlet retries, whether or not they are listed.

archive/state/debts.py has the rule: what a debt is, the pause between its tries, and when its time is over.
Here are the requests of one run, the share of its budget that they may take, and the report at its end.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from scrapy.http import Request

from archive.format.reasons import Reason
from archive.state.debts import Debt, DebtCount
from archive.state.debts import Debts as Stored
from archive.writer import ArchiveWriter
from crawler.items import Observation
from crawler.requests.articles import StoryRequests

# rows written by one run; after a disaster with millions of debts several runs give them up
GIVEN_UP_AT_ONCE = 1000
NAMED_REASONS = 3


def share_of(pages: int, share: float) -> int:
    """Return how many debts a run with this page budget may retry; at least one."""
    return max(1, int(pages * share))


class Debts:
    def __init__(
        self,
        requests: StoryRequests,
        most: int,
        *,
        at: datetime | None = None,
        retries: bool = True,
        is_recurring: bool = True,
    ) -> None:
        """At most `most` are retried. `at`: the moment of a planned revisit; None for now.

        `retries`: False for a run of single addresses, which only requests these and their variants.
        `is_recurring`: True for an outlet that is crawled regularly.
        """
        self._requests = requests
        self._most = most
        self._at = at
        self._retries = retries
        self._is_recurring = is_recurring
        self._retried: dict[str, None] = {}
        self._given_up = 0
        self.remaining = DebtCount({}, None)
        """Debts after the run, counted at its end."""

    @property
    def _now(self) -> datetime:
        return self._at or datetime.now(UTC)

    @property
    def _memory(self) -> ArchiveWriter | None:
        return self._requests.ledger.memory

    # --- requests ----------------------------------------------------------------------------------------
    def requests(self) -> Iterator[Request | Observation]:
        """Requests for due debts, the newest first, and an observation for each debt whose time is over."""
        if self._memory is None or not self._retries:
            return
        requests, debts, now = self._requests, self._memory.debts(), self._now
        outlet = requests.outlet.name
        over, due = debts.over(outlet, now, GIVEN_UP_AT_ONCE), debts.due(outlet, now, self._most)
        for debt in over:
            if requests.ledger.discover(debt.url):
                self._given_up += 1
                yield requests.observation(debt.url, "skipped", Reason.GIVEN_UP, detail=debt.history())
        for debt in due:
            if requests.ledger.discover(debt.url):
                yield self._request(debt)

    def _request(self, debt: Debt) -> Request | Observation:
        requests, outlet = self._requests, self._requests.outlet
        if not outlet.is_article(debt.url):
            # the rule has changed since, or a user gave the address
            return requests.observation(debt.url, "skipped", Reason.NOT_AN_ARTICLE)
        self._retried[debt.url] = None
        # if its story is archived, the address may be a guess of the outlet's rule
        guessed = any(requests.ledger.known(sibling.url) for sibling in outlet.siblings(debt.url))
        return requests.article(debt.url, story=debt.url, owed=True, guessed=guessed)

    def is_given_up(self, url: str) -> bool:
        """Return True if the page at an address was retried until the end of its period."""
        debt = None if self._memory is None else self._memory.debts().at(url)
        return debt is not None and debt.is_over(self._now)

    def must_wait(self, url: str) -> bool:
        """Return True if a listed address has failed so recently that a later run retries it."""
        if self._memory is None:
            return False
        debt = self._memory.debts().at(url)
        return debt is not None and debt.due > self._now

    def unfinished(self, urls: Iterable[str]) -> Iterator[Observation]:
        """Observations of pages that were found and not finished when the run ended: later runs retry them.

        None for a backfill: its lists will still be there.
        """
        for url in urls:
            if not self._requests.is_backfill and not self._requests.ledger.known(url):
                yield self._requests.observation(url, "failed", Reason.UNFINISHED)

    # --- report ------------------------------------------------------------------------------------------
    def count(self) -> DebtCount:
        """Count the debts at the end of the run, before the archive is closed.

        All debts of the outlet; for a run of single addresses, only of those.
        """
        self.remaining = self._counted()
        return self.remaining

    def _counted(self) -> DebtCount:
        if self._memory is None:
            return DebtCount({}, None)
        debts, now = self._memory.debts(), self._now
        if self._retries:
            return debts.count(self._requests.outlet.name, now)
        reasons: Counter[str] = Counter()
        times = []
        for url in self._requests.ledger.left():
            debt = debts.at(url)
            if debt is not None and not debt.is_over(now):
                reasons[debt.reason] += 1
                times.append(debt.due)
        return DebtCount(reasons, min(times, default=None))

    @property
    def requested(self) -> int:
        return len(self._retried)

    @property
    def unpaid(self) -> bool:
        """True if pages are to be retried after this run, or were given up in it."""
        return bool(self.remaining.failed or self._given_up)

    def report_lines(self) -> Iterator[str]:
        """The last lines of the report; none if there were no debts."""
        if texts := self._requests.ledger.feed_texts:
            yield f"{texts} texts came from a feed, because their pages were refused"
        if self._retried:
            results = Counter(self._result(url) for url in self._retried)
            fetched = results["archived"] + results["unchanged"]
            final = f", {results['final']} do not exist or are no articles" if results["final"] else ""
            yield f"{fetched} of {len(self._retried)} pages retried from earlier runs were fetched{final}"
        if self._given_up:
            yield f"{self._given_up} pages given up after four days of retries"
        if self.remaining.failed:
            yield retry_sentence(self.remaining, datetime.now(UTC), is_recurring=self._is_recurring)
        if over := self.remaining.reasons.get(Reason.OVER_BUDGET):
            yield f"{over} pages were over the budget; the next runs request them, listed or not"

    def _result(self, url: str) -> str:
        outcome = self._requests.ledger.outcome(url)
        if outcome is None or self._requests.ledger.may_end_otherwise(url):
            return "retry"
        return outcome[0] if outcome[0] in {"archived", "unchanged"} else "final"


@dataclass(frozen=True, slots=True)
class DebtForecast:
    """Debts that a run would find, before it begins."""

    count: DebtCount
    due: int
    """At most those that it may retry."""
    over: bool
    """True if some are to be given up."""


def debt_forecast(debts: Stored | None, outlet: str, now: datetime, most: int) -> DebtForecast:
    """`debts` is None if this machine has no cache of them."""
    if debts is None:
        return DebtForecast(DebtCount({}, None), 0, over=False)
    due, over = len(debts.due(outlet, now, most)), bool(debts.over(outlet, now, 1))
    return DebtForecast(debts.count(outlet, now), due, over)


def retry_sentence(count: DebtCount, now: datetime, *, is_recurring: bool = True) -> str:
    """A sentence: how many pages, the most common reasons, and when they are retried.

    `is_recurring`: of an outlet that is crawled regularly; a page of any other site is only requested by a
    user.
    """
    reasons = Counter(dict(count.reasons))
    reasons.pop(Reason.OVER_BUDGET, None)
    phrases = [f"{reason} {number}" for reason, number in reasons.most_common(NAMED_REASONS)]
    if len(reasons) > NAMED_REASONS:
        phrases.append("…")
    pages = f"{count.failed} pages are" if count.failed != 1 else "1 page is"
    pages = f"{pages} still to retry ({', '.join(phrases)})"
    if not is_recurring:
        return f"{pages}: give the address again, no other run requests it"
    is_later = count.next_at is not None and count.next_at > now
    when = f"the first run after {count.next_at:%Y-%m-%d %H:%M} UTC" if is_later else "the next run"
    return f"{pages}: {when} requests them again, listed or not"
