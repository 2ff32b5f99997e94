"""The decisions that need one page alone. They run in a worker process, so this imports no Scrapy."""

from __future__ import annotations

from crawler.items import Article, Refusal
from pipelines.authors import AuthorsStage
from pipelines.digest import DigestStage
from pipelines.exceptions import Refused
from pipelines.language import LanguageStage
from pipelines.validate import ValidateStage

DECISIONS = (ValidateStage(), LanguageStage(), AuthorsStage(), DigestStage())
"""Stages in the order in which they run; each returns a copy with more fields decided."""


def decide(said: Article) -> Article:
    """Run all of DECISIONS; a refused article comes back unchanged but for `refused`."""
    article = said
    try:
        for decision in DECISIONS:
            decided = decision.process_item(article)
            assert isinstance(decided, Article)
            article = decided
    except Refused as error:
        return said.with_(refused=Refusal(error.reason, str(error)))
    return article
