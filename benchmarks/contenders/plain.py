"""Run a plain spider: python plain.py URLS [OUT].

With OUT trafilatura and langdetect read each page in an item pipeline; without it pages are dropped.
"""

import sys
from pathlib import Path

import scrapy
import trafilatura
from langdetect import detect
from scrapy.crawler import AsyncCrawlerProcess


class ExtractPipeline:
    def process_item(self, item):
        read = trafilatura.bare_extraction(item.pop("html"), url=item["url"], with_metadata=True)
        if read is not None:
            item |= {"title": read.title, "author": read.author, "date": read.date, "text": read.text}
            item["language"] = detect(read.text) if read.text else None
        return item


class Plain(scrapy.Spider):
    name = "plain"

    async def start(self):
        for url in Path(sys.argv[1]).read_text().split():
            yield scrapy.Request(url)

    def parse(self, response):
        if len(sys.argv) > 2:
            yield {"url": response.url, "html": response.body}


settings = {"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "TELNETCONSOLE_ENABLED": False}
if len(sys.argv) > 2:
    settings |= {"ITEM_PIPELINES": {ExtractPipeline: 100}, "FEEDS": {sys.argv[2]: {"format": "jsonlines"}}}
else:
    settings |= {"CONCURRENT_ITEMS": 1, "REMOTE_CONTROL_ENABLED": False, "COOKIES_ENABLED": False}
process = AsyncCrawlerProcess(settings)
process.crawl(Plain)
process.start()
