"""A Scrapy crawl with nothing of ours but the resolver; run as a script by test_resolver.py.

Argument: JSON of `urls` and `settings`. Prints JSON: URL -> [exception or None, its message or the body].
"""

import json
import sys

import scrapy
from scrapy.crawler import CrawlerProcess

given = json.loads(sys.argv[1])
seen: dict[str, list[str | None]] = {}


class PlainSpider(scrapy.Spider):
    name = "plain"

    async def start(self):
        for url in given["urls"]:
            yield scrapy.Request(url, errback=self.failed, dont_filter=True, cb_kwargs={"asked": url})

    def parse(self, response, asked):
        seen[asked] = [None, response.text]

    def failed(self, failure):
        seen[failure.request.cb_kwargs["asked"]] = [type(failure.value).__name__, str(failure.value)]


process = CrawlerProcess(
    {
        "TWISTED_DNS_RESOLVER": "crawler.downloader.resolver.PublicOnlyResolver",
        "DOWNLOAD_DELAY": 0,
        "DOWNLOAD_TIMEOUT": 600,
        "LOG_LEVEL": "ERROR",
        "RETRY_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        **given["settings"],
    }
)
process.crawl(PlainSpider)
process.start()
sys.stdout.write(json.dumps(seen))
