"""Where a crawl without addresses begins: what is new, or an outlet's archive between two dates."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from scrapy.http import Request

from crawler.discovery.day_archives import read_day_archive
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.news_sitemaps import read_sitemap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.story_spider import StorySpider


def start_requests(spider: StorySpider) -> Iterator[Request]:
    since, until = spider.arguments.since, spider.arguments.until
    if since is None:
        for url in spider.news_sitemaps:
            yield _source(spider, url, read_sitemap)
        for url in spider.feeds:
            yield _source(spider, url, read_feed_source)
        return
    days = list(_days(since, until or dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)))
    for template in spider.archive_sitemaps:
        for url in dict.fromkeys(day.strftime(template) for day in days):
            yield _source(spider, url, read_sitemap)
    for template in spider.day_archives:
        for day in days:
            yield _source(spider, day.strftime(template), read_day_archive)


def _source(spider: StorySpider, url: str, read: object) -> Request:
    return Request(
        spider.address(url),
        callback=spider.parse_source,
        errback=spider.source_failed,
        cb_kwargs={"read": read},
        priority=10,
    )


def _days(since: dt.date, until: dt.date) -> Iterator[dt.date]:
    for ordinal in range(since.toordinal(), until.toordinal()):
        yield dt.date.fromordinal(ordinal)
