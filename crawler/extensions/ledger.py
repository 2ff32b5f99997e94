"""Every discovered URL ends as archived, unchanged, skipped, dropped or failed, with a reason."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.addresses import plain_url
from archive.format.reasons import Reason, error_reason, is_of_the_moment
from archive.format.records import FEED
from archive.state.model import KnownArticle, LastObservation
from archive.writer import ArchiveWriter
from crawler.items import Article, Observation, Outcome

PAGE_READ = object()
"""Signal of a crawl: a page, or why it is none, came back from its worker; with its requested `address`."""


@dataclass(frozen=True, slots=True)
class Overrun:
    """A feed that has moved on by more than its length since an earlier run has read it."""

    last_read: datetime
    advice: str
    """How often to crawl, by the dates of its entries."""
    minutes: int | None
    """The same as a number; None where no dates tell."""

    def __str__(self) -> str:
        return (
            f"none of its entries was known since {self.last_read:%Y-%m-%d %H:%M} UTC, "
            f"some may have been missed; {self.advice}"
        )


@dataclass(frozen=True, slots=True)
class Commit:
    begun: int
    """Nanoseconds since 1970, as the next."""
    ended: int
    articles: int
    """Looks at articles that waited for it."""
    snapshot: int | None
    """None where nothing was to be published."""


class Ledger:
    """The account of one run; the sums are checked at close by `triptych crawl`.

    A URL is entered once, as it was discovered, and settled once: a later outcome of the same
    URL does not overwrite the first.
    """

    memory: ArchiveWriter | None = None
    """Findings of this run and earlier ones, while the archive is open."""

    def __init__(self) -> None:
        self._open: dict[str, str] = {}
        self._settled: dict[str, tuple[Outcome, str | None]] = {}
        self._passed: set[int] = set()
        """Hashes of plain forms: of addresses that lists name repeatedly, and that need no entry."""
        self.over_budget = 0
        """Listed addresses over the budget that are counted for each list, and not stored."""
        # counted one by one: a recount of a million addresses at each commit would hold up the event loop
        self._totals: Counter[str] = Counter()
        self.named_by_user: set[str] = set()
        """Addresses the user named; the run has failed if none of them could be archived."""
        self.sources: dict[str, str] = {}
        """Sitemaps, feeds and archive pages: `read`, or why not."""
        self.feeds: dict[str, int] = {}
        """Number of entries of each feed that was read."""
        self.overruns: dict[str, Overrun] = {}
        """By the address of the feed."""
        self.broken_start: str | None = None
        """The error at which the spider stopped naming what it asks for."""
        self.feed_texts = 0
        """Articles whose text a feed had; their pages are settled on their own, as what they are: refused."""
        self.languages: Counter[str] = Counter()
        self.run_id = ""
        """Set by the snapshot stage, as the next two."""
        self.commits: list[Commit] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Ledger":
        ledger = cls()
        crawler.signals.connect(ledger.item_scraped, signal=signals.item_scraped)
        crawler.signals.connect(ledger.item_dropped, signal=signals.item_dropped)
        crawler.signals.connect(ledger.item_error, signal=signals.item_error)
        crawler.signals.connect(ledger.spider_error, signal=signals.spider_error)
        return ledger

    def known(self, url: str) -> KnownArticle | None:
        return self.memory.known(url) if self.memory is not None else None

    def last_observation(self, url: str) -> LastObservation | None:
        """The latest one that brought no article."""
        return self.memory.last_observation(url) if self.memory is not None else None

    def was_looked_at(self, url: str) -> bool:
        """Return True if an earlier request brought no article and another would bring none either."""
        look = self.last_observation(url)
        return look is not None and not is_of_the_moment(look.reason)

    def has(self, url: str) -> bool:
        """Return True if a URL, or another spelling of it, was entered."""
        key = plain_url(url)
        return key in self._open or key in self._settled or hash(key) in self._passed

    def discover(self, url: str) -> bool:
        """Enter a URL; False where it, or another spelling of it, is in the ledger already."""
        if self.has(url):
            return False
        self._open[plain_url(url)] = url
        return True

    def pass_over(self, url: str, reason: str) -> None:
        """Enter a listed URL and settle it as skipped; `outcome` does not know it. 70 bytes each, not 300."""
        self._passed.add(hash(plain_url(url)))
        self._totals[f"skipped({reason})"] += 1

    def leave(self, count: int) -> None:
        """Count listed URLs that are over the budget; the same in two lists counts twice."""
        self.over_budget += count
        self._totals[f"skipped({Reason.OVER_BUDGET})"] += count

    def settle(self, url: str, outcome: Outcome, reason: str | None = None) -> None:
        """Say how a URL ended; one that nobody entered (a redirect's target) is entered now."""
        key = plain_url(url)
        self._open.pop(key, None)
        if key not in self._settled and hash(key) not in self._passed:
            self._settled[key] = (outcome, reason)
            self._totals[outcome if reason is None else f"{outcome}({reason})"] += 1

    def close(self) -> list[str]:
        """Count what is still open as failed: the run was stopped, or something lost it. Returns it."""
        still_open = list(self._open.values())
        for url in still_open:
            self.settle(url, "failed", Reason.UNFINISHED)
        return still_open

    def left(self) -> list[str]:
        """The addresses, in their plain form, that ended with a reason of the moment."""
        return [key for key, (_, reason) in self._settled.items() if is_of_the_moment(reason)]

    def may_end_otherwise(self, url: str) -> bool:
        """Return True if an address ended with a reason of the moment."""
        return is_of_the_moment((self.outcome(url) or ("", None))[1])

    def outcome(self, url: str) -> tuple[Outcome, str | None] | None:
        return self._settled.get(plain_url(url))

    @property
    def discovered(self) -> int:
        return len(self._open) + len(self._settled) + len(self._passed) + self.over_budget

    @property
    def unsettled(self) -> int:
        return len(self._open)

    def totals(self) -> dict[str, int]:
        """`{"archived": 12, "dropped(no-body)": 1, …}`; the values add up to what was discovered."""
        return dict(self._totals)

    def _is_of_a_source(self, url: str) -> bool:
        """One that could not be read has its place there, unless it is listed as a page, too."""
        return url in self.sources and plain_url(url) not in self._open

    # --- signals ---------------------------------------------------------------------------------------
    def item_scraped(self, item: object) -> None:
        if isinstance(item, Article) and item.outcome is not None:
            if item.text_from == FEED:
                self.feed_texts += 1
            else:
                self.settle(item.requested_url, item.outcome)
            self.languages[item.language or "unknown"] += 1
        elif isinstance(item, Observation) and not self._is_of_a_source(item.requested_url):
            self.settle(item.requested_url, item.outcome, item.reason)

    def item_dropped(self, item: object, exception: Exception) -> None:
        if isinstance(item, Article) and item.text_from != FEED:
            self.settle(item.requested_url, "dropped", getattr(exception, "reason", str(exception)))

    def item_error(self, item: object, failure: Failure) -> None:
        if isinstance(item, Article | Observation):
            self.settle(item.requested_url, "failed", error_reason(failure.value))

    def spider_error(self, failure: Failure, response: Response | None, spider: Spider) -> None:
        if response is None:
            self.broken_start = type(failure.value).__name__
        else:
            self.settle(first_address(response), "failed", error_reason(failure.value))


def ledger_of(crawler: Crawler) -> Ledger:
    ledger = crawler.get_extension(Ledger)
    assert ledger is not None, "crawler.extensions.ledger.Ledger is missing from EXTENSIONS"
    return ledger


def first_address(response: Response) -> str:
    """The address as it was asked for, before any redirect."""
    return response.url if response.request is None else asked_address(response.request)


def asked_address(request: Request) -> str:
    """As it was entered: a request writes `[` and `|` in its own way, and would settle another address."""
    entered: str = request.meta.get("address") or request.meta.get("redirect_urls", [request.url])[0]
    return entered
