"""429 and 503 are asked again after the host's wait; a host that was given up is asked for nothing more."""

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response

from archive.format.reasons import Reason, http_reason
from crawler.downloader.failures import Refused
from crawler.extensions.backoff import BackOff

# 403 is the host's last word on an address; these say `not now`
AGAIN = frozenset({429, 503})
TIMES = 2


class RefusalMiddleware:
    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RefusalMiddleware":
        return cls(crawler)

    @property
    def _backoff(self) -> BackOff:
        backoff = self._crawler.get_extension(BackOff)
        assert backoff is not None, "crawler.extensions.backoff.BackOff is missing from EXTENSIONS"
        return backoff

    def process_request(self, request: Request) -> None:
        # a redirect to another host would keep the slot, and so the pace, of the first
        request.meta.pop("download_slot", None)
        slot = self._crawler.engine.downloader.get_slot_key(request)
        if self._backoff.given_up(slot):
            self._backoff.turn_away(slot)
            raise Refused(request.url, Reason.HOST_REFUSES)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in AGAIN or self._backoff.given_up(request.meta.get("download_slot", "")):
            return response
        spider = self._crawler.spider
        assert spider is not None
        again = get_retry_request(
            request, spider=spider, reason=http_reason(response.status), max_retry_times=TIMES
        )
        return again or response
