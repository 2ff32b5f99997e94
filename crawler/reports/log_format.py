"""Log lines that fit a terminal: Scrapy's own print the whole article."""

import logging
from typing import Any, Self

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from archive.terminal import VisibleLog


class _WithoutTraceback(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True


_WITHOUT_TRACEBACK = _WithoutTraceback()


def _make_visible() -> None:
    """Let no log line command a terminal: libraries quote addresses as a page or a web archive has them."""
    for handler in logging.getLogger().handlers:
        plain = handler.formatter
        if type(plain) is logging.Formatter:
            handler.setFormatter(VisibleLog(plain._fmt, plain.datefmt))


class LazyLogFormat(LogFormatter):
    """Makes no line that nobody reads: Scrapy's loggers take all, and the handler throws most away."""

    def __init__(self, level: int = logging.DEBUG) -> None:
        super().__init__()
        self._level = level

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        # a host that is not there: the line says so, and the way through Twisted says no more
        logging.getLogger("scrapy.downloadermiddlewares.robotstxt").addFilter(_WITHOUT_TRACEBACK)
        _make_visible()
        level = crawler.settings.get("LOG_LEVEL")
        number = logging.getLevelNamesMapping().get(str(level).upper(), level)
        return cls(number if isinstance(number, int) else logging.DEBUG)

    def crawled(self, request: Request, response: Response, spider: Spider) -> LogFormatterResult | None:  # type: ignore[override]
        return super().crawled(request, response, spider) if self._level <= logging.DEBUG else None

    def scraped(  # type: ignore[override]
        self, item: Any, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult | None:
        if self._level > logging.DEBUG:
            return None
        outcome = getattr(item, "outcome", "") or ""
        return {"level": logging.DEBUG, "msg": "%s: %s", "args": (outcome, _where(item))}

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        return {"level": logging.INFO, "msg": "dropped, %s: %s", "args": (exception, _where(item))}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        return {"level": logging.ERROR, "msg": "failed, %s: %s", "args": (exception, _where(item))}


def _where(item: Any) -> str:
    return str(getattr(item, "requested_url", type(item).__name__))
