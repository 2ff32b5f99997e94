"""The whole of our pipeline as one component of somebody else's: what goes in comes out as it was."""

import logging
import os
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.utils.conf import build_component_list
from scrapy.utils.misc import build_from_crawler, load_object
from scrapy.utils.spider import DefaultSpider

from archive.addresses import plain_url
from archive.format.codec import plain
from archive.format.reasons import Reason, http_reason
from archive.terminal import visible
from crawler import settings as own
from crawler.downloader.public_hosts import registered_domain
from crawler.exceptions import ExtractionError
from crawler.extensions.ledger import Ledger, asked_address, first_address, ledger_of
from crawler.items import Article, Hints, Observation, Outcome
from crawler.middlewares.exchanges import exchange_of
from crawler.requests.fetch import fetch_of
from crawler.story.worker_task import PageContext, decide_item, extract_and_decide
from crawler.workers.pool import Workers
from crawler.workers.stages import WorkerStage, decide, worker_stages
from pipelines.drop_refused import Dropped
from pipelines.records import article_record
from pipelines.snapshot import SnapshotStage
from triptych.item_fields import Fetched, ItemRefused, address_of, is_article, read_item

logger = logging.getLogger(__name__)

_REMEMBERED = 5000
"""Answers whose facts are kept, 500 bytes each, until an item names their address."""
_PARSE = "scrapy.commands.parse"
"""Module of the `start` that `scrapy parse` gives to a spider."""
STATS = "triptych"
"""Beginning of our keys in the stats: `triptych/archived`, `triptych/dropped/no-body`, …"""


def archives_nothing(crawler: Crawler) -> bool:
    """Tell if it runs for `scrapy shell`, `fetch`, `view`, `check` or `parse`, which try things out."""
    if crawler.spidercls is DefaultSpider or "SCRAPY_CHECK" in os.environ:
        return True
    start = getattr(crawler.spidercls, "start", None)
    return getattr(start, "__module__", None) == _PARSE


class ArchivePipeline:
    """Archives each article that a spider yields, as an item or as the response that it stands in.

    Every stage of our ITEM_PIPELINES decides, in its order. An item that is archived goes on unchanged; one
    that is refused is dropped, with the reason. Items without headline and body are not looked at.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._allow_private = crawler.settings.getbool("ALLOW_PRIVATE_NETWORK")
        stages = Settings({"ITEM_PIPELINES": own.ITEM_PIPELINES})
        self._decide = worker_stages(stages)
        self._snapshot = SnapshotStage(crawler)
        self._after: list[Any] = []
        for kind in map(load_object, build_component_list(own.ITEM_PIPELINES)):
            if kind is SnapshotStage:
                self._after.append(self._snapshot)
            elif not issubclass(kind, WorkerStage):
                self._after.append(build_from_crawler(kind, crawler))
        self._workers: Workers | None = None
        self._answers: OrderedDict[str, Fetched] = OrderedDict()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if archives_nothing(crawler):
            raise NotConfigured
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.response_received, signal=signals.response_received)
        crawler.signals.connect(pipeline.engine_stopped, signal=signals.engine_stopped)
        return pipeline

    async def open_spider(self) -> None:
        settings = self._crawler.settings
        await self._snapshot.open_spider()
        self._workers = Workers(
            settings.getint("EXTRACTION_PROCESSES"),
            settings.getfloat("EXTRACTION_TIMEOUT"),
            preload=[type(stage).__module__ for stage in self._decide],
        )

    def response_received(self, response: Response, request: Request) -> None:
        etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
        self._answers[plain_url(response.url)] = Fetched(
            requested_url=asked_address(request),
            status=response.status,
            at=datetime.now(UTC),
            etag=etag.decode("latin-1") if etag else None,
            last_modified=modified.decode("latin-1") if modified else None,
        )
        if len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)

    async def process_item(self, item: Any) -> Any:
        if not isinstance(item, Response | Article) and not is_article(item):
            self._count("passed_by")
            return item
        try:
            read = await self._read(item)
        except ItemRefused as error:
            # without an address there is nothing that the archive could remember
            self._count(f"dropped/{error.reason}")
            raise Dropped(error.reason, str(error)) from None
        except ExtractionError as error:
            await self._not_read(item, "dropped" if error.final else "failed", error.reason, str(error))
            raise Dropped(error.reason, str(error)) from None
        article = read
        try:
            for stage in self._after:
                step = stage.process_item(article)
                article = step if isinstance(step, Article) else await step
        except Dropped as error:
            self._count(f"dropped/{error.reason}")
            if item is not read:  # of ours, Scrapy's own signal tells them
                self._ledger.item_dropped(read, error)
                self._snapshot.item_dropped(read, error)
            raise
        self._ledger.item_scraped(article)
        self._count(article.outcome or "archived")
        if isinstance(item, Response):
            return plain(article_record(article, self._snapshot.run_id))
        return item

    async def _read(self, item: Any) -> Article:
        assert self._workers is not None
        if isinstance(item, Article):
            return item if item.is_decided else await self._workers.run(decide, item, self._decide)
        outlet = self._outlet
        if not isinstance(item, Response):
            fetched = self._answers.get(plain_url(address_of(item)))
            fields = read_item(item, fetched, outlet, allow_private=self._allow_private)
            return await self._workers.run(decide_item, fields, self._decide)
        if item.status >= 400:
            reason = http_reason(item.status)
            await self._not_read(item, "dropped", reason, f"{item.url} answered {item.status}")
            raise Dropped(reason, f"{item.url} answered {item.status}")
        fetch, domain = fetch_of(item), registered_domain(item.url)
        return await self._workers.run(
            extract_and_decide,
            fetch,
            Hints(outlet or domain, domains=(domain,)),
            exchange_of(item, fetch.fetched_at),
            PageContext(),
            self._decide,
        )

    async def _not_read(self, item: Any, outcome: Outcome, reason: Reason | str, detail: str) -> None:
        """Write down an article of which nothing could be read."""
        if isinstance(item, Response):
            url, requested, status = item.url, first_address(item), item.status
        else:
            url = requested = item.url if isinstance(item, Article) else address_of(item)
            status = None
        outlet = self._outlet or registered_domain(url)
        now = datetime.now(UTC)
        observation = Observation(url, requested, outlet, outcome, reason, now, status, detail[:500])
        await self._snapshot.process_item(observation)
        self._ledger.item_scraped(observation)
        self._count(f"{outcome}/{reason}")

    async def close_spider(self) -> None:
        if self._workers is not None:
            self._workers.close()
        self._snapshot.close_spider()
        for snapshot in self._snapshot.snapshots:
            self._crawler.stats.set_value(f"{STATS}/snapshot", snapshot.id)
        if self._snapshot.failure is not None:
            self._count("archive_not_written")
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(self._ledger.totals().items()))
        where = visible(str(self._crawler.settings["ARCHIVE_URI"]))
        logger.info("Triptych: %s; in %s", counts or "nothing came", where)

    def engine_stopped(self) -> None:
        """Set Scrapy's exit code to 1 if articles were lost; Scrapy offers no other way."""
        if self._snapshot.failure is not None:
            self._crawler.spider = None

    @property
    def _outlet(self) -> str | None:
        """Name that the spider gives to all that it yields; without one it is the domain of an article."""
        spider: Spider | None = self._crawler.spider
        name = getattr(spider, "outlet", None)
        return name if isinstance(name, str) and name else None

    @property
    def _ledger(self) -> Ledger:
        return ledger_of(self._crawler)

    def _count(self, key: str) -> None:
        self._crawler.stats.inc_value(f"{STATS}/{key}")
