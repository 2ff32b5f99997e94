"""Reasons that an observation carries: why its address brought no new article, in one countable word.

docs/reference/outcomes.md has what each of them means to a reader. Two families have no end: `http-…` with
the status of an answer, and `error-…` with the name of an error of our own. An archive may hold reasons that
are written no more: a list that ended too soon was `cut-short` before it was `list-cut-short`.
"""

from __future__ import annotations

from enum import Enum, StrEnum, auto


class _Mark(Enum):
    MOMENT = auto()
    UNASKED = auto()
    PLACE = auto()


_MOMENT, _UNASKED, _PLACE = _Mark


class Reason(StrEnum):
    is_of_the_moment: bool
    """True if a later observation may end otherwise: the page is owed."""
    is_asked: bool
    """True if the address was requested. If it was not, the next listing says the same again."""
    is_of_the_place: bool
    """True if it is about the network or the host, and so says nothing about the outlet's rules."""

    def __new__(cls, value: str, *marks: _Mark) -> Reason:
        member = str.__new__(cls, value)
        member._value_ = value
        member.is_of_the_moment = _MOMENT in marks
        member.is_asked = _UNASKED not in marks
        member.is_of_the_place = _PLACE in marks
        return member

    # the text is the same, or is no edit
    NOT_MODIFIED = "not-modified"
    REVERTED = "reverted"
    NEW_EXTRACTOR = "new-extractor"
    FROM_FEED = "from-feed"
    """The page was refused; the text is the one that a feed has."""
    REPLACES_FEED = "replaces-feed"
    """The page came, and its text takes the place of the feed's."""

    # archived, and a page that is called the same says another thing
    CANONICAL_CONTRADICTION = "canonical-contradiction"

    # passed over, or turned away on its way
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
    """Of the row that ends a debt whose time is over."""
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

    # the page came, and is no article
    NO_BODY = "no-body"
    NO_HEADLINE = "no-headline"
    TOO_SHORT = "too-short"
    HOME_PAGE = "home-page"
    BLOCKED_PAGE = "blocked-page", _MOMENT
    """As BLOCKED, told by the words of the text; of its own, as archives have counted the two apart."""
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

    # nothing came that can be used
    TIMEOUT = "timeout", _MOMENT, _PLACE
    NO_SUCH_HOST = "no-such-host", _MOMENT, _PLACE
    CONNECTION_REFUSED = "connection-refused", _MOMENT, _PLACE
    CONNECTION_LOST = "connection-lost", _MOMENT, _PLACE
    CUT_SHORT = "cut-short", _MOMENT, _PLACE
    BAD_CODING = "bad-coding", _MOMENT, _PLACE
    BAD_HEAD = "bad-head", _MOMENT, _PLACE
    """A status line or header that breaks HTTP: a Content-Length that is no number, or two of them."""
    TLS = "tls", _MOMENT, _PLACE
    """A certificate that expired in the night is renewed in the morning."""
    BAD_REDIRECT = "bad-redirect"
    BLOCKED = "blocked", _MOMENT, _PLACE
    """Of a block page or consent wall, told by its markup, title or words before anything else is read."""
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
    """Of a feed of which no entry was known from an earlier run: some may have been missed."""

    # of an outlet
    EXPECTATION_MISSED = "expectation-missed", _UNASKED
    """Its crawls bring less than its declaration expects."""


_KNOWN = {reason.value: reason for reason in Reason}
_ERROR = "error-"
_REFUSED = {403, 408, 425, 429}
# 501 and 505 say that it will be no other way tomorrow
_LASTING = {501, 505}


def http_reason(status: int) -> str:
    """Return the reason of an answer that is no page."""
    return f"http-{status}"


def error_reason(error: BaseException | None) -> str:
    """Return the reason of an error that nobody foresaw."""
    return f"{_ERROR}{type(error).__name__}"


def is_of_the_moment(reason: str | None) -> bool:
    """Return whether a later look may end otherwise; what is an error of ours may be mended since."""
    if reason is None:
        return False
    if (known := _KNOWN.get(reason)) is not None:
        return known.is_of_the_moment
    return reason.startswith(_ERROR) or _is_passing(reason)


def is_asked(reason: str | None) -> bool:
    """Return whether a look with this reason is one for which something was asked."""
    known = _KNOWN.get(reason or "")
    return known is None or known.is_asked


def is_of_the_place(reason: str) -> bool:
    """Return whether the network or the host is the reason, so that nothing is known of the page."""
    known = _KNOWN.get(reason)
    return _is_passing(reason) if known is None else known.is_of_the_place


def _is_passing(reason: str) -> bool:
    """Return whether an HTTP status says that the host may answer otherwise later."""
    kind, _, status = reason.partition("-")
    if kind != "http" or not (status.isascii() and status.isdecimal()):
        return False
    number = int(status)
    return number in _REFUSED or (500 <= number < 600 and number not in _LASTING)
