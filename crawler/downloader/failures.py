"""Reasons of failed downloads, each one short countable word."""

from OpenSSL.SSL import Error as TlsError
from scrapy import exceptions
from scrapy.spidermiddlewares.httperror import HttpError
from service_identity import VerificationError
from twisted.python.failure import Failure

from archive.format.reasons import Reason, error_reason, http_reason
from crawler.downloader.handler import HeadTooLarge
from crawler.exceptions import BadCoding
from crawler.items import Outcome

REASONS: dict[type[Exception], Reason] = {
    HeadTooLarge: Reason.TOO_LARGE,
    BadCoding: Reason.BAD_CODING,
    TlsError: Reason.TLS,
    VerificationError: Reason.TLS,
    exceptions.DownloadTimeoutError: Reason.TIMEOUT,
    exceptions.DownloadCancelledError: Reason.TOO_LARGE,
    exceptions.CannotResolveHostError: Reason.NO_SUCH_HOST,
    exceptions.DownloadConnectionRefusedError: Reason.CONNECTION_REFUSED,
    exceptions.ResponseDataLossError: Reason.CUT_SHORT,
    exceptions.DownloadFailedError: Reason.CONNECTION_LOST,
    exceptions.UnsupportedURLSchemeError: Reason.SCHEME,
    exceptions.NotSupported: Reason.SCHEME,
}
# an error of no kind of its own, told apart by who raises it: Twisted, as it reads the head of an answer …
_UNREADABLE = {ValueError: Reason.BAD_HEAD}
# … or Scrapy, as it follows a redirect whose Location is no address
_UNFOLLOWED = {ValueError: Reason.BAD_REDIRECT}


class Refused(exceptions.IgnoreRequest):
    """Tells Scrapy that a request ends here, before it has gone out."""

    def __init__(self, url: str, reason: Reason) -> None:
        super().__init__(f"{url[:500]}: {reason}")
        self.reason = reason


def explain(failure: Failure) -> tuple[Outcome, str, int | None]:
    """Return outcome, reason, and the HTTP status if there was a response."""
    error = failure.value
    if isinstance(error, HttpError):
        return "failed", http_reason(error.response.status), error.response.status
    if isinstance(error, Refused):
        return "skipped", error.reason, None
    if isinstance(error, exceptions.IgnoreRequest):
        text = str(error)
        if "robots" in text:
            return "skipped", Reason.ROBOTS_TXT, None
        if "DOWNLOAD_MAXSIZE" in text:
            # small on the wire, and without end when unpacked
            return "failed", Reason.TOO_LARGE, None
        return "skipped", Reason.MAX_REDIRECTS if "redirect" in text else Reason.IGNORED, None
    if Reason.PRIVATE_ADDRESS in str(error):
        return "skipped", Reason.PRIVATE_ADDRESS, None
    causes = [(cause, REASONS | _UNREADABLE) for cause in _reasons(error)]
    for cause, reasons in (*causes, (error, REASONS | _UNFOLLOWED)):
        for kind, reason in reasons.items():
            if isinstance(cause, kind):
                return "failed", reason, None
    return "failed", error_reason(error), None


def _reasons(error: BaseException | None) -> list[BaseException]:
    """Return the causes in Twisted's list of failures; Scrapy itself keeps only their text."""
    failures: list[Failure] = getattr(getattr(error, "__cause__", None), "reasons", [])
    return [failure.value for failure in failures if failure.value is not None]
