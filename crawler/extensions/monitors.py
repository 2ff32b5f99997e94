"""Scrapy's statistics as monitors read them, and Spidermon in a crawl: on with SPIDERMON_ENABLED."""

from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.extensions.corestats import CoreStats

from crawler.items import Article


class ArticleStats(CoreStats):
    """Scrapy's counters; `item_scraped_count` counts articles, as users who set a minimum mean these."""

    def item_scraped(self, item: Any, spider: Spider) -> None:
        if isinstance(item, Article):
            super().item_scraped(item, spider)
        else:  # one for each address that the archive knows
            self.stats.inc_value("observation_count")


class Monitors:
    """Runs Spidermon's extension and records failures: a failed monitor is in the exit code."""

    _spidermon: Any

    def __init__(self) -> None:
        self.failed: list[str] = []
        """Name and reason of each monitor that failed."""
        self.broken: list[str] = []
        """Monitors that could not be run, and notices that could not be sent."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("SPIDERMON_ENABLED"):
            raise NotConfigured
        monitors = cls()
        # signals hold no reference
        monitors._spidermon = _extension(monitors).from_crawler(crawler)
        return monitors

    def take(self, result: Any) -> None:
        for monitor in result.monitors_failed_results:
            # an error in the code of a monitor has a traceback, with the message in its last line
            reason = monitor.reason or (monitor.error or "").strip().rpartition("\n")[2]
            self.failed.append(f"{monitor.item.name}: {reason}")
        for action in (
            *result.monitors_finished_action_results,
            *result.monitors_passed_action_results,
            *result.monitors_failed_action_results,
        ):
            if action.status == "ERROR":
                reason = (action.error or "").strip().rpartition("\n")[2]
                self.broken.append(f"{action.item.name}: {reason}")


def _extension(monitors: Monitors) -> Any:
    # optional, and a tenth of a second
    from spidermon.contrib.scrapy.extensions import Spidermon  # noqa: PLC0415
    from spidermon.runners import MonitorRunner  # noqa: PLC0415

    class RecordedSpidermon(Spidermon):  # type: ignore[misc]
        def _run_suites(self, spider: Spider, suites: Any) -> None:
            data = self._generate_data_for_spider(spider)
            for suite in suites:
                try:
                    monitors.take(MonitorRunner().run(suite, **data))
                except Exception as error:
                    spider.logger.error("monitors were not run", exc_info=True)
                    monitors.broken.append(f"{type(suite).__name__}: {type(error).__name__}: {error}")

    return RecordedSpidermon
