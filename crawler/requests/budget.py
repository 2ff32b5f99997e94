"""Limits on the requests of one run to one outlet; they stop a trap with endless addresses.

Pages over the budget are reported, and the next run requests them: archived pages cost nothing then.
"""

from collections import Counter
from dataclasses import dataclass, field

from scrapy.settings import BaseSettings

from crawler.outlet.declaration import Outlet


@dataclass(slots=True)
class Budget:
    pages: int
    """Of articles; variants of a story count, but are always fetched once the story was begun."""
    lists: int
    """Sitemaps that one source leads to."""
    requested: int = 0
    _lists: Counter[str] = field(default_factory=Counter)

    def allows_story(self) -> bool:
        return self.requested < self.pages

    def page(self) -> None:
        self.requested += 1

    def allows_list(self, source: str) -> bool:
        """Also counts it; `source`: the list named by the outlet's declaration."""
        self._lists[source] += 1
        return self._lists[source] <= self.lists


def budget_of(outlet: Outlet, settings: BaseSettings, pages: int | None = None) -> Budget:
    """The budget given for this run, `pages`; else the lower of the setting and the outlet's number."""
    usual = settings.getint("PAGE_BUDGET")
    return Budget(pages or min(usual, outlet.page_budget or usual), settings.getint("LIST_BUDGET"))
