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
from crawler.importing.archived_task import read_archived
from crawler.importing.remote_file import RemoteFile
from crawler.importing.web_archives import WebArchive
from crawler.items import Article, Observation
from crawler.outlet.declaration import Outlet, in_domains
from crawler.spiders.page import AnyPage
from crawler.story.worker_task import PageContext

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from typing import BinaryIO

    from crawler.importing.given_files import Source
    from crawler.importing.positions import Positions
    from crawler.importing.records import ArchivedPage
    from crawler.items import Outcome
    from crawler.story.spider import StorySpider

_AHEAD = 4
"""Pages a process that are with the workers, or wait for them."""
_KEEP_SECONDS = 5.0
"""Between two positions of a file on a server: what a kill makes the next import fetch again."""
_HOSTS = 4096


@dataclass(frozen=True)
class Wanted:
    """The choice of whoever imports; an empty part chooses everything."""

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
        wanted: Wanted,
        declared: Sequence[type[StorySpider]],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._sources, self._positions, self._wanted = sources, positions, wanted
        self._declared = [outlet() for outlet in declared]
        self._outlet_at = lru_cache(_HOSTS)(self._find_outlet)
        self.passed: Counter[str] = Counter()
        """Records that are no page that was asked for, by reason."""
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
                    pages = WebArchive(cast("BinaryIO", file), name, self._is_wanted, most, begin)
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
        kept = self._positions.kept(source.address)
        if kept is None:
            return 0
        if (kept.size, kept.tag) != (file.size, file.tag):
            self.notes.append(
                f"{source.address} is another file than the one that was begun ({file.size:,} bytes and "
                f"{file.tag}, then {kept.size:,} and {kept.tag}): it is read from its beginning"
            )
            return 0
        if kept.is_end:
            self.passed["whole files that were read to their end before"] += 1
            return None
        if kept.at:
            self.notes.append(f"{source.address} is read on from byte {kept.at:,} of {kept.size:,}")
        return kept.at

    async def _of_file(
        self, archive: WebArchive, file: BinaryIO | RemoteFile, name: str
    ) -> AsyncIterator[Any]:
        running: dict[asyncio.Task[Article | Observation | None], int] = {}
        most = _AHEAD * self.settings.getint("EXTRACTION_PROCESSES")
        loop = asyncio.get_running_loop()
        portions, keep_at, failure = archive.portions(), loop.time(), None
        try:
            while True:
                try:
                    # unpacking and finding records takes .5 ms a page and more: not on the event loop
                    portion = await asyncio.to_thread(next, portions, None)
                except (SourceFailed, OSError) as error:
                    portion, failure = None, error
                if portion is None:
                    break
                for page in portion:
                    if self._has(page):
                        self.passed["in the archive already"] += 1
                        continue
                    self.ledger.discover(page.url)
                    running[asyncio.create_task(self._read(page))] = page.begin
                    while len(running) >= most:
                        for item in await _first(running):
                            yield item
                if isinstance(file, RemoteFile) and loop.time() >= keep_at and not archive.damage:
                    await self._keep(file, name, min([*running.values(), archive.begin]))
                    keep_at = loop.time() + _KEEP_SECONDS
            while running:
                for item in await _first(running):
                    yield item
            if isinstance(file, RemoteFile):
                # what is damaged is told of again, by whoever reads it again
                at = 0 if archive.damage else archive.begin if failure is not None else file.size
                await self._keep(file, name, at)
        finally:
            if isinstance(file, RemoteFile):
                file.stop()
            for task in running:
                task.cancel()
        if failure is not None:
            raise failure

    async def _keep(self, file: RemoteFile, name: str, at: int) -> None:
        """Keep a position, once what was read before it is on disk."""
        await self.until_processed()
        memory = self.ledger.memory
        if memory is not None:
            try:
                await asyncio.to_thread(memory.sync)
                await asyncio.to_thread(self._positions.keep, name, file.size, file.tag, at)
            except (ArchiveError, OSError) as error:
                self.logger.warning("the position in %s could not be kept: %s", name, error)

    async def _read(self, page: ArchivedPage) -> Article | Observation | None:
        outlet = self._outlet_of_page(page.url)
        rules: Outlet = self if outlet is None else outlet
        beside = PageContext(
            story_key=rules.story_key(page.url),
            alternates=rules.siblings(page.url),
            patterns=rules.compiled_patterns,
        )
        hints = rules.hints(rules.outlet_of(page.url))
        largest = self.settings.getint("DOWNLOAD_MAXSIZE")
        keep_raw = self.settings["KEEP_RAW"] == "warc"
        try:
            article = await self.workers.run(
                read_archived, page, hints, beside, self.stages, largest, keep_raw=keep_raw
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
            and self._wanted.languages
            and article.language not in self._wanted.languages
        ):
            self.passed["in another language"] += 1
            self.ledger.settle(page.url, "skipped", "other-language")
            return None
        return article

    def _is_wanted(self, url: str) -> bool:
        if refusal(url, allow_private=self.settings.getbool("ALLOW_PRIVATE_NETWORK")) is not None:
            return False
        host = urlsplit(url).hostname or ""
        if self._wanted.hosts and not any(
            host == name or host.endswith(f".{name}") for name in self._wanted.hosts
        ):
            return False
        outlet = self._outlet_of_page(url)
        name = outlet.name if outlet is not None else registered_domain(url)
        if self._wanted.outlets and name not in self._wanted.outlets:
            return False
        return outlet is None or not outlet.article_url or outlet.is_article(url)

    def _outlet_of_page(self, url: str) -> StorySpider | None:
        # where an outlet is at home is told by the host alone, and thousands of pages are of one
        return self._outlet_at(urlsplit(url).netloc)

    def _find_outlet(self, netloc: str) -> StorySpider | None:
        url = f"https://{netloc}/"
        return next((outlet for outlet in self._declared if in_domains(url, outlet.domains())), None)

    def _has(self, page: ArchivedPage) -> bool:
        """Return True if this very fetch is in the archive: an import that was killed goes on so."""
        known = self.ledger.known(page.url)
        if known is not None and getattr(known, "last_seen", None) == page.fetched_at:
            return True
        look = self.ledger.last_observation(page.url)
        return look is not None and look.at == page.fetched_at


async def _first(
    running: dict[asyncio.Task[Article | Observation | None], int],
) -> list[Article | Observation]:
    """Those that have ended; of `running` they are taken out."""
    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        del running[task]
    return [item for task in done if (item := task.result()) is not None]
