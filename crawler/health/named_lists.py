"""Feeds that a page names in its head: `<link rel="alternate" type="application/rss+xml">`.

https://html.spec.whatwg.org/multipage/links.html#rel-alternate
"""

from __future__ import annotations

from lxml import html

from archive.format.reasons import Reason
from crawler.exceptions import DiscoveryError
from crawler.extraction.fields.alternates import absolute

TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}
MOST = 20
"""Feeds of one page: some name one for each section."""
_OF_COMMENTS = ("comment", "%d0%ba%d0%be%d0%bc%d0%b5%d0%bd")
"""In addresses of feeds that have no article: WordPress names one for the comments of each page."""


def read_named_feeds(body: bytes, url: str, encoding: str | None) -> tuple[str, ...]:
    """Return the addresses of feeds, absolute, in the page's order, those of comments left out.

    `encoding` is that of the Content-Type header; None lets the page say. Raises DiscoveryError for a page
    that is no HTML.
    """
    try:
        parser = html.HTMLParser(encoding=encoding)
    except LookupError:
        parser = html.HTMLParser()
    try:
        tree = html.document_fromstring(body, parser=parser)
    except (ValueError, html.etree.LxmlError) as error:
        message = f"{url}: expected a page, got something that is no HTML: {error}"
        raise DiscoveryError(message, Reason.NOT_HTML) from None
    found: dict[str, None] = {}
    for link in tree.iter("link"):
        kind = (link.get("type") or "").partition(";")[0].strip().casefold()
        if "alternate" not in (link.get("rel") or "").casefold().split() or kind not in TYPES:
            continue
        address = absolute(url, link.get("href") or "")
        if address is not None and not any(word in address.casefold() for word in _OF_COMMENTS):
            found[address] = None
    return tuple(found)[:MOST]
