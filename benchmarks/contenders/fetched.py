"""Fetch and drop each page with Scrapy alone: python fetched.py URLS."""

import sys
from pathlib import Path

import scrapy
from scrapy.crawler import AsyncCrawlerProcess


class Fetched(scrapy.Spider):
    name = "fetched"

    async def start(self):
        for url in Path(sys.argv[1]).read_text().split():
            yield scrapy.Request(url)

    def parse(self, response):
        return None


process = AsyncCrawlerProcess(
    {
        "LOG_LEVEL": "ERROR",
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "CONCURRENT_ITEMS": 1,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "COOKIES_ENABLED": False,
    }
)
process.crawl(Fetched)
process.start()
