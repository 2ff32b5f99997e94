"""The requests of a revisit: what is due, asked for with the validators that came with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.http import Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.items import Look
    from crawler.revisit.plan import Visit
    from crawler.story.spider import StorySpider

NOT_MODIFIED = 304


def requests(spider: StorySpider, visits: tuple[Visit, ...]) -> Iterator[Request | Look]:
    for visit in visits:
        # another crawl may have found the translation since the plan was made
        awaited = visit.article_id is None
        if (awaited and spider.ledger.known(visit.url)) or not spider.ledger.discover(visit.url):
            continue
        # a guess leads to a 404 as a rule: that is no failure
        meta = {"story": visit.url, "guessed": True} if awaited else {"story": visit.url}
        request = spider.article_request(visit.url, **meta)
        if isinstance(request, Request):
            _ask_conditionally(request, visit)
        yield request


def _ask_conditionally(request: Request, visit: Visit) -> None:
    for name, value in (("If-None-Match", visit.etag), ("If-Modified-Since", visit.last_modified)):
        if value is not None:
            # as it came: Scrapy would write a text in UTF-8
            request.headers[name] = value.encode("latin-1", "replace")
            request.meta["handle_httpstatus_list"] = [NOT_MODIFIED]
