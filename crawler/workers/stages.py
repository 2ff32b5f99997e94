"""Stages that need nothing but the article: they run in the worker process that read its page.

They are in ITEM_PIPELINES among the others. A worker imports this, so nothing of Scrapy is imported here.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crawler.items import Article, Observation

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


class WorkerStage(ABC):
    """A stage that is a pure function of one article; needs no arguments, and is pickled to the workers."""

    @abstractmethod
    def decide(self, article: Article) -> Article:
        """Return a copy with more decided, or with `refused` where it is no article."""

    def process_item(self, item: Article | Observation) -> Article | Observation:
        """Decide an article that no worker has seen; Scrapy calls this on the event loop."""
        if isinstance(item, Observation) or item.is_decided or item.refused is not None:
            return item
        return self.decide(item)


def worker_stages(settings: "BaseSettings") -> tuple[WorkerStage, ...]:
    """Return the stages of ITEM_PIPELINES that run in a worker, in the order of the settings."""
    from scrapy.utils.conf import build_component_list  # noqa: PLC0415  a worker needs no Scrapy
    from scrapy.utils.misc import load_object  # noqa: PLC0415  .3 s: a worker needs no Scrapy

    names = build_component_list(settings.get_component_priority_dict_with_base("ITEM_PIPELINES"))
    classes = map(load_object, names)
    return tuple(stage() for stage in classes if issubclass(stage, WorkerStage))


def decide(article: Article, stages: Sequence[WorkerStage]) -> Article:
    """Return the article as decided by all stages, or unchanged except for `refused`."""
    decided = article
    for stage in stages:
        decided = stage.decide(decided)
        if decided.refused is not None:
            return article.with_(refused=decided.refused)
    return decided.with_(is_decided=True)
