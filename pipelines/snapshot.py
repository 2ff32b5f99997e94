"""The stage that writes each article to the archive and commits; the only stage that touches the disk."""

import asyncio
import logging
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.spider import DefaultSpider

from archive.exceptions import ArchiveError, ArticlePurged, PoisonRecord
from archive.format.reasons import Reason
from archive.format.snapshot import Snapshot
from archive.writer import ArchiveWriter
from crawler.extensions.ledger import Commit, Ledger, ledger_of
from crawler.items import Article, Observation
from crawler.reports.account import account
from crawler.revisit.relisted import leaves_a_row
from pipelines.commit_process import Publisher
from pipelines.drop_refused import Dropped
from pipelines.pairing.decide import DecisionBasis, decide
from pipelines.records import article_record, observation_of_drop, observation_record

T = TypeVar("T")
logger = logging.getLogger(__name__)

COMMIT_EVERY = 500
# rows of what was not asked for, 1 kB of memory each: the first run of a day has one for each listed address
COMMIT_ROWS = 10_000
# articles after which the commit process is started, so that it is ready at the first commit; a smaller crawl
# has one commit, at its end
PREPARE_AT = 200
# the same in characters of text: with pages of megabytes the crawl's own commit would take 100 MB
PREPARE_AT_TEXT = 2 << 20
# seconds of acknowledged articles that a power cut may take
SYNC_SECONDS = 1.0


