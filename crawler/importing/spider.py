"""The spider that asks nobody: its pages come from web archives."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlsplit

from archive.exceptions import ArchiveError
from crawler.downloader.public_hosts import refusal, registered_domain
from crawler.exceptions import ExtractionError, SourceFailed
from crawler.importing.page_task import read_web_page
from crawler.importing.remote_file import RemoteFile
from crawler.importing.web_archives import WebArchive
from crawler.items import Article, Observation
from crawler.outlet.declaration import Outlet, in_domains
from crawler.spiders.page import AnyPage
from crawler.story.worker_task import PageContext

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from typing import BinaryIO

    from crawler.importing.positions import Positions
    from crawler.importing.records import WebPage
    from crawler.importing.source_files import Source
    from crawler.items import Outcome
    from crawler.story.spider import StorySpider

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
        sources: Sequence[Source],
        positions: Positions,
        selection: Selection,
        declared: Sequence[type[StorySpider]],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._sources, self._positions, self._selection = sources, positions, selection
        self._declared = [outlet() for outlet in declared]
        self._outlet_at = lru_cache(_HOSTS)(self._find_outlet)
        self.passed: Counter[str] = Counter()
        """Records that are no page of the selection, by reason."""
        self.damage: list[str] = []
        """Sentences about what could not be read."""
        self.notes: list[str] = []
        """Sentences about files that were read otherwise than from begin to end."""

    async def start(self) -> AsyncIterator[Any]:
        for source in self._sources:
            name = source.address
            try:
                file = await asyncio.to_thread(source.open)
            except (SourceFailed, OSError) as error:
                self.damage.append(f"{name}: {error}")
                continue
            try:
                begin = await asyncio.to_thread(self._begin, source, file)
                if begin is not None:
                    most = self.settings.getint("DOWNLOAD_MAXSIZE")
                    pages = WebArchive(cast("BinaryIO", file), name, self._is_selected, most, begin)
                    try:
                        async for item in self._of_file(pages, file, name):
                            yield item
                    finally:
                        self.passed += pages.passed
                        self.damage += pages.damage
            except (SourceFailed, OSError) as error:
                self.damage.append(f"{name}: {error}")
            finally:
                file.close()
        await self.until_processed()

    def _begin(self, source: Source, file: BinaryIO | RemoteFile) -> int | None:
        """The place to read from; None where an earlier import has read it all."""
        if not isinstance(file, RemoteFile):
            return 0
        position = self._positions.kept(source.address)
        if position is None:
            return 0
        if (position.size, position.tag) != (file.size, file.tag):
            self.notes.append(
                f"{source.address} is another file than the one that was begun ({file.size:,} bytes and "
                f"{file.tag}, then {position.size:,} and {position.tag}): it is read from its beginning"
            )
            return 0
        if position.is_end:
            self.passed["whole files that were read to their end before"] += 1
            return None
        if position.at:
            self.notes.append(f"{source.address} is read on from byte {position.at:,} of {position.size:,}")
        return position.at

    async def _of_file(
        self, archive: WebArchive, file: BinaryIO | RemoteFile, name: str
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
                for page in self._fresh(portion):
                    running[asyncio.create_task(self._read(page))] = page.begin
                    while len(running) >= most:
                        for item in await _first(running):
                            yield item
                if loop.time() >= keep_at and not archive.damage:
                    await self._keep(file, name, min([*running.values(), archive.begin]))
                    keep_at = loop.time() + _KEEP_SECONDS
            while running:
                for item in await _first(running):
                    yield item
            await self._keep(file, name, _next_begin(archive, failure))
        finally:
            if isinstance(file, RemoteFile):
                file.stop()
            for task in running:
                task.cancel()
        if failure is not None:
            raise failure

    def _fresh(self, portion: list[WebPage]) -> Iterator[WebPage]:
        for page in portion:
            if self._has(page):
                self.passed["in the archive already"] += 1
            else:
                self.ledger.discover(page.url)
                yield page

    async def _keep(self, file: BinaryIO | RemoteFile, name: str, at: int | None) -> None:
        """Keep a position of a file on a server, once what was read before it is on disk; None: its end."""
        if not isinstance(file, RemoteFile):
            return
        await self.until_processed()
        memory = self.ledger.memory
        position = file.size if at is None else at
        if memory is not None:
            try:
                await asyncio.to_thread(memory.sync)
                await asyncio.to_thread(self._positions.keep, name, file.size, file.tag, position)
            except (ArchiveError, OSError) as error:
                self.logger.warning("the position in %s could not be kept: %s", name, error)

    async def _read(self, page: WebPage) -> Article | Observation | None:
        outlet = self._outlet_of_page(page.url)
        rules: Outlet = self if outlet is None else outlet
        context = PageContext(
            story_key=rules.story_key(page.url),
            alternates=rules.siblings(page.url),
            patterns=rules.compiled_patterns,
        )
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
            self.passed["in another language"] += 1
            self.ledger.settle(page.url, "skipped", "other-language")
            return None
        return article

    def _is_selected(self, url: str) -> bool:
        if refusal(url, allow_private=self.settings.getbool("ALLOW_PRIVATE_NETWORK")) is not None:
            return False
        host = urlsplit(url).hostname or ""
        if self._selection.hosts and not any(
            host == name or host.endswith(f".{name}") for name in self._selection.hosts
        ):
            return False
        outlet = self._outlet_of_page(url)
        name = outlet.name if outlet is not None else registered_domain(url)
        if self._selection.outlets and name not in self._selection.outlets:
            return False
        return outlet is None or not outlet.article_url or outlet.is_article(url)

    def _outlet_of_page(self, url: str) -> StorySpider | None:
        # the host alone decides, and thousands of pages have the same
        return self._outlet_at(urlsplit(url).netloc)

    def _find_outlet(self, netloc: str) -> StorySpider | None:
        url = f"https://{netloc}/"
        return next((outlet for outlet in self._declared if in_domains(url, outlet.domains())), None)

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
