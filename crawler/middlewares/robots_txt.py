"""Meaning of an answer to robots.txt, RFC 9309, section 2.3.1; Scrapy reads an error page as rules.

A file that is not there allows everything. A host that cannot say what it allows (5xx, and 429 as Google has
it) allows nothing, until the next run asks again.
"""

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from archive.format.reasons import Reason
from crawler.downloader.failures import Refused


class RobotsAnswers(RobotsTxtMiddleware):
    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._silent: set[str] = set()
        """By host and port."""

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status == 429 or response.status >= 500:
            self._silent.add(netloc)
        if response.status >= 400:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if urlparse_cached(request).netloc in self._silent:
            raise Refused(request.url, Reason.ROBOTS_UNREACHABLE)
        super().process_request_2(rp, request)
