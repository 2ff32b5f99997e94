"""The stage that drops the articles which a worker process has refused."""

from __future__ import annotations

from scrapy.exceptions import DropItem

from crawler.items import Article, Look
from pipelines.worker_stages import decide


class DecidedStage:
    """First stage on the event loop; it decides an Article that no worker has decided."""

    def process_item(self, item: Article | Look) -> Article | Look:
        if isinstance(item, Look):
            return item
        article = item if item.article_id or item.refused is not None else decide(item)
        if (refused := article.refused) is not None:
            raise Dropped(refused.reason, refused.detail)
        return article


class Dropped(DropItem):
    """A page that is not an article, or that cannot be kept; counted as dropped(reason).

    `reason` is short and can be counted (`no-headline`); `detail` is a sentence for people.
    """

    def __init__(self, reason: str, detail: str) -> None:
        # one warning an item would fill the log of a large crawl; the ledger counts them
        super().__init__(f"{reason}: {detail}", log_level="INFO")
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return self.detail
