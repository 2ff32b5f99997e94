"""Reservations of each host that articles come from: ai.txt and tdmrep.json, requested once a run."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from crawler.downloader.failures import explain
from crawler.downloader.opt_out_rules import LARGEST, read_ai_txt, read_tdmrep, rule_for
from crawler.downloader.robots_parser import BoundedRobots
from crawler.extraction.fields.rights import OPT_OUT, directives
from crawler.items import Claim

logger = logging.getLogger(__name__)

AI_TXT, TDMREP = "/ai.txt", "/.well-known/tdmrep.json"


@dataclass(frozen=True, slots=True)
class _Files:
    """Read once a host: where there is no such file, many sites answer with a page of their own."""

    ai_txt: str | None = None
    tdmrep: tuple[tuple[str, str], ...] = ()


class OptOuts:
    """With OPT_OUT_FILES=False, robots.txt, headers and pages are still read."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._asks = crawler.settings.getbool("OPT_OUT_FILES")
        self._agents: dict[str, tuple[str, ...]] = {}
        """By host and port: the AI agents that its robots.txt excludes."""
        self._files: dict[str, asyncio.Task[_Files]] = {}
        """By scheme, host and port."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getdict("ITEM_PIPELINES"):
            # `triptych record` and `inspect` archive nothing
            raise NotConfigured
        extension = cls(crawler)
        crawler.signals.connect(extension.robots_parsed, signal=signals.robots_parsed)
        return extension

    def robots_parsed(self, robotparser: BoundedRobots, request: Request) -> None:
        self._agents[urlsplit(request.url).netloc] = robotparser.shut_out

    def ask(self, article: Request) -> None:
        """Called before the article is requested, so that the answers come first."""
        parts = urlsplit(article.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if self._asks and self._crawler.engine is not None and origin not in self._files:
            invited = article.meta.get("invited")
            self._files[origin] = asyncio.ensure_future(self._fetch(origin, invited))

    async def claims(self, response: Response) -> tuple[Claim, ...]:
        parts = urlsplit(response.url)
        # the host after a redirect was not requested
        task = self._files.get(f"{parts.scheme}://{parts.netloc}")
        files = await task if task is not None else _Files()
        return tuple(
            Claim(OPT_OUT, f"{where}: {what}")
            for where, what in self._statements(response, files, parts.path or "/")
        )

    def _statements(self, response: Response, files: _Files, path: str) -> Iterator[tuple[str, str]]:
        def header(name: str) -> str:
            return (response.headers.get(name) or b"").decode("latin-1").strip()

        if robots_tag := directives(header("X-Robots-Tag")):
            yield "X-Robots-Tag", robots_tag
        for name in ("tdm-reservation", "tdm-policy"):
            if reservation := header(name)[:500]:
                yield name, reservation
        if agents := self._agents.get(urlsplit(response.url).netloc):
            yield "robots.txt", ", ".join(agents)
        if files.ai_txt:
            yield "ai.txt", files.ai_txt
        if rule := rule_for(files.tdmrep, path):
            yield "tdmrep.json", rule

    async def _fetch(self, origin: str, invited: str | None) -> _Files:
        bodies: dict[str, bytes] = {}
        assert self._crawler.engine is not None
        for path in (AI_TXT, TDMREP):
            meta = {"invited": invited, "dont_retry": True, "dont_redirect": True, OPT_OUT: True}
            request = Request(origin + path, meta={**meta, "download_maxsize": LARGEST})
            try:
                answer = await self._crawler.engine.download_async(request)
            except Exception as error:
                # without the file the outlet claims nothing; only unexpected errors are logged
                _, reason, _ = explain(Failure(error))  # type: ignore[no-untyped-call]
                if reason.startswith("error-"):
                    logger.warning("%s could not be requested: %s", request.url, error)
                continue
            if answer.status == 200:
                bodies[path] = answer.body
        return _Files(read_ai_txt(bodies.get(AI_TXT, b"")), read_tdmrep(bodies.get(TDMREP, b"")))
