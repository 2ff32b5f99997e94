"""Why a download failed, in one short countable word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy import exceptions
from scrapy.spidermiddlewares.httperror import HttpError

from crawler.middlewares.addresses import Refused

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from crawler.items import Outcome

REASONS: dict[type[Exception], str] = {
    exceptions.DownloadTimeoutError: "timeout",
    exceptions.DownloadCancelledError: "too-large",
    exceptions.CannotResolveHostError: "no-such-host",
    exceptions.DownloadConnectionRefusedError: "connection-refused",
    exceptions.ResponseDataLossError: "cut-short",
    exceptions.DownloadFailedError: "connection-lost",
    exceptions.UnsupportedURLSchemeError: "scheme",
    exceptions.NotSupported: "scheme",
    # a redirect's Location that is no address
    ValueError: "bad-redirect",
}


def explain(failure: Failure) -> tuple[Outcome, str, int | None]:
    """Outcome, reason, and the HTTP status where there was an answer."""
    error = failure.value
    if isinstance(error, HttpError):
        return "failed", f"http-{error.response.status}", error.response.status
    if isinstance(error, Refused):
        return "skipped", error.reason, None
    if isinstance(error, exceptions.IgnoreRequest):
        text = str(error)
        if "robots" in text:
            return "skipped", "robots.txt", None
        return "skipped", "max-redirects" if "redirect" in text else "ignored", None
    if "private-address" in str(error):
        return "skipped", "private-address", None
    for kind, reason in REASONS.items():
        if isinstance(error, kind):
            return "failed", reason, None
    return "failed", f"error-{type(error).__name__}", None
