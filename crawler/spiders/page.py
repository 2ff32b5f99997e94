from functools import cached_property
from typing import ClassVar

from scrapy.http import Request

from crawler.downloader.public_hosts import registered_domain
from crawler.story.spider import StorySpider


class AnyPage(StorySpider):
    """Any article of any site, with the variants that its page declares; the outlet is the registered domain.

    An address of another host is fetched only where an hreflang names it, and paired only if it points back.
    """

    name = "page"
    title = "Any page"
    accepts: ClassVar[tuple[str, ...]] = ("url", "urls")
    requires_url: ClassVar[bool] = True

    def allows(self, request: Request) -> bool:
        domain = registered_domain(request.url)
        invited = request.meta.get("invited")
        return domain in self._asked_domains or (invited is not None and domain == registered_domain(invited))

    def outlet_of(self, url: str) -> str:
        return registered_domain(url)

    @cached_property
    def _asked_domains(self) -> frozenset[str]:
        return frozenset(registered_domain(url) for url in self.arguments.urls)
