"""What is decided from one page alone; a worker process does it, so nothing of Scrapy is imported here."""

from __future__ import annotations

from crawler.items import Article, Refusal
from pipelines.byline import BylineStage
from pipelines.digest import DigestStage
from pipelines.exceptions import Refused
from pipelines.language import LanguageStage
from pipelines.validate import ValidateStage

DECISIONS = (ValidateStage(), LanguageStage(), BylineStage(), DigestStage())
"""In this order; each returns a copy with more decided."""


def decide(said: Article) -> Article:
    """The article with all that DECISIONS decide, or as it was with `refused`."""
    article = said
    try:
        for decision in DECISIONS:
            decided = decision.process_item(article)
            assert isinstance(decided, Article)
            article = decided
    except Refused as error:
        return said.with_(refused=Refusal(error.reason, str(error)))
    return article
