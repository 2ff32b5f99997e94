"""Fetches one address, as politely and guarded as a crawl, and inspects the page instead of archiving it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from w3lib.encoding import http_content_type_encoding

from crawler.exceptions import ExtractionError
from crawler.items import Fetch
from crawler.ledger import first_address
from crawler.spiders.page import AnyPage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from scrapy.http import Response

    from crawler.discovery import Lead
    from crawler.inspection import Inspection
    from crawler.items import Alternate, Hints


class OnePage(AnyPage):
    name = "inspect"

    def __init__(self, *, hints: Callable[[str], Hints], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._hints = hints
        self.inspection: Inspection | None = None

    async def parse_article(
        self, response: Response, declared: tuple[Alternate, ...] = (), lead: Lead | None = None
    ) -> AsyncIterator[Any]:
        header = response.headers.get("Content-Type")
        encoding = http_content_type_encoding(header.decode("latin-1")) if header else None
        requested = first_address(response)
        fetch = Fetch(response.url, requested, response.body, encoding, response.status, datetime.now(UTC))
        try:
            # every `scrapy` command imports this module, none but `inspect` needs 55 language profiles
            from crawler.inspection import inspect_page  # noqa: PLC0415

            self.inspection = await self.workers.run(inspect_page, fetch, self._hints(response.url))
        except ExtractionError as error:
            yield self.look(requested, "dropped", error.reason, url=response.url, detail=str(error))
