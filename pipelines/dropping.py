"""How a stage tells Scrapy that an item ends here."""

from __future__ import annotations

from scrapy.exceptions import DropItem


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
