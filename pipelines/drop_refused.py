"""Let pass what a worker process has decided, and drop what it has refused."""

from __future__ import annotations

from scrapy.exceptions import DropItem

from crawler.items import Article, Look
from pipelines.worker_stages import decide


class DecidedStage:
    """First stage of the event loop; an Article that no worker has seen is decided here."""

    def process_item(self, item: Article | Look) -> Article | Look:
        if isinstance(item, Look):
            return item
        article = item if item.article_id or item.refused is not None else decide(item)
        if (refused := article.refused) is not None:
            raise Dropped(refused.reason, refused.detail)
        return article


# How a stage tells Scrapy that an item ends here.


class Dropped(DropItem):
    """Of a page that is no article, or one we cannot keep; counted as dropped(reason).

    `reason` is short and countable (`no-headline`), `detail` is the sentence a person reads.
    """

    def __init__(self, reason: str, detail: str) -> None:
        # One line an item would drown the log of a large crawl; the ledger counts them.
        super().__init__(f"{reason}: {detail}", log_level="INFO")
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return self.detail
