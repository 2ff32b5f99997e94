"""Errors of a crawl; all are a CrawlerError."""

from archive.format.reasons import Reason


class CrawlerError(Exception):
    """Base of all errors of this package; the message says what was expected, what came and what to do."""


class DeclarationError(CrawlerError):
    """An outlet's declaration contradicts itself; refused at start."""


class DiscoveryError(CrawlerError):
    """Nothing could be read of a list of stories."""

    def __init__(self, message: str, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        # raised in a worker process: the reason has to survive the way back
        return type(self), (*self.args, self.reason)


class SourceFailed(CrawlerError):
    """A file that is imported cannot be read on; what was read of it is archived."""


class WrongSource(SourceFailed):
    """What was given to import is no file, or one that may not be read; refused at start."""


class Unanswered(SourceFailed):
    """A server did not answer in all tries; the next import goes on."""


class Unavailable(CrawlerError):
    """A server did not give a part of a file this time; `after`: the seconds it asks to wait, if it does."""

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class ExtractionError(CrawlerError):
    """A page could not be read; counted as failed(reason) or dropped(reason)."""

    reason: Reason
    final = False
    """True if the page itself is at fault: another try would end the same."""

    def __reduce__(self) -> tuple[object, ...]:
        # raised in a worker process: the reason has to survive the way back
        return type(self), self.args, self.__dict__


class Unreadable(ExtractionError):
    """Not a page an article can be read from: `not-html`, `too-large`, `too-many-elements`, `unparseable`."""

    final = True

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(reason, message)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.args[1])


class Blocked(ExtractionError):
    """A page that stands before the article: of a service that keeps robots away, or a consent wall."""

    reason = Reason.BLOCKED


class ExtractionTimeout(ExtractionError):
    """A page used EXTRACTION_TIMEOUT seconds of CPU, twice; the workers were killed."""

    reason = Reason.TIMEOUT


class WorkerDied(ExtractionError):
    """Two workers ended while they read a page: out of memory, or killed from outside."""

    reason = Reason.WORKER_DIED


class BadReply(ExtractionError):
    """A fault of ours: what a worker answered cannot be packed there, or not be unpacked here."""

    reason = Reason.BAD_REPLY


class BadCoding(Exception):
    """A body that is not in the coding its header names."""
