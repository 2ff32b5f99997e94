"""The spider that inspects one address; it is as polite and guarded as a crawl, and archives nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crawler.exceptions import ExtractionError
from crawler.requests.fetch import fetch_of
from crawler.spiders.page import AnyPage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from scrapy.http import Response

    from crawler.inspection.inspection import Inspection
    from crawler.items import Alternate, Hints
    from crawler.requests.leads import Lead


class OnePage(AnyPage):
    name = "inspect"

    def __init__(self, *, hints: Callable[[str], Hints], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._hints = hints
        self.inspection: Inspection | None = None

    async def parse_article(
        self, response: Response, declared: tuple[Alternate, ...] = (), lead: Lead | None = None
    ) -> AsyncIterator[Any]:
        fetch = fetch_of(response)
        try:
            # every `scrapy` command imports this module, but only `inspect` needs 55 language profiles
            from crawler.inspection.inspection import inspect_page  # noqa: PLC0415

            self.inspection = await self.workers.run(inspect_page, fetch, self._hints(response.url))
        except ExtractionError as error:
            yield self.look(fetch.requested_url, "dropped", error.reason, url=response.url, detail=str(error))
