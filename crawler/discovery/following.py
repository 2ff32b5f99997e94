"""Requests for the addresses of one list, with an account of each address.

A list may have a hundred thousand addresses. It is read twice, a portion at a time: first for the requests,
which are written down in one line before the first one is sent, so that the next run retries all of them
after a kill; then for the observations of addresses that are not requested.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime

from scrapy.http import Request

from archive.format.reasons import Reason
from archive.state.debts import A_LIST, STAYS_LISTED
from archive.state.model import KnownArticle
from crawler.discovery.changes import SitemapChanges
from crawler.discovery.listing import Listing
from crawler.items import Observation
from crawler.requests.articles import StoryRequests, why_not, worth_fetching
from crawler.requests.leads import Lead
from crawler.revisit.debts import Debts
from crawler.revisit.relisted import had_no_article_lately, leaves_a_row

ROWS_OVER_BUDGET = 1000
"""Up to 1,000 over-budget addresses get a row each and are retried: as many as in a news sitemap, which drops
them as feeds do. The rest of a longer list is one row, because it stays listed."""

_REASONS: tuple[Reason | None, ...] = (
    *(None, Reason.OVER_BUDGET, Reason.NOT_AN_ARTICLE, Reason.KNOWN, Reason.PURGED),
    *(Reason.NOT_YET_DUE, Reason.NO_ARTICLE_LATELY),
)
"""Why an address is not requested, by the byte that encodes it between the two passes; None if it is."""
_NUMBERS = {reason: number for number, reason in enumerate(_REASONS)}


class Following:
    def __init__(
        self, requests: StoryRequests, debts: Debts, changes: SitemapChanges, *, is_backfill: bool
    ) -> None:
        self._requests = requests
        self._outlet, self._ledger, self._budget = requests.outlet, requests.ledger, requests.budget
        self._debts = debts
        self._changes = changes
        self._is_backfill = is_backfill
        self._rows_over_budget = 0

    async def follow(
        self, listing: Listing, address: str, is_in_period: Callable[[Lead], bool]
    ) -> AsyncIterator[Request | Observation]:
        """Yield requests, then observations; `address`: of the list."""
        outlet = self._outlet
        if not self._is_backfill:
            await self._changes.read(listing.leads(outlet))
        reasons = bytearray()
        steps: list[Request | Observation] = []
        for portion in listing.leads(outlet):
            for lead in portion:
                reason = self._request(lead, steps) if is_in_period(lead) else None
                reasons.append(_NUMBERS[reason])
            await asyncio.sleep(0)
        self._requests.note(step for step in steps if isinstance(step, Request))
        for step in steps:
            yield step
        over = reasons.count(_NUMBERS[Reason.OVER_BUDGET])
        has_rows = self._rows_over_budget + over <= ROWS_OVER_BUDGET
        if not has_rows:
            self._ledger.leave(over)
            yield self._cut(address, over, listing.size)
        else:
            self._rows_over_budget += over
        for row in self._rows(listing, reasons, without=None if has_rows else Reason.OVER_BUDGET):
            # the rows of a hundred thousand addresses must not block the pages
            await asyncio.sleep(0)
            yield row

    def _request(self, lead: Lead, steps: list[Request | Observation]) -> Reason | None:
        """Add the requests for an address; return why it is not requested, None if it is or was.

        Missing variants of an archived article are fetched: the last run may have been killed before them.
        """
        requests, ledger, url = self._requests, self._ledger, lead.url
        if ledger.has(url):
            return None
        if not self._outlet.is_article(url):
            # a day's page links to much else; in a sitemap or feed this shows that the rule is too narrow
            return None if lead.source == "archive" else self._pass_over(url, Reason.NOT_AN_ARTICLE)
        article = ledger.known(url)
        if article is None and (reason := self._not_now(url)) is not None:
            return reason if reason == Reason.OVER_BUDGET else self._pass_over(url, reason)
        is_revisit = article is not None and not self._outlet.look_again
        if not is_revisit or self._changes.take(url):
            ledger.discover(url)
            meta = {"again": True} if is_revisit else {}
            steps.append(requests.article(url, alternates=lead.alternates, lead=lead, is_noted=True, **meta))
            return None
        assert article is not None
        if not article.is_from_feed:  # otherwise its page is retried, with the variants that it names
            steps += self._missing_variants(lead, article)
        return self._pass_over(url, why_not(article))

    def _pass_over(self, url: str, reason: Reason) -> Reason:
        self._ledger.pass_over(url, reason)
        return reason

    def _not_now(self, url: str) -> Reason | None:
        """Return why an unarchived address is left for a later crawl; None if it is requested now."""
        visits_again = self._outlet.look_again
        if not visits_again and self._debts.must_wait(url):
            return Reason.NOT_YET_DUE
        if not self._budget.allows_story():
            return Reason.OVER_BUDGET
        last = self._ledger.last_observation(url)
        if not visits_again and had_no_article_lately(last, datetime.now(UTC)):
            return Reason.NO_ARTICLE_LATELY
        return None

    def _missing_variants(self, lead: Lead, article: KnownArticle) -> Iterator[Request | Observation]:
        ledger = self._ledger
        # the stored alternates include those of the outlet's rule
        for alternate in worth_fetching([lead.url], [*lead.alternates, *article.alternates]):
            url = alternate.url
            if ledger.known(url) or ledger.was_looked_at(url) or self._debts.must_wait(url):
                continue
            yield from self._requests.variant(
                alternate, lead.url, inviting=True, is_noted=True, alternates=lead.alternates
            )

    def _cut(self, address: str, over: int, size: int) -> Observation:
        """One observation for all over-budget addresses of a long list; it is no debt."""
        detail = (
            f"{A_LIST}: {over} of its {size} addresses are over the budget of {self._budget.pages} pages; "
            "the next run reads it again"
        )
        return self._requests.observation(address, "skipped", Reason.OVER_BUDGET, detail=detail)

    def _rows(
        self, listing: Listing, reasons: Sequence[int], *, without: Reason | None
    ) -> Iterator[Observation]:
        """Yield the observations that get a row; the ledger has already counted the addresses."""
        requests, ledger = self._requests, self._ledger
        numbers = iter(reasons)
        for portion in listing.leads(self._outlet):
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