class SnapshotStage:
    """Write articles and observations, and commit them.

    An article is acknowledged when its record is in the open segment; a commit makes it visible. Commits run
    in a separate process during the crawl, and once more at its end. Each commit pairs the articles that it
    publishes. If the archive cannot be written, the crawl is stopped: to go on would lose the pages that it
    fetches.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._uri: str = crawler.settings["ARCHIVE_URI"]
        self._commit: asyncio.Future[Snapshot | None] | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._stopping: asyncio.Task[None] | None = None
        self._text = 0
        self._hurries = False
        # a commit may still be running when the spider closes
        self._publishing = threading.Lock()
        self._publisher: Publisher | None = None
        self.run_id = ""
        """Set when the spider opens."""
        self.snapshots: list[Snapshot] = []
        self.acknowledged = 0
        self.failure: str | None = None
        """Reason why the archive could not be written, or None."""
        self.closed = False
        self.last_account: dict[str, int] = {}
        """Of the whole run, once it has ended; it cannot be made again, as the archive is closed then."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "SnapshotStage":
        if crawler.spidercls is DefaultSpider:
            raise NotConfigured  # `scrapy shell`, `fetch` and `view` archive nothing
        stage = cls(crawler)
        crawler.signals.connect(stage.item_dropped, signal=signals.item_dropped)
        return stage

    @property
    def _ledger(self) -> Ledger:
        return ledger_of(self._crawler)

    async def open_spider(self) -> None:
        spider = self._crawler.spider
        assert spider is not None
        self.run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{spider.name}-{os.getpid()}"
        apart = timedelta(seconds=self._crawler.settings.getfloat("MISSES_APART"))
        self.writer = ArchiveWriter.open(self._uri, run_id=self.run_id, misses_apart=apart)
        self._ledger.memory, self._ledger.run_id = self.writer, self.run_id
        self._syncing = asyncio.ensure_future(self._sync_often())

    async def process_item(self, item: Article | Observation) -> Article | Observation:
        if isinstance(item, Observation):
            if leaves_a_row(item, self.writer.last_observation(item.requested_url)):
                self._write(partial(self.writer.add_observation, observation_record(item, self.run_id)))
                self._commit_if_due()
            return item
        try:
            verdict = self._write(
                partial(self.writer.add_article, article_record(item, self.run_id), item.raw)
            )
        except PoisonRecord as error:
            raise Dropped(Reason.POISON_RECORD, str(error)) from error
        except ArticlePurged as error:
            raise Dropped(Reason.PURGED, str(error)) from error
        self.acknowledged += 1
        self._text += len(item.body)
        self._commit_if_due()
        return item.with_(outcome=verdict.outcome, raw=None)

    def _commit_if_due(self) -> None:
        articles, rows = self.writer.pending, self.writer.pending_rows
        if self._publisher is None and (
            articles >= PREPARE_AT or self._text >= PREPARE_AT_TEXT or rows >= COMMIT_ROWS // 2
        ):
            self._publisher = Publisher(self._uri, self.run_id)
        if articles >= COMMIT_EVERY or rows >= COMMIT_ROWS or self._hurries:
            self._begin_commit()

    def hurry(self) -> None:
        """From now on, commit whatever is acknowledged at once: the process may be killed before its end."""
        self._hurries = True
        self._begin_commit()

    def _begin_commit(self) -> None:
        if self._commit is None and not self.closed and self.writer.pending_rows:
            # counted here, because the crawl goes on counting while the thread publishes
            self._commit = asyncio.ensure_future(asyncio.to_thread(self._publish, self._account()))
            self._commit.add_done_callback(self._committed)

    def item_dropped(self, item: object, exception: Exception) -> None:
        if isinstance(item, Article) and self.failure is None:
            reason = getattr(exception, "reason", Reason.DROPPED)
            observation = observation_of_drop(item, reason, str(exception), self.run_id)
            self._write(partial(self.writer.add_observation, observation))

    def close_spider(self) -> None:
        """Commit the rest. Synchronous, as Scrapy abandons an await when another pipeline raises."""
        if self._syncing is not None:
            self._syncing.cancel()
        unfinished = self._ledger.close()
        debts = getattr(self._crawler.spider, "debts", None)
        try:
            for look in debts.unfinished(unfinished) if debts is not None else ():
                self.writer.add_observation(observation_record(look, self.run_id))
            self._publish(self._account(finished=True), finished=True)
        except (ArchiveError, OSError) as error:
            self._fail(error)
        finally:
            # the spider may still be naming what it begins with
            self._ledger.memory = None
            if self._publisher is not None:
                self._publisher.close()

    def _write(self, write: partial[T]) -> T:
        try:
            return write()
        except (PoisonRecord, ArticlePurged):
            raise
        except (ArchiveError, OSError) as error:
            self._fail(error)
            raise

    def _account(self, *, finished: bool = False) -> dict[str, int]:
        self.last_account = account(self._crawler, finished=finished)
        return self.last_account

    def _publish(self, summary: dict[str, int], *, finished: bool = False) -> Snapshot | None:
        now = datetime.now(UTC)
        with self._publishing:
            begun, waiting = time.time_ns(), self.writer.pending
            snapshot = self.writer.commit(
                lambda fresh, related: decide(fresh, related, DecisionBasis(now=now)),
                summary=summary,
                by=None if self._publisher is None else self._publisher.commit,
            )
            number = snapshot.id if snapshot is not None else None
            self._ledger.commits.append(Commit(begun, time.time_ns(), waiting, number))
            if snapshot is not None:
                self.snapshots.append(snapshot)
            if finished:  # inside the lock: a commit that waits for it finds the writer closed
                self.writer.close()
                self.closed = True
            return snapshot

    def _committed(self, commit: asyncio.Future[Snapshot | None]) -> None:
        self._commit = None
        if (error := commit.exception()) is not None:
            self._fail(error)
        elif self._hurries:
            self._begin_commit()

    async def _sync_often(self) -> None:
        while True:
            await asyncio.sleep(SYNC_SECONDS)
            if self.writer.unsynced:
                try:
                    await asyncio.to_thread(self.writer.sync)
                except (ArchiveError, OSError) as error:
                    self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if self.failure is None:
            foreseen = isinstance(error, ArchiveError | OSError)
            self.failure = str(error) if foreseen else f"{type(error).__name__}: {error}"
            logger.error(
                "The archive cannot be written, the crawl stops: %s",
                self.failure,
                exc_info=None if foreseen else error,  # an error of our own code needs its traceback
            )
            engine = self._crawler.engine
            if engine is not None and not self.closed and engine.running:
                self._stopping = asyncio.ensure_future(
                    engine.close_spider_async(reason="archive_write_failed")
                )
