"""The spider that asks nobody: its pages come from web archives."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from crawler.downloader.public_hosts import refusal, registered_domain
from crawler.exceptions import ExtractionError
from crawler.importing.archived_task import read_archived
from crawler.importing.web_archives import ArchivedPage, WebArchive
from crawler.items import Article, Observation
from crawler.outlet.declaration import Outlet, in_domains
from crawler.spiders.page import AnyPage
from crawler.story.worker_task import PageContext

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from crawler.items import Outcome
    from crawler.story.spider import StorySpider

_AHEAD = 4
"""Pages a process that are read from the file before their turn."""


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
        self, *, files: Sequence[Path], wanted: Wanted, declared: Sequence[type[StorySpider]], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._files, self._wanted = files, wanted
        self._declared = [outlet() for outlet in declared]
        self.passed: Counter[str] = Counter()
        """Records that are no page that was asked for, by reason."""
        self.damage: list[str] = []
        self.total = sum(path.stat().st_size for path in files)
        self.done = 0
        """Bytes."""

    async def start(self) -> AsyncIterator[Any]:
        running: set[asyncio.Task[Article | Observation | None]] = set()
        most = _AHEAD * self.settings.getint("EXTRACTION_PROCESSES")
        try:
            for path in self._files:
                before = self.done
                web_archive = WebArchive(path, self._is_wanted, self.settings.getint("DOWNLOAD_MAXSIZE"))
                pages = web_archive.pages()
                # unpacking and finding records takes .2 ms a page and more: not on the event loop
                while (page := await asyncio.to_thread(next, pages, None)) is not None:
                    self.done = before + web_archive.read
                    if self._has(page):
                        self.passed["in the archive already"] += 1
                        continue
                    self.ledger.discover(page.url)
                    running.add(asyncio.create_task(self._read(page)))
                    if len(running) >= most:
                        for item in await _first(running):
                            yield item
                self.done = before + path.stat().st_size
                self.passed += web_archive.passed
                self.damage += web_archive.damage
            while running:
                for item in await _first(running):
                    yield item
        finally:
            for task in running:
                task.cancel()

    async def _read(self, page: ArchivedPage) -> Article | Observation | None:
        outlet = self._outlet_at(page.url)
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
        outlet = self._outlet_at(url)
        name = outlet.name if outlet is not None else registered_domain(url)
        if self._wanted.outlets and name not in self._wanted.outlets:
            return False
        return outlet is None or not outlet.article_url or outlet.is_article(url)

    def _outlet_at(self, url: str) -> StorySpider | None:
        return next((outlet for outlet in self._declared if in_domains(url, outlet.domains())), None)

    def _has(self, page: ArchivedPage) -> bool:
        """Return True if this very fetch is in the archive: an import that was killed goes on so."""
        known = self.ledger.known(page.url)
        if known is not None and getattr(known, "last_seen", None) == page.fetched_at:
            return True
        look = self.ledger.last_observation(page.url)
        return look is not None and look.at == page.fetched_at


async def _first(
    running: set[asyncio.Task[Article | Observation | None]],
) -> list[Article | Observation]:
    """Those that have ended; of `running` they are taken out."""
    done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    running -= done
    return [item for task in done if (item := task.result()) is not None]
