"""The progress of an import: how far its file is read, how fast, and the time that the rest takes."""

from time import monotonic

from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from scrapy.crawler import Crawler
from scrapy.utils.asyncio import create_looping_call

from archive.terminal import Terminal, literal
from crawler.extensions.progress import Progress, ProgressLog, clock, logger
from crawler.importing.spider import ImportSpider
from crawler.importing.summary import SourceSummary

_REFRESH_SECONDS = 0.5
_MEGABYTE = 1 << 20


def status(summaries: list[SourceSummary], planned: int, now: float) -> str:
    """Return the line about the source that is read: `2/12 a.warc.gz  31 of 980 MB  4.2 MB/s  …`."""
    current, seconds = summaries[-1], now - summaries[-1].begun
    rate, pages, seconds_left = "?", f"{current.pages:,} pages", None
    if seconds > 0 and current.at > current.begin:
        a_second = (current.at - current.begin) / seconds
        is_bytes = current.unit == "bytes"
        rate = f"{a_second / _MEGABYTE:.2f} MB/s" if is_bytes else f"{a_second:.1f} captures/s"
        pages += f" ({current.pages / seconds:.1f}/s)"
        if current.size is not None:
            # the sources to come are taken to be as large as those so far
            sizes = [summary.size or 0 for summary in summaries]
            to_come = (planned - len(summaries)) * sum(sizes) / len(sizes)
            seconds_left = (current.size - current.at + to_come) / a_second
    amount, time_left = _amount(current), f"time left {clock(seconds_left)}"
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
        spider = self._crawler.spider
        assert isinstance(spider, ImportSpider)
        if not spider.summaries:
            return
        current = spider.summaries[-1]
        line = status(spider.summaries, spider.planned, monotonic())
        self._bar.update(self._task, completed=current.at, total=current.size, status=literal(line))


class ImportProgressLog(ProgressLog):
    """The line a minute without a terminal."""

    def log(self) -> None:
        spider = self._crawler.spider
        assert isinstance(spider, ImportSpider)
        if spider.summaries:
            logger.info("%s", status(spider.summaries, spider.planned, monotonic()))
