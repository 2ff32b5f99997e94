"""The scheduler's queue, which prefers other hosts while one host makes the crawl wait.

Scrapy starts 16 requests and lets them wait at their hosts. One host that answers 503 with a Retry-After of
minutes would take all 16 places, and the crawl of the other hosts would wait with it. Hosts that do not
answer, or have no address, would do so together: a page may name twenty of them. Fetched pages that wait to
be read take a place, too.
"""

from collections import Counter
from collections.abc import Iterable

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request
from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface


class _Shares(DownloaderInterface):
    """Offers only slots with fewer requests under way than their share, waiting ones included.

    All hosts whose last request was not answered, or that were asked for nothing yet, share half the places.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        a_host = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._most = crawler.settings.getint("CONCURRENT_REQUESTS")
        self._share = max(2 * a_host, self._most // 4)
        self._crawler = crawler
        self._answering: set[str] = set()
        """Slots whose last request was answered."""
        self._answered: Request | None = None
        """The request whose answer came last."""
        crawler.signals.connect(self._note_answer, signals.response_downloaded)
        crawler.signals.connect(self._note_end, signals.request_left_downloader)

    def _note_answer(self, request: Request) -> None:
        self._answered = request

    def _note_end(self, request: Request) -> None:
        """Scrapy sends this right behind the answer, or without one."""
        slot = self.get_slot_key(request)
        if request is self._answered:
            self._answering.add(slot)
        else:
            self._answering.discard(slot)
        self._answered = None

    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        # a kill loses fetched pages that are not yet read; Scrapy's own limit of 5 MB is thousands of pages
        scraper = self._crawler.engine.scraper.slot
        reading = len(scraper.active) + len(scraper.queue) if scraper is not None else 0
        if len(self.downloader.active) + reading >= self._most:
            return []
        # not counted by the slots, as a request that waits for robots.txt is in none yet
        under_way = Counter(self.get_slot_key(request) for request in self.downloader.active)
        silent = sum(number for slot, number in under_way.items() if slot not in self._answering)
        offered = []
        for slot in possible_slots:
            has_place = slot in self._answering or silent < self._most // 2
            if has_place and under_way[slot] < self._share:
                offered.append((under_way[slot], slot))
        return offered


class FairQueue(DownloaderAwarePriorityQueue):
    """Queue for SCHEDULER_PRIORITY_QUEUE.

    It returns no request while each host with requests has its share under way, and is asked again when one
    of them ends.
    """

    def __init__(self, crawler: Crawler, *args: object, **kwargs: object) -> None:
        super().__init__(crawler, *args, **kwargs)  # type: ignore[arg-type]
        self._downloader_interface = _Shares(crawler)
