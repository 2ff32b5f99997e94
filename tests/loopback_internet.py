"""Real outlets at their real addresses, served by one loopback server, crawled one after the other.

Run as a script: `python -m tests.loopback_internet PORT ARCHIVE OUTLET…`. Prints JSON: outlet -> outcome ->
number.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings

from crawler.ledger import Ledger

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Request, Response


class Loopback(HTTP11DownloadHandler):
    """Asks the server on LOOPBACK_PORT over plain HTTP, with the Host header of the real address."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # a second for each of the crawls, which the server's open connections would take
        self._disconnect_timeout = 0
        self._port = crawler.settings.getint("LOOPBACK_PORT")

    async def download_request(self, request: Request) -> Response:
        scheme, _, rest = request.url.partition("://")
        host, slash, path = rest.partition("/")
        there = request.replace(
            url=f"http://127.0.0.1:{self._port}/{path if slash else ''}",
            headers={**request.headers, "Host": host},
        )
        response = await super().download_request(there)
        return response.replace(url=f"{scheme}://{host}/{path}")


SETTINGS = {
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "tests.loopback_internet.Loopback"),
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "EXTRACTION_PROCESSES": 1,
    "ALLOW_PRIVATE_NETWORK": True,
    "OPT_OUT_FILES": False,
}


def main(port: str, archive: str, *outlets: str) -> None:
    settings = get_project_settings()
    settings.setdict({**SETTINGS, "LOOPBACK_PORT": port, "ARCHIVE_URI": archive}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    accounts: dict[str, dict[str, int]] = {}

    async def crawl_all() -> None:
        from twisted.internet import reactor

        try:
            # one after the other: an archive has one writer
            for name in outlets:
                crawler = process.create_crawler(name)
                await process.crawl(crawler)
                ledger = crawler.get_extension(Ledger)
                accounts[name] = ledger.totals() if ledger is not None else {}
        finally:
            reactor.stop()

    task = asyncio.get_event_loop().create_task(crawl_all())
    process.start(stop_after_crawl=False)
    task.result()
    sys.stdout.write(json.dumps(accounts))


if __name__ == "__main__":
    main(*sys.argv[1:])
