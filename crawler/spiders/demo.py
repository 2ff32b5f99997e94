import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar

from crawler.story.spider import StorySpider

if TYPE_CHECKING:
    from crawler.demo.newsroom import Newsroom

# the same addresses in each run, so that a second run finds the articles unchanged: the first free port
PORTS = range(8641, 8651)
logger = logging.getLogger(__name__)


class Demo(StorySpider):
    """A bundled trilingual newsroom on loopback, with the oddities of real ones: needs no network.

    `-a day=2`: the next day, when it has edited a text and withdrawn a page; those after it are the same.
    """

    name = "demo"
    title = "Demo newsroom"
    accepts: ClassVar[tuple[str, ...]] = ("day",)
    allowed_domains = ["127.0.0.1"]
    article_url = r"http://127\.0\.0\.1:\d+/(?:ukr|rus|eng)/[a-z]+/[\w-]+-(?P<story>\d+)\.html"
    look_again = True
    custom_settings = {
        "ALLOW_PRIVATE_NETWORK": True,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "MISSES_APART": 0,  # its days pass in seconds
    }

    async def start(self) -> AsyncIterator[Any]:
        newsroom = open_newsroom(self.arguments.day)
        self.news_sitemaps = [f"{newsroom.base_url}/sitemap-news.xml"]  # type: ignore[misc]
        self.feeds = [f"{newsroom.base_url}/rss.xml"]  # type: ignore[misc]
        self._newsroom = newsroom
        async for request in super().start():
            yield request

    def closed(self, reason: str) -> None:
        self._newsroom.close()


def open_newsroom(day: int) -> "Newsroom":
    from crawler.demo.newsroom import Newsroom  # noqa: PLC0415  no other outlet needs its templates

    for port in (*PORTS, 0):
        try:
            newsroom = Newsroom(port, day).start()
        except OSError:  # another demo is running, or something else sits there
            continue
        if port != PORTS[0]:
            logger.warning(
                "Port %d is in use, so the newsroom is at %s; articles of other ports are not found again.",
                *(PORTS[0], newsroom.base_url),
            )
        return newsroom
    raise OSError("The newsroom found no free port on this machine.")
