"""Which request goes out next, when a host makes the crawl wait: those of the others.

Scrapy hands out 16 requests and lets them queue at their hosts. One host that answers 503 with a Retry-After
of minutes would hold all 16 places, and the crawl of the other hosts would wait with it. Pages that came and
wait to be read hold a place, too.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scrapy.pqueues import DownloaderAwarePriorityQueue, DownloaderInterface

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler


class _Shares(DownloaderInterface):
    """Only slots that have less than their share of the requests under way, waiting ones included."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        a_host = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._most = crawler.settings.getint("CONCURRENT_REQUESTS")
        self._share = max(2 * a_host, self._most // 4)
        self._crawler = crawler

    def stats(self, possible_slots: Iterable[str]) -> list[tuple[int, str]]:
        # a kill loses what is fetched and not yet read; the 5 MB that Scrapy allows are thousands of pages
        slot = self._crawler.engine.scraper.slot
        reading = len(slot.active) + len(slot.queue) if slot is not None else 0
        if len(self.downloader.active) + reading >= self._most:
            return []
        # not those of the slots: a request that waits for robots.txt is in none yet
        under_way = Counter(self.get_slot_key(request) for request in self.downloader.active)
        return [(under_way[slot], slot) for slot in possible_slots if under_way[slot] < self._share]


class FairQueue(DownloaderAwarePriorityQueue):
    """For SCHEDULER_PRIORITY_QUEUE.

    Gives nothing while each host with requests has its share under way; asked again when one of them ends.
    """

    def __init__(self, crawler: Crawler, *args: object, **kwargs: object) -> None:
        super().__init__(crawler, *args, **kwargs)  # type: ignore[arg-type]
        self._downloader_interface = _Shares(crawler)
