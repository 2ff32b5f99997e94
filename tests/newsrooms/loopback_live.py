"""`scrapy live` of all outlets at their real addresses, on one loopback server.

Run as a script: `python -m tests.newsrooms.loopback_live PORT ARGUMENT…`.
"""

from __future__ import annotations

import sys

from scrapy.cmdline import execute
from scrapy.crawler import Crawler
from scrapy.utils.project import get_project_settings

from tests.newsrooms.loopback_internet import Loopback


class Hosts(Loopback):
    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        # a hundred hosts have connections to close, and each is waited for
        self._disconnect_timeout = 1


def main(port: str, *arguments: str) -> None:
    settings = get_project_settings()
    settings.setdict(
        {
            "DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "tests.newsrooms.loopback_live.Hosts"),
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
            "ALLOW_PRIVATE_NETWORK": True,
            "EXTRACTION_PROCESSES": 1,
            "LOOPBACK_PORT": port,
        },
        priority="cmdline",
    )
    execute(["scrapy", "live", *arguments], settings=settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
