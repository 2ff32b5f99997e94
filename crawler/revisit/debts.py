"""Pages owed from earlier runs: asked for again by each crawl and revisit of their outlet, listed or not.

archive/state/debts.py has the rule: what a debt is, the pause between its tries, and when its time is over.
Here are the requests of one run, the share of its budget that they may take, and what is told of them at its
end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archive.format.reasons import Reason
from archive.state.debts import Owed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scrapy.http import Request

    from archive.state.debts import Debt
    from archive.state.debts import Debts as Stored
    from crawler.extensions.ledger import Memory
    from crawler.items import Observation
    from crawler.requests.articles import StoryRequests

# rows written by one run: a disaster of millions is ended by many
GIVEN_UP_AT_ONCE = 1000
NAMED_REASONS = 3


def share_of(pages: int, share: float) -> int:
    """Return how many debts a run may ask for that may ask for so many pages; one at least."""
    return max(1, int(pages * share))


class Debts:
    """The debts of one outlet in one run."""

    def __init__(
        self,
        requests: StoryRequests,
        most: int,
        *,
        at: datetime | None = None,
        are_asked: bool = True,
        by_itself: bool = True,
    ) -> None:
        """`most` are asked for. `at`: the moment that a revisit is planned for; None for now.

        `are_asked`: not by a run that is of single addresses, it asks for these and their variants.
        `by_itself`: of an outlet with crawls of its own.
        """
        self._requests = requests
        self._most = most
        self._at = at
        self._are_asked = are_asked
        self._by_itself = by_itself
        self._asked: dict[str, None] = {}
        self._given_up = 0
        self.left = Owed({}, None)
        """Debts after the run, counted at its end."""

    @property
    def _now(self) -> datetime:
        return self._at or datetime.now(UTC)

    @property
    def _memory(self) -> Memory | None:
        return self._requests.ledger.memory

    # --- what is asked for -----------------------------------------------------------------------------
    def requests(self) -> Iterator[Request | Observation]:
        """Requests for what is due, the newest first, and a look for each debt whose time is over."""
        if self._memory is None or not self._are_asked:
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
            # the rule has changed since, or the address was given by hand
            return requests.observation(debt.url, "skipped", Reason.NOT_AN_ARTICLE)
        self._asked[debt.url] = None
        # of a story that the archive has: it may be only the outlet's rule that led there
        guessed = any(requests.ledger.known(sibling.url) for sibling in outlet.siblings(debt.url))
        return requests.article(debt.url, story=debt.url, owed=True, guessed=guessed)

    def is_given_up(self, url: str) -> bool:
        """Return True if the page at an address was owed until the end, and is asked for no more."""
        debt = None if self._memory is None else self._memory.debts().at(url)
        return debt is not None and debt.is_over(self._now)

    def must_wait(self, url: str) -> bool:
        """Return True if a listed address has failed so lately that it is left for a later run."""
        if self._memory is None:
            return False
        debt = self._memory.debts().at(url)
        return debt is not None and debt.due > self._now

    def unfinished(self, urls: Iterable[str]) -> Iterator[Observation]:
        """Return pages that were found and not settled when the run ended: later runs ask for them.

        None of a backfill: what it lists is listed next year too.
        """
        for url in urls:
            if not self._requests.is_backfill and not self._requests.ledger.known(url):
                yield self._requests.observation(url, "failed", Reason.UNFINISHED)

    # --- what is told ----------------------------------------------------------------------------------
    def count(self) -> Owed:
        """Count what is owed at the end of the run, before the archive is closed.

        That is all of the outlet; of a run of single addresses, what it has not got.
        """
        self.left = self._owed()
        return self.left

    def _owed(self) -> Owed:
        if self._memory is None:
            return Owed({}, None)
        debts, now = self._memory.debts(), self._now
        if self._are_asked:
            return debts.owed(self._requests.outlet.name, now)
        found = [debt for url in self._requests.ledger.left() if (debt := debts.at(url)) is not None]
        owed = [debt for debt in found if not debt.is_over(now)]
        reasons = Counter(debt.reason for debt in owed)
        return Owed(reasons, min((debt.due for debt in owed), default=None))

    @property
    def asked(self) -> int:
        """Number that the run asks for."""
        return len(self._asked)

    @property
    def unpaid(self) -> bool:
        """True if pages are owed after this run, or were given up in it."""
        return bool(self.left.failed or self._given_up)

    def told(self) -> Iterator[str]:
        """The last lines of the report; none where nothing was owed."""
        if texts := self._requests.ledger.feed_texts:
            yield f"{texts} texts came from a feed, as their pages were refused; the pages are not here yet"
        if self._asked:
            ended = Counter(self._ended(url) for url in self._asked)
            came = ended["archived"] + ended["unchanged"]
            final = f", {ended['final']} are not there or no articles" if ended["final"] else ""
            yield f"{came} of {len(self._asked)} pages owed from earlier runs came{final}"
        if self._given_up:
            yield f"{self._given_up} pages given up: owed for four days, and they did not come"
        if self.left.failed:
            yield still_owed(self.left, datetime.now(UTC), by_itself=self._by_itself)
        if over := self.left.reasons.get(Reason.OVER_BUDGET):
            yield f"{over} pages were over the budget; the next runs go on with them, listed or not"

    def _ended(self, url: str) -> str:
        outcome = self._requests.ledger.outcome(url)
        if outcome is None or self._requests.ledger.may_end_otherwise(url):
            return "owed"
        return outcome[0] if outcome[0] in {"archived", "unchanged"} else "final"


@dataclass(frozen=True, slots=True)
class DebtsOfNow:
    """Debts that a run would find, before it is begun."""

    owed: Owed
    due: int
    """No more than it may ask for."""
    over: bool
    """True if some are to be given up."""


def debts_of_now(debts: Stored | None, outlet: str, now: datetime, most: int) -> DebtsOfNow:
    """`debts` is None where this machine has no cache of them."""
    if debts is None:
        return DebtsOfNow(Owed({}, None), 0, over=False)
    due, over = len(debts.due(outlet, now, most)), bool(debts.over(outlet, now, 1))
    return DebtsOfNow(debts.owed(outlet, now), due, over)


def still_owed(owed: Owed, now: datetime, *, by_itself: bool = True) -> str:
    """A sentence: how many pages, the commonest reasons, and when they are asked for again.

    `by_itself`: of an outlet with crawls of its own; nobody but the user comes back to a page of any site.
    """
    reasons = Counter(
        {reason: count for reason, count in owed.reasons.items() if reason != Reason.OVER_BUDGET}
    )
    named = [f"{reason} {count}" for reason, count in reasons.most_common(NAMED_REASONS)]
    if len(reasons) > NAMED_REASONS:
        named.append("…")
    pages = f"{owed.failed} pages are" if owed.failed != 1 else "1 page is"
    if not by_itself:
        return f"{pages} still owed ({', '.join(named)}): give the address again, no other run asks for it"
    later = owed.next_at is not None and owed.next_at > now
    when = f"the first run after {owed.next_at:%Y-%m-%d %H:%M} UTC" if later else "the next run"
    return f"{pages} still owed ({', '.join(named)}): {when} asks again, listed or not"
