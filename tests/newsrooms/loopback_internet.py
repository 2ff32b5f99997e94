"""Real outlets at their real addresses, served by one loopback server, crawled one after the other.

`python -m tests.newsrooms.loopback_internet PORT ARCHIVE ERRANDS OUTLET…`. Errands are `crawl`,
`revisit+48`, of all that is due in so many hours, and `backfill+2025-12-01+2025-12-03`, of the days from the
first on, the last excluded, with commas between them. Prints JSON, for each errand:
outlet -> outcome -> number.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, date, datetime, timedelta

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

import archive
from crawler.extensions.ledger import Ledger
from crawler.revisit.plan import make_plan
from crawler.story.arguments import Arguments
from crawler.workers.pool import Workers
from crawler.workers.stages import worker_stages


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
    "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "tests.newsrooms.loopback_internet.Loopback"),
    "DOWNLOAD_DELAY": 0,
    "AUTOTHROTTLE_ENABLED": False,
    "ALLOW_PRIVATE_NETWORK": True,
    "OPT_OUT_FILES": False,
    "SPIDER_MODULES": ["crawler.spiders", "tests.spiders.outlets"],
}


def visits(archive_uri: str, name: str, hours: str) -> Arguments:
    """As `scrapy revisit --all --at` plans them."""
    outlet = SpiderLoader.from_settings(Settings(SETTINGS)).load(name)()
    at = datetime.now(UTC) + timedelta(hours=float(hours))
    return Arguments(visits=make_plan(archive.open(archive_uri), outlet, at).visits)


def main(port: str, archive_uri: str, errands: str, *outlets: str) -> None:
    settings = get_project_settings()
    settings.setdict({**SETTINGS, "LOOPBACK_PORT": port, "ARCHIVE_URI": archive_uri}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    accounts: list[dict[str, dict[str, int]]] = []
    # the crawls share them: what reads pages takes as long to start as all else that a crawl does here
    preload = [type(stage).__module__ for stage in worker_stages(settings)]
    workers = Workers(1, settings.getfloat("EXTRACTION_TIMEOUT"), preload)

    async def run(errand: str) -> None:
        done: dict[str, dict[str, int]] = {}
        _, revisited, hours = errand.partition("revisit+")
        since, until = ([*map(date.fromisoformat, errand.split("+")[1:])] if errand.startswith("backfill")
                        else [None, None])  # fmt: skip
        # one after the other: an archive has one writer
        for name in outlets:
            arguments = visits(archive_uri, name, hours) if revisited else Arguments(since=since, until=until)
            if arguments.visits == ():
                continue
            crawler = process.create_crawler(name)
            await process.crawl(crawler, arguments=arguments, workers=workers)
            ledger = crawler.get_extension(Ledger)
            done[name] = ledger.totals() if ledger is not None else {}
        accounts.append(done)

    async def run_all() -> None:
        from twisted.internet import reactor

        try:
            for errand in errands.split(","):
                await run(errand)
        finally:
            workers.close()
            reactor.stop()

    task = asyncio.get_event_loop().create_task(run_all())
    process.start(stop_after_crawl=False)
    task.result()
    sys.stdout.write(json.dumps(accounts))


if __name__ == "__main__":
    main(*sys.argv[1:])
