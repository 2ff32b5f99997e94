"""Why a page is refused, where Scrapy is not imported: pipelines/drop_refused.py tells Scrapy.

Refused     this page is no article
"""

from __future__ import annotations


class Refused(Exception):
    """`reason` is short and countable (`no-headline`), the message is the sentence a person reads."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
