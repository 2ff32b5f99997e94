"""The stage that drops the articles which a worker process has refused."""

from scrapy.exceptions import DropItem

from archive.format.reasons import Reason
from crawler.items import Article, Observation


class DropRefusedStage:
    """First stage on the event loop; it decides an Article that no worker has decided."""

    def process_item(self, item: Article | Observation) -> Article | Observation:
        if isinstance(item, Article) and (refused := item.refused) is not None:
            raise Dropped(refused.reason, refused.detail)
        return item


class Dropped(DropItem):
    """A page that is not an article, or that cannot be kept; counted as dropped(reason).

    `detail` is the sentence a person reads.
    """

    def __init__(self, reason: Reason | str, detail: str) -> None:
        # One line an item would drown the log of a large crawl; the ledger counts them.
        super().__init__(f"{reason}: {detail}", log_level="INFO")
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return self.detail
