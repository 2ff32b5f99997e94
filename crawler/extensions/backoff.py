"""Slower requests for a host that refuses, then none: 403, 429, 503, block pages of any status.

Scrapy would continue at its pace, and retry a 429 at once.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Self

from scrapy import signals
from scrapy.core.downloader import Slot
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from archive.format.reasons import Reason, http_reason
from crawler.downloader.failures import Refused
from crawler.extraction.fields.rights import OPT_OUT
from crawler.items import Article, Observation

REFUSALS = frozenset({403, 429, 503})
_SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(slots=True)
class Host:
    """Answers of one downloader slot so far."""

    in_a_row: int = 0
    """Refusals since the last good answer."""
    delay: float = 0.0
    """Seconds, while backing off; 0 when not."""
    under_way: set[Request] = field(default_factory=set)
    """Requests in progress when the delay was doubled: their refusals do not double it again."""
    usual: tuple[int, float, float] = (1, 0.0, 0.0)
    """Concurrency, delay and jitter before the first refusal."""
    given_up: str | None = None
    """The reason, in words for a sentence."""
    skipped: int = 0
    """Addresses that were not requested since."""
    slowest: float = 0.0
    """Seconds, of this run."""
    refusals: Counter[str] = field(default_factory=Counter)

    def sentence(self, name: str) -> str:
        reasons = ", ".join(f"{reason} {count}" for reason, count in self.refusals.most_common())
        if self.given_up is None:
            return f"{name} refused ({reasons}) and was requested every {self.slowest:g} s at the slowest"
        return f"{name} refuses this crawl: {self.given_up}; {self.skipped} requests wait for the next run"


class BackOff:
    """Doubles the delay of a host with each refusal, halves it with each good answer, then gives up."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._first = settings.getfloat("BACKOFF_DELAY")
        self._longest = settings.getfloat("BACKOFF_LONGEST")
        self._longest_wait = settings.getfloat("RETRY_AFTER_LONGEST")
        self._most = settings.getint("REFUSALS_IN_A_ROW")
        self.hosts: dict[str, Host] = {}
        """By downloader slot, which is the host's name."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        extension = cls(crawler)
        crawler.signals.connect(extension.response_downloaded, signal=signals.response_downloaded)
        crawler.signals.connect(extension.item_scraped, signal=signals.item_scraped)
        crawler.signals.connect(extension.item_dropped, signal=signals.item_dropped)
        return extension

    def given_up(self, slot: str) -> bool:
        return slot in self.hosts and self.hosts[slot].given_up is not None

    def forbids(self, request: Request) -> bool:
        """Return True if the host of a request was given up because it forbids, not because it is busy."""
        host = self.hosts.get(self._crawler.engine.downloader.get_slot_key(request))
        busy = {http_reason(429), http_reason(503)}
        return host is not None and host.given_up is not None and busy.isdisjoint(host.refusals)

    def turn_away(self, slot: str) -> None:
        """Count an address that is left for the next run."""
        self.hosts[slot].skipped += 1

    # --- signals -----------------------------------------------------------------------------------
    def response_downloaded(self, response: Response, request: Request) -> None:
        """Runs before the slot sends its next request, so that a refusal delays that one already."""
        slot = request.meta.get("download_slot", "")
        if OPT_OUT in request.meta and response.status not in (429, 503):
            # a firewall that refuses a file that hardly any site has may allow articles
            self._hold(slot)
            return
        if response.status in REFUSALS:
            header = response.headers.get("Retry-After")
            wait = read_retry_after(header.decode("latin-1") if header else None, datetime.now(UTC))
            self._refused(slot, http_reason(response.status), request, wait)
        elif response.status != 200:
            # a redirect or a 404 is an answer; a 200 may be a block page
            self._answered(slot)
        self._hold(slot)

    def item_scraped(self, item: object, response: Response | Failure | None) -> None:
        slot = _slot_of(response)
        if isinstance(item, Article):
            # the text of a feed is no answer of the host to a request for a page
            if item.text_from == "page":
                self._answered(slot)
        elif isinstance(item, Observation) and item.reason == Reason.BLOCKED:
            self._refused(slot, Reason.BLOCKED, getattr(response, "request", None), None)
        self._hold(slot)

    def item_dropped(self, item: object, response: Response | Failure | None, exception: Exception) -> None:
        slot = _slot_of(response)
        if getattr(exception, "reason", None) == Reason.BLOCKED_PAGE:
            self._refused(slot, Reason.BLOCKED_PAGE, getattr(response, "request", None), None)
        else:
            # a page without a headline is a page
            self._answered(slot)
        self._hold(slot)

    # --- one host ----------------------------------------------------------------------------------
    def _refused(self, name: str, reason: str, request: Request | None, wait: float | None) -> None:
        slot = self._slot(name)
        if slot is None:
            return
        host = self.hosts.setdefault(name, Host())
        if not host.delay:
            host.usual = slot.concurrency, slot.delay, slot.jitter
        host.in_a_row += 1
        host.refusals[reason] += 1
        if request not in host.under_way:
            host.delay = min(max(self._first, 2 * host.delay, 2 * host.usual[1]), self._longest)
            host.slowest = max(host.slowest, host.delay)
            host.under_way = set(slot.transferring)
        if wait is not None and wait <= self._longest_wait:
            # the next request starts at lastseen + delay; later answers must not make it earlier
            slot.lastseen = max(slot.lastseen, monotonic() + wait - host.delay)
        if host.given_up is not None:
            return
        if wait is not None and wait > self._longest_wait:
            host.given_up = f"{reason}, and asks to be left alone for {wait:.0f} s"
        elif host.in_a_row >= self._most:
            host.given_up = f"{reason}, {host.in_a_row} refusals in a row"
        if host.given_up is not None:
            self._empty(name, slot)

    def _answered(self, name: str) -> None:
        host = self.hosts.get(name)
        if host is None or host.given_up is not None:
            return
        host.in_a_row = 0
        if not host.delay:
            return
        host.delay /= 2
        if host.delay <= max(host.usual[1], self._first / 2):
            host.delay = 0.0
            if (slot := self._slot(name)) is not None:
                slot.concurrency, slot.delay, slot.jitter = host.usual

    def _hold(self, name: str) -> None:
        host, slot = self.hosts.get(name), self._slot(name)
        if host is not None and slot is not None and host.delay:
            slot.concurrency, slot.delay, slot.jitter = 1, max(host.delay, host.usual[1]), 0.0

    def _empty(self, name: str, slot: Slot) -> None:
        """Stop waiting requests of the host: they have passed the middleware and would still be sent."""
        while slot.queue:
            request, waiting = slot.queue.popleft()
            self.turn_away(name)
            waiting.errback(Failure(Refused(request.url, Reason.HOST_REFUSES)))  # type: ignore[no-untyped-call]

    def _slot(self, name: str) -> Slot | None:
        return self._crawler.engine.downloader.slots.get(name)


def _slot_of(response: Response | Failure | None) -> str:
    request = getattr(response, "request", None)
    return request.meta.get("download_slot", "") if request is not None else ""


# Retry-After, RFC 9110, section 10.2.3: seconds, or a date.


def read_retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds from `now`, never below 0; None without a readable header."""
    text = (header or "").strip()
    # ten digits and more mean never
    if _SECONDS.fullmatch(text):
        return float(text)
    if text.isdecimal():
        return float("inf")
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
