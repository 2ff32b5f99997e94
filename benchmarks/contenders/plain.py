"""Run the plain spider, trafilatura and langdetect in an item pipeline: python plain.py URLS OUT."""

import sys
from pathlib import Path

import scrapy
import trafilatura
from langdetect import detect
from scrapy.crawler import CrawlerProcess


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
        yield {"url": response.url, "html": response.body}


process = CrawlerProcess(
    {
        "ITEM_PIPELINES": {ExtractPipeline: 100},
        "FEEDS": {sys.argv[2]: {"format": "jsonlines"}},
        "LOG_LEVEL": "ERROR",
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "TELNETCONSOLE_ENABLED": False,
    }
)
process.crawl(Plain)
process.start()
