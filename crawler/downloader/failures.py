"""Reasons of failed downloads, each one short countable word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from OpenSSL.SSL import Error as TlsError
from scrapy import exceptions
from scrapy.spidermiddlewares.httperror import HttpError
from service_identity import VerificationError

from crawler.downloader.handler import HeadTooLarge
from crawler.exceptions import BadCoding, Refused

if TYPE_CHECKING:
    from twisted.python.failure import Failure

    from crawler.items import Outcome

REASONS: dict[type[Exception], str] = {
    HeadTooLarge: "too-large",
    BadCoding: "bad-coding",
    TlsError: "tls",
    VerificationError: "tls",
    exceptions.DownloadTimeoutError: "timeout",
    exceptions.DownloadCancelledError: "too-large",
    exceptions.CannotResolveHostError: "no-such-host",
    exceptions.DownloadConnectionRefusedError: "connection-refused",
    exceptions.ResponseDataLossError: "cut-short",
    exceptions.DownloadFailedError: "connection-lost",
    exceptions.UnsupportedURLSchemeError: "scheme",
    exceptions.NotSupported: "scheme",
    # a redirect to an invalid address
    ValueError: "bad-redirect",
}


def explain(failure: Failure) -> tuple[Outcome, str, int | None]:
    """Return outcome, reason, and the HTTP status if there was a response."""
    error = failure.value
    if isinstance(error, HttpError):
        return "failed", f"http-{error.response.status}", error.response.status
    if isinstance(error, Refused):
        return "skipped", error.reason, None
    if isinstance(error, exceptions.IgnoreRequest):
        text = str(error)
        if "robots" in text:
            return "skipped", "robots.txt", None
        if "DOWNLOAD_MAXSIZE" in text:
            # small when compressed, endless when decompressed
            return "failed", "too-large", None
        return "skipped", "max-redirects" if "redirect" in text else "ignored", None
    if "private-address" in str(error):
        return "skipped", "private-address", None
    for cause in (*_reasons(error), error):
        for kind, reason in REASONS.items():
            if isinstance(cause, kind):
                return "failed", reason, None
    return "failed", f"error-{type(error).__name__}", None


def _reasons(error: BaseException | None) -> list[BaseException]:
    """Return the causes in Twisted's list of failures; Scrapy itself keeps only their text."""
    found: list[Failure] = getattr(getattr(error, "__cause__", None), "reasons", [])
    return [failure.value for failure in found if failure.value is not None]
