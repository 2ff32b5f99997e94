"""From the addresses of one list to requests for pages, each address accounted for.

A list may have a hundred thousand addresses. It is gone through twice, a portion at a time: first for what is
asked for, which is written down in one line before the first request goes out, so that a killed run owes all
of it; then for what leaves a row that says why it was not asked for.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scrapy.http import Request

from archive.format.reasons import Reason
from archive.state.debts import A_LIST, STAYS_LISTED
from crawler.requests.articles import why_not, worth_fetching
from crawler.revisit.relisted import had_no_article_lately, leaves_a_row

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from archive.state.model import KnownArticle
    from crawler.discovery.changes import StatedChanges
    from crawler.discovery.listing import Listing
    from crawler.items import Observation
    from crawler.requests.articles import StoryRequests
    from crawler.requests.leads import Lead
    from crawler.revisit.debts import Debts

OWED_OVER_BUDGET = 1000
"""Addresses over the budget that one run may owe: as many as a news sitemap may have, which forgets them as
feeds do. Of longer lists the rest is one row: they stay."""

_REASONS: tuple[Reason | None, ...] = (
    *(None, Reason.OVER_BUDGET, Reason.NOT_AN_ARTICLE, Reason.KNOWN, Reason.PURGED),
    *(Reason.NOT_YET_DUE, Reason.NO_ARTICLE_LATELY),
)
"""Why an address is not asked for, by the byte that stands for it between the two goings; None if it is."""
_NUMBERS = {reason: number for number, reason in enumerate(_REASONS)}


class Following:
    """The lists of one run."""

    def __init__(
        self, requests: StoryRequests, debts: Debts, changes: StatedChanges, *, is_backfill: bool
    ) -> None:
        self._requests = requests
        self._outlet, self._ledger, self._budget = requests.outlet, requests.ledger, requests.budget
        self._debts = debts
        self._changes = changes
        self._is_backfill = is_backfill
        self._rows_over_budget = 0

    async def follow(
        self, found: Listing, address: str, is_wanted: Callable[[Lead], bool]
    ) -> AsyncIterator[Request | Observation]:
        """Yield requests, then observations; `address` is the list's own."""
        outlet = self._outlet
        if not self._is_backfill:
            await self._changes.read(found.leads(outlet))
        reasons = bytearray()
        steps: list[Request | Observation] = []
        for portion in found.leads(outlet):
            for lead in portion:
                reason = self._ask(lead, steps) if is_wanted(lead) else None
                reasons.append(_NUMBERS[reason])
            await asyncio.sleep(0)
        self._requests.note(step for step in steps if isinstance(step, Request))
        for step in steps:
            yield step
        over = reasons.count(_NUMBERS[Reason.OVER_BUDGET])
        has_rows = self._rows_over_budget + over <= OWED_OVER_BUDGET
        if not has_rows:
            self._ledger.leave(over)
            yield self._cut(address, over, found.size)
        else:
            self._rows_over_budget += over
        for row in self._rows(found, reasons, without=None if has_rows else Reason.OVER_BUDGET):
            # the rows of a hundred thousand addresses must not hold up the pages
            await asyncio.sleep(0)
            yield row

    def _ask(self, lead: Lead, steps: list[Request | Observation]) -> Reason | None:
        """Add the requests for an address; return why it is not asked for, None if it is or was.

        Of an article that the archive has, the variants it lacks are fetched: a kill may have come between.
        """
        requests, ledger, url = self._requests, self._ledger, lead.url
        if ledger.has(url):
            return None
        if not self._outlet.is_article(url):
            # a day's page links to much else; what a sitemap or feed lists shows where the rule is too narrow
            return None if lead.source == "archive" else self._pass_over(url, Reason.NOT_AN_ARTICLE)
        known = ledger.known(url)
        if known is None and (why := self._not_now(url)) is not None:
            return why if why == Reason.OVER_BUDGET else self._pass_over(url, why)
        again = known is not None and not self._outlet.look_again
        if not again or self._changes.take(url):
            ledger.discover(url)
            told = {"again": True} if again else {}
            steps.append(requests.article(url, alternates=lead.alternates, lead=lead, is_noted=True, **told))
            return None
        assert known is not None
        reason = self._pass_over(url, why_not(known))
        if not known.is_from_feed:  # its page is owed, and with it the variants that it names
            steps += self._missing_variants(lead, known)
        return reason

    def _pass_over(self, url: str, reason: Reason) -> Reason:
        self._ledger.pass_over(url, reason)
        return reason

    def _not_now(self, url: str) -> Reason | None:
        """Return why an address that the archive lacks is left for a later crawl; None if it is not."""
        looks_again = self._outlet.look_again
        if not looks_again and self._debts.must_wait(url):
            return Reason.NOT_YET_DUE
        if not self._budget.allows_story():
            return Reason.OVER_BUDGET
        last = self._ledger.last_observation(url)
        if not looks_again and had_no_article_lately(last, datetime.now(UTC)):
            return Reason.NO_ARTICLE_LATELY
        return None

    def _missing_variants(self, lead: Lead, known: KnownArticle) -> Iterator[Request | Observation]:
        ledger = self._ledger
        # what was kept of the page includes the outlet's rule
        for alternate in worth_fetching([lead.url], [*lead.alternates, *known.alternates]):
            if not (
                ledger.known(alternate.url)
                or ledger.was_looked_at(alternate.url)
                or self._debts.must_wait(alternate.url)
            ):
                yield from self._requests.variant(alternate, lead.url, inviting=True, is_noted=True)

    def _cut(self, address: str, over: int, size: int) -> Observation:
        """Return the one observation of all that is over the budget in a long list; it is no debt."""
        detail = (
            f"{A_LIST}: {over} of its {size} addresses are over the budget of {self._budget.pages} pages; "
            "the next run reads it again"
        )
        return self._requests.observation(address, "skipped", Reason.OVER_BUDGET, detail=detail)

    def _rows(
        self, found: Listing, reasons: Sequence[int], *, without: Reason | None
    ) -> Iterator[Observation]:
        """Yield the observations that leave a row: the ledger has counted the addresses already."""
        requests, ledger = self._requests, self._ledger
        numbers = iter(reasons)
        for portion in found.leads(self._outlet):
            for lead in portion:
                reason = _REASONS[next(numbers)]
                if reason is None or reason == without:
                    continue
                if reason == Reason.OVER_BUDGET:
                    if ledger.has(lead.url):
                        continue
                    ledger.pass_over(lead.url, reason)
                stays = reason == Reason.OVER_BUDGET and self._is_backfill
                row = requests.observation(
                    lead.url, "skipped", reason, detail=STAYS_LISTED if stays else None
                )
                if leaves_a_row(row, ledger.last_observation(lead.url)):
                    yield row
