"""Requests for articles: made here and nowhere else, each address accounted for.

An address that is not asked for leaves an observation that says why.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy.http import Request

from archive.addresses import plain_url
from archive.format.reasons import Reason
from archive.state.tombstones import PurgedAddress
from crawler.extraction.fields.alternates import is_home_page
from crawler.items import Observation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from archive.state.model import KnownArticle
    from crawler.extensions.ledger import Ledger
    from crawler.extensions.opt_outs import OptOuts
    from crawler.items import Alternate, Article, Outcome
    from crawler.outlet.declaration import Outlet
    from crawler.requests.budget import Budget
    from crawler.requests.leads import Lead

# DW and BBC have some 40 languages; a page that names more pages than this is a trap
MOST_VARIANTS = 60


class StoryRequests:
    """The requests of one run of one outlet."""

    def __init__(
        self,
        outlet: Outlet,
        ledger: Ledger,
        budget: Budget,
        parse_article: Callable[..., Any],
        failed: Callable[..., Any],
        *,
        opt_outs: OptOuts | None = None,
        are_named: bool = False,
        is_backfill: bool = False,
    ) -> None:
        """`are_named`: the user gave the addresses. `opt_outs`: asks each host for its reservations."""
        self.outlet = outlet
        self.ledger = ledger
        self.budget = budget
        self.is_backfill = is_backfill
        self._parse_article = parse_article
        self._failed = failed
        self._opt_outs = opt_outs
        self._looks_again = outlet.look_again or are_named
        self._owed: set[str] = set()
        self._named: Counter[str] = Counter()

    def article(
        self,
        url: str,
        *,
        alternates: tuple[Alternate, ...] = (),
        lead: Lead | None = None,
        is_noted: bool = False,
        **meta: Any,
    ) -> Request | Observation:
        """Return an observation if the address cannot be requested; `lead` is the entry of the list.

        `is_noted`: the caller calls `note` before the request goes out.
        """
        if meta.get("owed"):
            self._owed.add(meta["story"])
        # of a debt, its story was counted: what else it brings must not keep out what is new
        if meta.get("owed") or meta.get("story") not in self._owed:
            self.budget.page()
        told = {} if lead is None else {"lead": lead}
        try:
            request = Request(
                url,
                callback=self._parse_article,
                errback=self._failed,
                cb_kwargs={"declared": alternates, **told},
                meta={**meta, "address": url},
                # the ledger asks once for each address; Scrapy's filter drops a redirect's target unaccounted
                dont_filter=True,
                # a story is made whole before the next one begins, so that a kill leaves whole stories
                priority=5 if meta else 0,
            )
        except ValueError:
            return self.observation(url, "skipped", Reason.BAD_URL)
        if not is_noted:
            self.note([request])
        if self._opt_outs is not None:
            self._opt_outs.ask(request)
        return request

    def note(self, requests: Iterable[Request]) -> None:
        """Write down addresses that a killed run has found and owes: none of a backfill, its lists stay."""
        memory = self.ledger.memory
        if memory is None or self.is_backfill:
            return
        urls = (request.meta["address"] for request in requests)
        if new := {url: self.outlet.outlet_of(url) for url in urls if not memory.known(url)}:
            memory.note_asked(new)

    def variants(
        self, article: Article, story: str, *, again: bool = False
    ) -> Iterator[Request | Observation]:
        """Ask for the other languages of a story, as far as its page or the outlet's rule tells.

        Of a page that is looked at `again`, only those that nobody has looked at.
        """
        inviting = self._may_invite(article)
        for alternate in variants_to_fetch(article):
            if again and not is_new(self.ledger, alternate):
                continue
            yield from self.variant(alternate, story, inviting=inviting)

    def _may_invite(self, article: Article) -> bool:
        """Return True if its hreflang may lead to another host: it is of the outlet, or points back."""
        pointed = [alternate.url for alternate in article.alternates if alternate.source == "hreflang"]
        return any(self._allows_address(url) for url in (article.url, *pointed))

    def _allows_address(self, url: str) -> bool:
        try:
            return self.outlet.allows(Request(url))
        except ValueError:
            return False

    def variant(
        self, alternate: Alternate, story: str, *, inviting: bool, is_noted: bool = False
    ) -> Iterator[Request | Observation]:
        """`story` is the address at which the crawl came upon it: one budget for all that its pages name."""
        if not self.ledger.discover(alternate.url):
            return
        self._named[story] += 1
        if self._named[story] > MOST_VARIANTS:
            yield self.observation(alternate.url, "skipped", Reason.TOO_MANY_VARIANTS)
            return
        if not self.outlet.is_article(alternate.url):
            # "UK" in BBC's menu is a country's section, not the Ukrainian variant
            yield self.observation(alternate.url, "skipped", Reason.NOT_AN_ARTICLE)
            return
        if (known := self.ledger.known(alternate.url)) and not self._looks_again:
            yield self.observation(alternate.url, "skipped", why_not(known))
            return
        invited = alternate.url if inviting and alternate.source == "hreflang" else None
        guessed = alternate.source == "url-rule"
        yield self.article(alternate.url, is_noted=is_noted, story=story, invited=invited, guessed=guessed)

    def observation(
        self,
        requested: str,
        outcome: Outcome,
        reason: str,
        *,
        url: str = "",
        status: int | None = None,
        detail: str | None = None,
    ) -> Observation:
        """Return an observation of an address that brought no article, now; `url`: where a redirect led."""
        at = url or requested
        return Observation(
            url=at,
            requested_url=requested,
            outlet=self.outlet.outlet_of(at),
            outcome=outcome,
            reason=reason,
            at=datetime.now(UTC),
            http_status=status,
            detail=detail,
        )


# Which of the addresses that a page declares are worth a request.


def variants_to_fetch(article: Article) -> tuple[Alternate, ...]:
    """One alternate for each other page that an article names; see `worth_fetching`.

    Its canonical address is its own, unless it names that one as another language's: a missing translation
    often declares the original.
    """
    own = [article.url, article.requested_url]
    if article.canonical_url is not None:
        declared = plain_url(article.canonical_url)
        tags = {a.language for a in article.alternates if a.language and plain_url(a.url) == declared}
        if article.language is None or tags <= {article.language}:
            own.append(article.canonical_url)
    return worth_fetching(own, article.alternates)


def worth_fetching(addresses: Iterable[str], alternates: Sequence[Alternate]) -> tuple[Alternate, ...]:
    """One alternate for each other page: never the page itself, which has these addresses, never a home page.

    hreflang stands before switcher, sitemap and URL rule, as it may lead to another host. A claim of
    the article's own language is followed all the same: RBC's paths and tags claim the wrong one. Not so
    one that differs in the region alone, BBC's `en` and `en-GB`: that is the same text on another host.
    """
    own = {plain_url(url) for url in addresses}
    own_tags = {a.language for a in alternates if a.language and plain_url(a.url) in own}
    found: dict[str, Alternate] = {}
    for source in ("hreflang", "switcher", "sitemap", "url-rule"):
        for alternate in alternates:
            if alternate.source != source or is_home_page(alternate.url):
                continue
            key = plain_url(alternate.url)
            if key not in own and not _differs_in_region(alternate.language, own_tags):
                found.setdefault(key, alternate)
    return tuple(found.values())


def _differs_in_region(tag: str | None, own: set[str]) -> bool:
    return tag is not None and tag not in own and tag.split("-")[0] in {one.split("-")[0] for one in own}


def why_not(known: KnownArticle) -> Reason:
    return Reason.PURGED if isinstance(known, PurgedAddress) else Reason.KNOWN


def is_new(ledger: Ledger, alternate: Alternate) -> bool:
    """Return True if a page that is requested again names a variant that was never requested.

    An address that the outlet's rule made, and that was not there, counts as new once a page names it.
    """
    if ledger.known(alternate.url):
        return False
    look = ledger.last_observation(alternate.url)
    return look is None or (look.reason == Reason.NO_SUCH_VARIANT and alternate.source != "url-rule")
