"""RSS, Atom and RDF feeds."""

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple
from xml.sax import SAXException

from archive.format.reasons import Reason
from crawler.discovery.feed_entries import entry_of
from crawler.discovery.sitemaps import Sitemap
from crawler.discovery.unpacking import is_cut_short, unpack
from crawler.exceptions import DiscoveryError
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.alternates import absolute, language_tag
from crawler.items import Alternate
from crawler.requests.leads import Lead, listed_page

MOST_TEXT = 8 << 20
"""Bytes of the texts of one feed, which stay in the crawl's memory until their pages are fetched."""
# found by fuzzing: feedparser promises to raise nothing
_FEEDPARSER_RAISES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def read_feed_source(body: bytes, url: str) -> Sitemap:
    """Read a feed, with the result type of the other sources."""
    leads = read_feed(body, url, None)
    return Sitemap(leads, (), is_cut_short(unpack(body, url), "rss", "feed", "RDF"))


def read_feed(body: bytes, url: str, encoding: str | None) -> tuple[Lead, ...]:
    """Every entry with a link to a page, in the feed's order.

    `encoding` is from the Content-Type header; the encoding declared in the XML is tried after it.
    Raises DiscoveryError: `too-large`, `not-gzip`, `empty`, `not-a-feed`.
    """
    import feedparser  # noqa: PLC0415  runs in a worker; the crawl knows this function by its name alone

    headers = {"content-location": url, "content-type": "application/xml"}
    if encoding:
        headers["content-type"] += f"; charset={encoding}"
    try:
        # not the bytes themselves: feedparser would try them as a file name
        parsed = feedparser.parse(io.BytesIO(unpack(body, url)), response_headers=headers)
    except _FEEDPARSER_RAISES as error:
        message = f"{url}: expected a feed, feedparser ended with {error!r}"
        raise DiscoveryError(message, Reason.NOT_A_FEED) from None
    if not parsed.get("version") and not parsed.entries:
        reason = Reason.NOT_A_FEED if body.strip() else Reason.EMPTY
        raise DiscoveryError(f"{url}: expected RSS, Atom or RDF, got something else", reason)
    leads: dict[str, Lead] = {}
    size_of_texts = 0
    for entry in parsed.entries:
        if (lead := _lead(entry, url)) is not None and lead.url not in leads:
            text = entry_of(entry, lead.url, url) if size_of_texts < MOST_TEXT else None
            size_of_texts += len(text or b"")
            leads[lead.url] = replace(lead, entry=text)
    # after invalid XML feedparser continues as if it were HTML, and reports it
    if not leads and isinstance(why := parsed.get("bozo_exception"), SAXException):
        raise DiscoveryError(f"{url}: expected entries, none can be read: {why}", Reason.NOT_A_FEED)
    return tuple(leads.values())


def _lead(entry: dict[str, Any], url: str) -> Lead | None:
    links = dict(_links(entry, url))
    # the original link that Feedburner moved, the first link, or an RSS guid that is an address
    printed = _text(entry, "feedburner_origlink"), next(iter(links), None), _text(entry, "link")
    address = next(filter(None, (listed_page(url, link) for link in printed)), None)
    if address is None:
        return None
    alternates = tuple(Alternate(tag, page, "sitemap") for page, tag in links.items() if tag)
    return Lead(
        url=address,
        source="feed",
        alternates=alternates,
        published_raw=_text(entry, "published"),
        modified_raw=_text(entry, "updated"),
    )


def _links(entry: dict[str, Any], url: str) -> Iterator[tuple[str, str | None]]:
    """Pages that an entry links to as itself, with the language from hreflang, if any."""
    for link in entry.get("links", ()):
        # an element <links> replaces the list
        if not isinstance(link, dict) or link.get("rel", "alternate") != "alternate":
            continue
        if page := listed_page(url, link.get("href")):
            yield page, language_tag(link.get("hreflang"))


def _text(record: dict[str, Any], key: str) -> str | None:
    # dict.get: feedparser's get returns `published` if there is no `updated`
    value = dict.get(record, key)
    return (one_line(value) or None) if isinstance(value, str) else None


# Names in a page's head: its site's feeds, and the editions in other languages.
# `<link rel="alternate" type="application/rss+xml">` and `<link rel="alternate" hreflang="…">`:
# https://html.spec.whatwg.org/multipage/links.html#rel-alternate

TYPES = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}
MOST = 20
"""Feeds, and editions, of one page: some name a feed for each section."""
_OF_COMMENTS = ("comment", "%d0%ba%d0%be%d0%bc%d0%b5%d0%bd")
"""In addresses of feeds that have no article: WordPress names one for the comments of each page."""


class DiscoveryLinks(NamedTuple):
    feeds: tuple[str, ...]
    """Absolute addresses in the page's order, feeds of comments left out."""
    editions: tuple[str, ...]
    """Languages as BCP 47 without region; `x-default` is none."""


def read_named(body: bytes, url: str, encoding: str | None) -> DiscoveryLinks:
    """Read the links of a page's head.

    `encoding`: from the Content-Type header; None to read it from the page. Raises Unreadable.
    """
    from crawler.extraction.document.decoding import parse  # noqa: PLC0415  a worker has it already

    feeds: dict[str, None] = {}
    editions: dict[str, None] = {}
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
            editions[tag.partition("-")[0]] = None
    return DiscoveryLinks(tuple(feeds)[:MOST], tuple(editions)[:MOST])
