"""Let pass what a worker process has decided, and drop what it has refused."""

from __future__ import annotations

from crawler.items import Article, Look
from pipelines.deciding import decide
from pipelines.dropping import Dropped


class DecidedStage:
    """First stage of the event loop; an Article that no worker has seen is decided here."""

    def process_item(self, item: Article | Look) -> Article | Look:
        if isinstance(item, Look):
            return item
        article = item if item.article_id or item.refused is not None else decide(item)
        if (refused := article.refused) is not None:
            raise Dropped(refused.reason, refused.detail)
        return article
