"""The captures of an index, one after the other: each is read, passed over with a reason, or failed."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Protocol

from archive.exceptions import ArchiveError
from archive.format.reasons import http_reason
from archive.state.model import KnownArticle
from archive.terminal import visible
from crawler.importing.indexes.capture_journal import CaptureJournal
from crawler.importing.indexes.captures import CaptureFailed, CaptureFetcher
from crawler.importing.indexes.cdx import Capture, Listing
from crawler.importing.records import HTML, NoPage, WebPage
from crawler.importing.summary import SourceSummary
from crawler.items import Article, Observation

Item = Article | Observation | None

_KEEP_SECONDS = 5.0
"""Between two writes of the journal: what a kill makes the next import fetch again."""
_READING = 8
"""Pages that are with the workers while the next one is fetched."""
_MOST_SENTENCES = 20
MISSING = frozenset({404, 410})


class Reader(Protocol):
    """The part of the spider that reads pages and knows the archive."""

    def is_selected(self, url: str) -> bool: ...

    def outlet_name(self, url: str) -> str: ...

    def known(self, url: str) -> KnownArticle | None: ...

    def read(self, page: WebPage) -> Coroutine[None, None, Item]:
        """Enter a page into the account, and read it."""

    async def on_disk(self) -> bool:
        """Wait until all that was yielded is on disk; False where there is no archive any more."""


@dataclass
class _Previous:
    """The last capture of an address that was accounted for."""

    key: str = ""
    identity: str = ""
    digest: str = ""
    """Of the last page; empty without one."""
    has_page: bool = False


class IndexImport:
    def __init__(
        self,
        listing: Listing,
        fetcher: CaptureFetcher,
        journal: CaptureJournal,
        reader: Reader,
        summary: SourceSummary,
    ) -> None:
        self._listing, self._fetcher, self._journal = listing, fetcher, journal
        self._reader, self._summary = reader, summary
        self._previous = _Previous()
        self._accounted: list[Capture] = []
        """To be written into the journal."""

    async def items(self) -> AsyncIterator[Article | Observation]:
        """Raises SourceFailed where the archive does not answer any more."""
        running: deque[tuple[Capture, asyncio.Task[Item]]] = deque()
        portions, loop = self._listing.portions(), asyncio.get_running_loop()
        write_at = loop.time() + _KEEP_SECONDS
        try:
            while (portion := await asyncio.to_thread(next, portions, None)) is not None:
                for capture in portion:
                    step = await self._step(capture)
                    if isinstance(step, Observation):
                        while running:  # its article is entered first
                            if (item := await self._first(running)) is not None:
                                yield item
                        yield step
                        self._accounted.append(capture)
                    elif step is not None:
                        running.append((capture, asyncio.create_task(step)))
                    while len(running) >= _READING or (running and running[0][1].done()):
                        if (item := await self._first(running)) is not None:
                            yield item
                    if loop.time() >= write_at:
                        await self._write()
                        write_at = loop.time() + _KEEP_SECONDS
            while running:
                if (item := await self._first(running)) is not None:
                    yield item
        except asyncio.CancelledError:
            self._fetcher.client.stopped.set()  # its thread may wait for minutes; else the next host has it
            raise
        finally:
            for _, task in running:
                task.cancel()
            self._count("lines of the index that are no capture", self._listing.unread)
            await self._write()

    async def _first(self, running: deque[tuple[Capture, asyncio.Task[Item]]]) -> Item:
        capture, task = running[0]
        item = await task
        running.popleft()
        self._accounted.append(capture)
        return item

    def _count(self, reason: str, count: int = 1) -> None:
        if count:
            self._summary.passed[reason] += count

    async def _step(self, capture: Capture) -> Observation | Coroutine[None, None, Item] | None:
        """Return what there is to do with a capture; None where it is passed over or failed."""
        self._summary.at += 1
        reason = self._reason_against(capture)
        if reason is None and capture.status in MISSING:
            return self._missing(capture)
        if reason is None:
            try:
                page = await asyncio.to_thread(self._fetcher.page, capture)
            except NoPage as error:
                reason = str(error)
                self._accounted.append(capture)
            except CaptureFailed as error:
                self._summary.outcomes["failed(damaged)"] += 1
                if len(self._summary.damage) < _MOST_SENTENCES:
                    address = visible(capture.url[:200])
                    self._summary.damage.append(f"the capture {capture.timestamp} of {address}: {error}")
                return None
            else:
                self._previous.digest, self._previous.has_page = capture.digest, True
                return self._reader.read(page)
        self._count(reason)
        return None

    def _missing(self, capture: Capture) -> Observation:
        assert capture.status is not None
        self._previous.digest = ""
        return Observation(
            url=capture.url,
            requested_url=capture.url,
            outlet=self._reader.outlet_name(capture.url),
            outcome="failed",
            reason=http_reason(capture.status),
            at=capture.at,
            http_status=capture.status,
            detail=f"as captured by {self._fetcher.archive}",
        )

    def _reason_against(self, capture: Capture) -> str | None:
        """Say why a capture is not fetched, in the order of what costs least; None: it is."""
        before = self._previous
        if capture.key != before.key:
            self._previous = before = _Previous(capture.key)
        elif capture.identity == before.identity:
            return "listed twice"
        before.identity = capture.identity
        reason = self._reason_in_line(capture)
        if reason is not None:
            return reason
        if capture in self._journal:
            if capture.status == 200:
                before.digest, before.has_page = capture.digest, True
            return "imported before"
        if capture.status == 200 and capture.digest and capture.digest == before.digest:
            return "the same page as the capture before"
        article = self._reader.known(capture.url)
        if article is not None and article.source_archive is None and capture.at > article.last_seen:
            return "later than the page itself was last seen: crawl it first"
        if capture.status in MISSING and article is None and not before.has_page:
            return "missing pages of which no article is in the archive"
        return None

    def _reason_in_line(self, capture: Capture) -> str | None:
        since, until = self._listing.query.since, self._listing.query.until
        day = capture.at.date()
        if (since is not None and day < since) or (until is not None and day >= until):
            return "of another day"
        if not self._reader.is_selected(capture.url):
            return "outside the selection"
        if capture.status in MISSING:
            return None
        if capture.status != 200:
            return "of another status than 200"
        return None if capture.mime in {*HTML, ""} else "no HTML"

    async def _write(self) -> None:
        """Write down what was accounted for, once it is on disk."""
        accounted, self._accounted = self._accounted, []
        if accounted and await self._reader.on_disk():
            try:
                await asyncio.to_thread(self._journal.add, accounted)
            except (ArchiveError, OSError) as error:
                self._summary.notes.append(f"the journal of captures could not be written: {error}")
