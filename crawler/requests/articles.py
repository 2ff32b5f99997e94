"""All requests for articles, with an account of each address.

An address that is not requested leaves an observation with the reason.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from scrapy.http import Request

from archive.addresses import plain_url
from archive.format.reasons import Reason
from archive.state.model import KnownArticle
from archive.state.tombstones import PurgedAddress
from crawler.extensions.ledger import Ledger
from crawler.extensions.opt_outs import OptOuts
from crawler.extraction.fields.alternates import is_home_page
from crawler.items import Alternate, Article, Observation, Outcome
from crawler.outlet.declaration import Outlet
from crawler.requests.budget import Budget
from crawler.requests.leads import Lead

# DW and BBC have some 40 languages; a page that names more pages than this is a trap
MOST_VARIANTS = 60


class StoryRequests:
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
        """`are_named`: the user gave the addresses. `opt_outs`: requests each host's reservations."""
        self.outlet = outlet
        self.ledger = ledger
        self.budget = budget
        self.is_backfill = is_backfill
        self._parse_article = parse_article
        self._failed = failed
        self._opt_outs = opt_outs
        self._visits_again = outlet.look_again or are_named
        self._debt_stories: set[str] = set()
        self._variants_of: Counter[str] = Counter()

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
            self._debt_stories.add(meta["story"])
        # the story of a debt was counted before: its further pages must not displace new ones
        if meta.get("owed") or meta.get("story") not in self._debt_stories:
            self.budget.page()
        list_entry = {} if lead is None else {"lead": lead}
        try:
            request = Request(
                url,
                callback=self._parse_article,
                errback=self._failed,
                cb_kwargs={"declared": alternates, **list_entry},
                meta={**meta, "address": url},
                # the ledger allows each address once; Scrapy's filter drops a redirect's target unaccounted
                dont_filter=True,
                # a story is completed before the next one begins, so that a kill leaves complete stories
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
        """Write down addresses that the next run retries after a kill; none of a backfill, its lists stay."""
        memory = self.ledger.memory
        if memory is None or self.is_backfill:
            return
        urls = [request.meta["address"] for request in requests]
        if outlets := {url: self.outlet.outlet_of(url) for url in urls if not memory.known(url)}:
            memory.note_asked(outlets)

    def variants(
        self, article: Article, story: str, *, again: bool = False
    ) -> Iterator[Request | Observation]:
        """Request the other languages of a story that its page or the outlet's rule names.

        Of a page that is visited `again`, only those that were never requested.
        """
        inviting = self._may_invite(article)
        for alternate in variants_to_fetch(article):
            if again and not is_new(self.ledger, alternate):
                continue
            yield from self.variant(alternate, story, inviting=inviting)

    def _may_invite(self, article: Article) -> bool:
        """Return True if its hreflang may lead to another host: the page is of the outlet, or points back."""
        targets = [alternate.url for alternate in article.alternates if alternate.source == "hreflang"]
        return any(self._allows_address(url) for url in (article.url, *targets))

    def _allows_address(self, url: str) -> bool:
        try:
            return self.outlet.allows(Request(url))
        except ValueError:
            return False

    def variant(
        self,
        alternate: Alternate,
        story: str,
        *,
        inviting: bool,
        is_noted: bool = False,
        alternates: tuple[Alternate, ...] = (),
    ) -> Iterator[Request | Observation]:
        """`story`: the address that led to it; all pages that it names share one limit.

        The first address above the limit gets a row, and no further one: one page may name 20,000.
        """
        if self._variants_of[story] > MOST_VARIANTS or not self.ledger.discover(alternate.url):
            return
        self._variants_of[story] += 1
        if self._variants_of[story] > MOST_VARIANTS:
            yield self.observation(alternate.url, "skipped", Reason.TOO_MANY_VARIANTS)
            return
        if not self.outlet.is_article(alternate.url):
            # "UK" in BBC's menu is a country's section, not the Ukrainian variant
            yield self.observation(alternate.url, "skipped", Reason.NOT_AN_ARTICLE)
            return
        article = self.ledger.known(alternate.url)
        if article and not self._visits_again:
            yield self.observation(alternate.url, "skipped", why_not(article))
            return
        invited = alternate.url if inviting and alternate.source == "hreflang" else None
        guessed = alternate.source == "url-rule"
        yield self.article(
            alternate.url,
            alternates=alternates,
            is_noted=is_noted,
            story=story,
            invited=invited,
            guessed=guessed,
        )

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
        """An observation, now, of an address without an article; `url`: the target of a redirect."""
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


# The addresses declared by a page that are worth a request.


def variants_to_fetch(article: Article) -> tuple[Alternate, ...]:
    """One alternate for each other page that an article names; see `worth_fetching`.

    Its canonical address is the page itself, unless the page names it as another language's: a missing
    translation often declares the original.
    """
    addresses = [article.url, article.requested_url]
    if article.canonical_url is not None:
        tags = _tags_at({plain_url(article.canonical_url)}, article.alternates)
        if article.language is None or tags <= {article.language}:
            addresses.append(article.canonical_url)
    return worth_fetching(addresses, article.alternates)


def worth_fetching(addresses: Iterable[str], alternates: Sequence[Alternate]) -> tuple[Alternate, ...]:
    """One alternate for each other page: never the page with these addresses, never a home page.

    hreflang comes before switcher, sitemap and URL rule, because it may lead to another host. An alternate in
    the article's own language is still requested: RBC's paths and tags claim the wrong one. But not if it
    only differs in the region, such as BBC's `en` and `en-GB`: that is the same text on another host.
    """
    page = {plain_url(url) for url in addresses}
    page_tags = _tags_at(page, alternates)
    chosen: dict[str, Alternate] = {}
    for source in ("hreflang", "switcher", "sitemap", "url-rule"):
        for alternate in alternates:
            if alternate.source != source or is_home_page(alternate.url):
                continue
            key = plain_url(alternate.url)
            if key not in page and not _differs_in_region(alternate.language, page_tags):
                chosen.setdefault(key, alternate)
    return tuple(chosen.values())


def _tags_at(addresses: set[str], alternates: Iterable[Alternate]) -> set[str]:
    """Return the languages that the alternates give these plain addresses."""
    tags: set[str] = set()
    for alternate in alternates:
        if alternate.language and plain_url(alternate.url) in addresses:
            tags.add(alternate.language)
    return tags


def _differs_in_region(tag: str | None, page_tags: set[str]) -> bool:
    if tag is None or tag in page_tags:
        return False
    return tag.split("-")[0] in {page_tag.split("-")[0] for page_tag in page_tags}


def why_not(article: KnownArticle) -> Reason:
    return Reason.PURGED if isinstance(article, PurgedAddress) else Reason.KNOWN


def is_new(ledger: Ledger, alternate: Alternate) -> bool:
    """Return True if a variant was never requested.

    A failed guess by the outlet's rule counts as new once a page names the address.
    """
    if ledger.known(alternate.url):
        return False
    last = ledger.last_observation(alternate.url)
    return last is None or (last.reason == Reason.NO_SUCH_VARIANT and alternate.source != "url-rule")
