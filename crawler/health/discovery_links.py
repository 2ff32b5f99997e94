"""Names in a page's head: its site's feeds, and the editions in other languages.

`<link rel="alternate" type="application/rss+xml">` and `<link rel="alternate" hreflang="…">`:
https://html.spec.whatwg.org/multipage/links.html#rel-alternate
"""

from __future__ import annotations

from dataclasses import dataclass

from crawler.extraction.document.decoding import parse
from crawler.extraction.fields.alternates import absolute, language_tag

TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}
MOST = 20
"""Feeds, and editions, of one page: some name a feed for each section."""
_OF_COMMENTS = ("comment", "%d0%ba%d0%be%d0%bc%d0%b5%d0%bd")
"""In addresses of feeds that have no article: WordPress names one for the comments of each page."""


@dataclass(frozen=True, slots=True)
class DiscoveryLinks:
    feeds: tuple[str, ...]
    """Absolute addresses in the page's order, feeds of comments left out."""
    editions: dict[str, str]
    """Address by language, as BCP 47 without region; `x-default` is none."""


def read_named(body: bytes, url: str, encoding: str | None) -> DiscoveryLinks:
    """Read the links of a page's head.

    `encoding`: from the Content-Type header; None to read it from the page. Raises Unreadable.
    """
    feeds: dict[str, None] = {}
    editions: dict[str, str] = {}
    for link in parse(body, encoding).iter("link"):
        if "alternate" not in (link.get("rel") or "").casefold().split():
            continue
        address = absolute(url, link.get("href"))
        kind = (link.get("type") or "").partition(";")[0].strip().casefold()
        if address is None:
            continue
        if kind in TYPES:
            if not any(word in address.casefold() for word in _OF_COMMENTS):
                feeds[address] = None
        elif (tag := language_tag(link.get("hreflang"))) is not None:
            editions.setdefault(tag.partition("-")[0], address)
    return DiscoveryLinks(tuple(feeds)[:MOST], dict([*editions.items()][:MOST]))
