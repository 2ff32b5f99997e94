"""The spider that inspects one address; it is as polite and guarded as a crawl, and archives nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from scrapy.http import Response

from crawler.exceptions import ExtractionError
from crawler.inspection.inspection import Inspection
from crawler.items import Alternate, Fetch
from crawler.requests.fetch import fetch_of
from crawler.requests.leads import Lead
from crawler.spiders.page import AnyPage
from crawler.workers.pool import Workers


class PageInspector(AnyPage):
    name = "inspect"

    def __init__(self, *, inspect: Callable[[Workers, Fetch], Awaitable[Inspection]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._inspect = inspect
        self.inspection: Inspection | None = None

    async def parse_article(
        self, response: Response, declared: tuple[Alternate, ...] = (), lead: Lead | None = None
    ) -> AsyncIterator[Any]:
        fetch = fetch_of(response)
        try:
            self.inspection = await self._inspect(self.workers, fetch)
        except ExtractionError as error:
            yield self.requests.observation(
                fetch.requested_url, "dropped", error.reason, url=response.url, detail=str(error)
            )
