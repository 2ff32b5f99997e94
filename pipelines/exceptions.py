"""Exceptions of the stages. Scrapy is not imported here; pipelines/drop_refused.py makes its DropItem.

Refused     this page is no article; worker_stages catches it
"""

from __future__ import annotations


class Refused(Exception):
    """A page is no article: `reason` is short and countable (`no-headline`), the message is for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
