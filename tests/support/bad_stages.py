"""Stages that fail: of a worker, with the first story's Ukrainian page, and of a pipeline, at its end."""

from __future__ import annotations

import os

from crawler.items import Article
from crawler.workers.stages import WorkerStage


def _is_the_one(article: Article) -> bool:
    return article.url.endswith("/news/1") and "/en/" not in article.url and "/ru/" not in article.url


class NeverEndsStage(WorkerStage):
    def decide(self, article: Article) -> Article:
        while _is_the_one(article):
            pass
        return article


class DiesStage(WorkerStage):
    def decide(self, article: Article) -> Article:
        if _is_the_one(article):
            os._exit(9)
        return article


class RaisesAtEnd:
    """A pipeline stage that raises when the spider closes, as somebody else's may."""

    async def close_spider(self) -> None:
        raise RuntimeError("the sibling broke")
