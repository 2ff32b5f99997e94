"""Limits on the requests of one run to one outlet; they end a trap that makes addresses without end.

What is over the budget is told, and the next run goes on with it: what the archive has by then costs nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from crawler.outlet.declaration import Outlet


@dataclass(slots=True)
class Budget:
    pages: int
    """Of articles; the variants of a story count, and are fetched all the same once it was begun."""
    lists: int
    """Sitemaps that one source leads to."""
    asked: int = 0
    _lists: Counter[str] = field(default_factory=Counter)

    def allows_story(self) -> bool:
        return self.asked < self.pages

    def page(self) -> None:
        self.asked += 1

    def allows_list(self, source: str) -> bool:
        """Counts it, too; `source` is where the outlet's declaration led."""
        self._lists[source] += 1
        return self._lists[source] <= self.lists


def budget_of(outlet: Outlet, settings: BaseSettings, pages: int | None = None) -> Budget:
    """Return what the operator says for this run, `pages`; else the setting, or the outlet's lower number."""
    usual = settings.getint("PAGE_BUDGET")
    return Budget(pages or min(usual, outlet.page_budget or usual), settings.getint("LIST_BUDGET"))
