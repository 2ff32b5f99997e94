"""Reasons of observations: why an address brought no new article, in one countable word.

docs/reference/outcomes.md explains them to users. Two families are open: `http-…` with the status of an
answer, and `error-…` with the name of an internal error. An archive may have reasons that are no longer used:
`list-cut-short` was `cut-short` before.
"""

from enum import Enum, StrEnum, auto


class _Mark(Enum):
    MOMENT = auto()
    UNASKED = auto()
    PLACE = auto()


_MOMENT, _UNASKED, _PLACE = _Mark


class Reason(StrEnum):
    is_of_the_moment: bool
    """True if the reason is temporary: the page is retried."""
    is_asked: bool
    """True if the address was requested. If not, the next listing will bring it again."""
    is_of_the_place: bool
    """True if the network or the host is the cause, not the outlet's rules."""

    def __new__(cls, value: str, *marks: _Mark) -> "Reason":
        member = str.__new__(cls, value)
        member._value_ = value
        member.is_of_the_moment = _MOMENT in marks
        member.is_asked = _UNASKED not in marks
        member.is_of_the_place = _PLACE in marks
        return member

    # the same text, or no edit
    NOT_MODIFIED = "not-modified"
    REVERTED = "reverted"
    NEW_EXTRACTOR = "new-extractor"
    FROM_FEED = "from-feed"
    """The page was refused; the text is from a feed."""
    REPLACES_FEED = "replaces-feed"
    """The text of the page replaces the feed's."""

    # archived, although another page with this canonical address has another text
    CANONICAL_CONTRADICTION = "canonical-contradiction"

    # skipped, or refused before an answer
    KNOWN = "known", _UNASKED
    PURGED = "purged", _UNASKED
    NOT_AN_ARTICLE = "not-an-article", _UNASKED
    NO_ARTICLE_LATELY = "no-article-lately", _UNASKED
    NOT_YET_DUE = "not-yet-due", _UNASKED, _MOMENT
    OVER_BUDGET = "over-budget", _UNASKED, _MOMENT
    HOST_REFUSES = "host-refuses", _UNASKED, _MOMENT, _PLACE
    ROBOTS_UNREACHABLE = "robots-unreachable", _UNASKED, _MOMENT, _PLACE
    ROBOTS_TXT = "robots.txt", _PLACE
    NO_SUCH_VARIANT = "no-such-variant"
    GIVEN_UP = "given-up"
    """Of the row that ends a debt after its time."""
    OFFSITE = "offsite"
    PRIVATE_ADDRESS = "private-address"
    SCHEME = "scheme"
    CREDENTIALS = "credentials"
    BAD_URL = "bad-url"
    NO_HOST = "no-host"
    PROXY = "proxy"
    ADDRESS_TOO_LONG = "address-too-long"
    TOO_FAR = "too-far"
    TOO_MANY_VARIANTS = "too-many-variants"
    MAX_REDIRECTS = "max-redirects"
    IGNORED = "ignored"

    # the page was fetched, and is no article
    NO_BODY = "no-body"
    NO_HEADLINE = "no-headline"
    TOO_SHORT = "too-short"
    HOME_PAGE = "home-page"
    BLOCKED_PAGE = "blocked-page", _MOMENT
    """Like BLOCKED, but detected by the words of the text; archives count the two separately."""
    ERROR_PAGE = "error-page"
    NOT_HTML = "not-html"
    EMPTY = "empty"
    UNPARSEABLE = "unparseable"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    TOO_MANY_ELEMENTS = "too-many-elements"
    TOO_MANY_ATTRIBUTES = "too-many-attributes"
    POISON_RECORD = "poison-record"
    DROPPED = "dropped"

    # nothing usable was fetched
    TIMEOUT = "timeout", _MOMENT, _PLACE
    NO_SUCH_HOST = "no-such-host", _MOMENT, _PLACE
    CONNECTION_REFUSED = "connection-refused", _MOMENT, _PLACE
    CONNECTION_LOST = "connection-lost", _MOMENT, _PLACE
    CUT_SHORT = "cut-short", _MOMENT, _PLACE
    BAD_CODING = "bad-coding", _MOMENT, _PLACE
    BAD_HEAD = "bad-head", _MOMENT, _PLACE
    """A status line or header that violates HTTP: a Content-Length that is no number, or two of them."""
    TLS = "tls", _MOMENT, _PLACE
    """Temporary: a certificate that expired at night is renewed in the morning."""
    BAD_REDIRECT = "bad-redirect"
    BLOCKED = "blocked", _MOMENT, _PLACE
    """A block page or consent wall, detected by its markup, title or words before extraction."""
    WORKER_DIED = "worker-died", _MOMENT
    BAD_REPLY = "bad-reply"
    UNFINISHED = "unfinished", _UNASKED, _MOMENT

    # of a list of addresses: a sitemap, a feed, a day's page
    NOT_A_FEED = "not-a-feed"
    NOT_A_SITEMAP = "not-a-sitemap"
    NOT_GZIP = "not-gzip"
    NO_ARTICLE_IN_IT = "no-article-in-it"
    NO_LIST_IN_IT = "no-list-in-it"
    LIST_CUT_SHORT = "list-cut-short"
    FEED_OVERRUN = "feed-overrun"
    """A feed without any entry of an earlier run: some entries may have been missed."""

    # of an outlet
    EXPECTATION_MISSED = "expectation-missed", _UNASKED
    """Its crawls found less than its declaration expects."""


_MEMBERS = {reason.value: reason for reason in Reason}
_ERROR = "error-"
_REFUSED = {403, 408, 425, 429}
# 501 and 505 will not change soon
_LASTING = {501, 505}


def http_reason(status: int) -> str:
    """The reason for an answer that is no page."""
    return f"http-{status}"


READ = ("archived", "unchanged")
"""Outcomes of an address whose page the archive has."""
NO_ARTICLE = (
    *(Reason.NO_SUCH_VARIANT, Reason.HOME_PAGE, Reason.NOT_AN_ARTICLE, Reason.ERROR_PAGE),
    *map(http_reason, (404, 410)),
)
"""Reasons that say that an address has no article, rather than that it could not be read."""


def error_reason(error: BaseException | None) -> str:
    """The reason for an unexpected error."""
    return f"{_ERROR}{type(error).__name__}"


def is_of_the_moment(reason: str | None) -> bool:
    """Tell if a reason is temporary; an internal error counts, because it may be fixed since."""
    if reason is None:
        return False
    member = _MEMBERS.get(reason)
    if member is not None:
        return member.is_of_the_moment
    return reason.startswith(_ERROR) or _is_passing(reason)


def is_asked(reason: str | None) -> bool:
    """Tell if an observation with this reason made a request."""
    member = _MEMBERS.get(reason or "")
    return member is None or member.is_asked


def is_of_the_place(reason: str) -> bool:
    """Tell if the network or the host is the reason, so that the page itself was not observed."""
    member = _MEMBERS.get(reason)
    return _is_passing(reason) if member is None else member.is_of_the_place


def _is_passing(reason: str) -> bool:
    """Tell if the host may answer an HTTP status like this differently later."""
    kind, _, status = reason.partition("-")
    if kind != "http" or not (status.isascii() and status.isdecimal()):
        return False
    number = int(status)
    return number in _REFUSED or (500 <= number < 600 and number not in _LASTING)
