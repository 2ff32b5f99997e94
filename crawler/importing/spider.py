"""The spider that asks nobody: its pages come from web archives."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, BinaryIO, ClassVar, Self, cast
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler

from archive.exceptions import ArchiveError
from archive.state.model import KnownArticle
from crawler.downloader.public_hosts import refusal, registered_domain
from crawler.exceptions import ExtractionError, SourceFailed
from crawler.importing.indexes.index_import import IndexImport
from crawler.importing.indexes.index_source import IndexSource
from crawler.importing.page_task import read_web_page
from crawler.importing.positions import Positions
from crawler.importing.records import WebPage
from crawler.importing.source_files import OpenFile, Source
from crawler.importing.summary import SourceSummary
from crawler.importing.web_archives import WebArchive
from crawler.items import Article, Observation, Outcome
from crawler.outlet.declaration import Outlet, in_domains
from crawler.spiders.page import AnyPage
from crawler.story.spider import StorySpider
from crawler.story.worker_task import context_of

_AHEAD = 4
"""Pages a process that are with the workers, or wait for them."""
_KEEP_SECONDS = 5.0
"""Between two positions of a file on a server: what a kill makes the next import fetch again."""
_HOSTS = 4096


@dataclass(frozen=True)
class Selection:
    """The pages that a user selects; an empty part selects everything."""

    outlets: frozenset[str] = frozenset()
    """Names of declarations, or registered domains."""
    hosts: frozenset[str] = frozenset()
    """With their subdomains."""
    languages: frozenset[str] = frozenset()


class ImportSpider(AnyPage):
    name = "import"
    title = "Web archives"
    requires_url: ClassVar[bool] = True

    def __init__(
        self,
        *,
        sources: Sequence[Source | IndexSource],
        positions: Positions,
        selection: Selection,
        declared: Sequence[type[StorySpider]],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._sources, self._positions, self._selection = sources, positions, selection
        self.rules = tuple(outlet() for outlet in declared)
        self._outlet_at = lru_cache(_HOSTS)(self._find_outlet)
        self.planned = len(sources)
        self.summaries: list[SourceSummary] = []
        """Of the sources so far, in their order; the last is being read."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.item_scraped, signal=signals.item_scraped)
        crawler.signals.connect(spider.item_dropped, signal=signals.item_dropped)
        return spider

    def item_scraped(self, item: object) -> None:
        if isinstance(item, Article):
            self._count(item.outcome or "archived", None)
        elif isinstance(item, Observation):
            self._count(item.outcome, item.reason)

    def item_dropped(self, item: object, exception: Exception) -> None:
        self._count("dropped", getattr(exception, "reason", None))

    def _count(self, outcome: str, reason: str | None) -> None:
        self.summaries[-1].outcomes[f"{outcome}({reason})" if reason else outcome] += 1

    async def start(self) -> AsyncIterator[Any]:
        for source in self._sources:
            summary = SourceSummary(source.address)
            self.summaries.append(summary)
            try:
                async for item in self._of_source(source, summary):
                    yield item
            except (SourceFailed, OSError) as error:
                summary.damage.append(f"{source.address}: {error}")
            # what is in the pipelines is of this source
            await self.until_processed()
            summary.end()

    async def _of_source(self, source: Source | IndexSource, summary: SourceSummary) -> AsyncIterator[Any]:
        if isinstance(source, IndexSource):
            summary.unit = "captures"
            journal = await asyncio.to_thread(self._positions.journal, source.key)
            captures = IndexImport(source.listing(), source.fetcher, journal, self, summary)
            async for item in captures.items():
                yield item
            return
        file = await asyncio.to_thread(source.open)
        try:
            summary.size = file.size
            begin = await asyncio.to_thread(self._begin, source, file, summary)
            if begin is None:
                return
            summary.begin = summary.at = begin
            most = self.settings.getint("DOWNLOAD_MAXSIZE")
            pages = WebArchive(cast("BinaryIO", file), source.address, self.is_selected, most, begin)
            try:
                async for item in self._of_file(pages, file, source, summary):
                    yield item
            finally:
                summary.passed += pages.passed
                summary.damage += pages.damage
        finally:
            file.close()

    def _begin(self, source: Source, file: OpenFile, summary: SourceSummary) -> int | None:
        """The place to read from; None where an earlier import has read it all."""
        position = self._positions.kept(source.key)
        if position is None:
            return 0
        if (position.size, position.tag) != (file.size, file.tag):
            summary.notes.append(
                f"{source.address} is another file than the one that was begun ({file.size:,} bytes and "
                f"{file.tag}, then {position.size:,} and {position.tag}): it is read from its beginning"
            )
            return 0
        if position.is_end:
            summary.at = summary.begin = position.size
            summary.passed["whole files that were read to their end before"] += 1
            return None
        if position.at:
            summary.notes.append(
                f"{source.address} is read on from byte {position.at:,} of {position.size:,}"
            )
        return position.at

    async def _of_file(
        self, archive: WebArchive, file: OpenFile, source: Source, summary: SourceSummary
    ) -> AsyncIterator[Any]:
        running: dict[asyncio.Task[Article | Observation | None], int] = {}
        most = _AHEAD * self.settings.getint("EXTRACTION_PROCESSES")
        loop = asyncio.get_running_loop()
        portions, keep_at = archive.portions(), loop.time()
        try:
            while True:
                portion, failure = await _next_portion(portions)
                if portion is None:
                    break
                summary.at = max(summary.at, archive.begin)
                for page in self._fresh(portion, summary):
                    running[asyncio.create_task(self._read(page))] = page.begin
                    while len(running) >= most:
                        for item in await _first(running):
                            yield item
                if loop.time() >= keep_at and not archive.damage:
                    await self._keep(file, source, min([*running.values(), archive.begin]))
                    keep_at = loop.time() + _KEEP_SECONDS
            while running:
                for item in await _first(running):
                    yield item
            await self._keep(file, source, _next_begin(archive, failure))
        finally:
            file.stop()
            for task in running:
                task.cancel()
        if failure is not None:
            raise failure
        summary.at = file.size

    def _fresh(self, portion: list[WebPage], summary: SourceSummary) -> Iterator[WebPage]:
        for page in portion:
            if self._has(page):
                summary.passed["in the archive already"] += 1
            else:
                self.ledger.discover(page.url)
                yield page

    async def _keep(self, file: OpenFile, source: Source, at: int | None) -> None:
        """Keep a position, once what was read before it is on disk; None: the end of the file."""
        position = file.size if at is None else at
        try:
            if await self.on_disk():
                await asyncio.to_thread(self._positions.keep, source.key, file.size, file.tag, position)
        except (ArchiveError, OSError) as error:
            self.logger.warning("the position in %s could not be kept: %s", source.address, error)

    # what the captures of an index ask for: crawler/importing/indexes/index_import.py
    def outlet_name(self, url: str) -> str:
        outlet = self._outlet_of_page(url)
        return outlet.name if outlet is not None else registered_domain(url)

    def known(self, url: str) -> KnownArticle | None:
        return self.ledger.known(url)

    async def read(self, page: WebPage) -> Article | Observation | None:
        self.ledger.discover(page.url)
        return await self._read(page)

    async def on_disk(self) -> bool:
        await self.until_processed()
        memory = self.ledger.memory
        if memory is not None:
            await asyncio.to_thread(memory.sync)
        return memory is not None

    async def _read(self, page: WebPage) -> Article | Observation | None:
        outlet = self._outlet_of_page(page.url)
        rules: Outlet = self if outlet is None else outlet
        context = context_of(rules, page.url)
        hints = rules.hints(rules.outlet_of(page.url))
        largest = self.settings.getint("DOWNLOAD_MAXSIZE")
        keep_raw = self.settings["KEEP_RAW"] == "warc"
        try:
            article = await self.workers.run(
                read_web_page, page, hints, context, self.stages, largest, keep_raw=keep_raw
            )
        except ExtractionError as error:
            outcome: Outcome = "dropped" if error.final else "failed"
            return Observation(
                url=page.url,
                requested_url=page.url,
                outlet=hints.outlet,
                outcome=outcome,
                reason=error.reason,
                at=page.fetched_at,
                http_status=page.status,
                detail=str(error),
            )
        if (
            article.refused is None
            and self._selection.languages
            and article.language not in self._selection.languages
        ):
            self.summaries[-1].passed["in another language"] += 1
            self.ledger.settle(page.url, "skipped", "other-language")
            return None
        return article

    def is_selected(self, url: str) -> bool:
        if refusal(url, allow_private=self.settings.getbool("ALLOW_PRIVATE_NETWORK")) is not None:
            return False
        host = urlsplit(url).hostname or ""
        if self._selection.hosts and not any(
            host == name or host.endswith(f".{name}") for name in self._selection.hosts
        ):
            return False
        outlet = self._outlet_of_page(url)
        if self._selection.outlets and self.outlet_name(url) not in self._selection.outlets:
            return False
        return outlet is None or not outlet.article_url or outlet.is_article(url)

    def _outlet_of_page(self, url: str) -> Outlet | None:
        # the host alone decides, and thousands of pages have the same
        return self._outlet_at(urlsplit(url).netloc)

    def _find_outlet(self, netloc: str) -> Outlet | None:
        url = f"https://{netloc}/"
        return next((outlet for outlet in self.rules if in_domains(url, outlet.domains())), None)

    def _has(self, page: WebPage) -> bool:
        """Return True if this very fetch is in the archive: an import that was killed goes on so."""
        article = self.ledger.known(page.url)
        if article is not None and getattr(article, "last_seen", None) == page.fetched_at:
            return True
        observation = self.ledger.last_observation(page.url)
        return observation is not None and observation.at == page.fetched_at


def _next_begin(archive: WebArchive, failure: Exception | None) -> int | None:
    """Say where the next import begins: it reads a damaged file again, and reports the damage again."""
    if archive.damage:
        return 0
    return archive.begin if failure is not None else None


async def _next_portion(
    portions: Iterator[list[WebPage]],
) -> tuple[list[WebPage] | None, SourceFailed | OSError | None]:
    """Unpack and read records in a thread, .5 ms a page and more; None at the end, with what ended it."""
    try:
        return await asyncio.to_thread(next, portions, None), None
    except (SourceFailed, OSError) as error:
        return None, error


async def _first(
    running: dict[asyncio.Task[Article | Observation | None], int],
) -> list[Article | Observation]:
    """Those that have ended; of `running` they are taken out."""
    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        del running[task]
    return [item for task in done if (item := task.result()) is not None]
