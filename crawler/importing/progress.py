"""The progress of an import: how far its file is read, how fast, and the time that the rest takes."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, cast

from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from scrapy.utils.asyncio import create_looping_call

from archive.terminal import Terminal, literal
from crawler.extensions.progress import Progress, ProgressLog, clock, logger
from crawler.importing.summary import pace

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.importing.spider import ImportSpider
    from crawler.importing.summary import SourceSummary

_REFRESH_SECONDS = 0.5
_MEGABYTE = 1 << 20


def status(summaries: list[SourceSummary], planned: int, now: float) -> str:
    """Return the line about the source that is read: `2/12 a.warc.gz  31 of 980 MB  4.2 MB/s  …`."""
    current, current_pace = summaries[-1], pace(summaries, planned, now)
    amount = _amount(current)
    rate = "?"
    if current_pace.rate is not None:
        rate = f"{current_pace.rate:.1f} captures/s"
        if current.unit == "bytes":
            rate = f"{current_pace.rate / _MEGABYTE:.2f} MB/s"
    pages = f"{current.pages:,} pages"
    if current_pace.pages_a_second is not None:
        pages += f" ({current_pace.pages_a_second:.1f}/s)"
    time_left = f"time left {clock(current_pace.seconds_left)}"
    return f"{len(summaries)}/{planned} {current.name}  {amount}  {rate}  {pages}  {time_left}"


def _amount(summary: SourceSummary) -> str:
    if summary.unit != "bytes":
        return f"{summary.at:,} captures" if summary.size is None else f"{summary.at:,} of {summary.size:,}"
    size = f"{summary.size / _MEGABYTE:,.0f}" if summary.size is not None else "?"
    return f"{summary.at / _MEGABYTE:,.0f} of {size} MB"


class ImportProgress(Progress):
    """The line on a terminal."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._bar = Bar(
            TextColumn("{task.fields[status]}"),
            BarColumn(),
            console=Terminal(stderr=True),
            transient=True,
            expand=True,
        )
        self._timer = create_looping_call(self.update)

    def start(self) -> None:
        super().start()
        self._timer.start(_REFRESH_SECONDS, now=False)

    def stop(self) -> None:
        if self._timer.running:
            self._timer.stop()
        super().stop()

    def update(self) -> None:
        spider = cast("ImportSpider", self._crawler.spider)
        if not spider.summaries:
            return
        current = spider.summaries[-1]
        line = status(spider.summaries, spider.planned, monotonic())
        self._bar.update(self._task, completed=current.at, total=current.size, status=literal(line))


class ImportProgressLog(ProgressLog):
    """The line a minute without a terminal."""

    def log(self) -> None:
        spider = cast("ImportSpider", self._crawler.spider)
        if spider.summaries:
            logger.info("%s", status(spider.summaries, spider.planned, monotonic()))
