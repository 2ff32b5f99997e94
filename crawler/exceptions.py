"""What can go wrong while crawling.

CrawlerError
├── DeclarationError     an outlet file contradicts itself; refused at start
├── AddressRefused       a URL the crawl may not touch; counted as skipped(reason)
└── ExtractionError      a page that could not be read; counted as failed(reason) or dropped(reason)
    ├── ExtractionTimeout    took longer than EXTRACTION_TIMEOUT; the worker was killed
    └── WorkerDied           the worker ended: out of memory, killed from outside
"""

from __future__ import annotations


class CrawlerError(Exception):
    """Base of all errors of this package; the message says what was expected, what came and what to do."""


class DeclarationError(CrawlerError):
    """An outlet's declaration contradicts itself."""


class AddressRefused(CrawlerError):
    """The crawl may not touch this URL; `reason` is short and countable."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class ExtractionError(CrawlerError):
    """A page could not be read; `reason` is short and countable."""

    reason = "extraction-error"


class ExtractionTimeout(ExtractionError):
    reason = "timeout"


class WorkerDied(ExtractionError):
    reason = "worker-died"
