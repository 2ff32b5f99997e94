"""The entry to extraction for the text of a feed: a feed of one in, one Article out; runs in a worker.

Only what the feed says is read, and of its text only the body: a feed has no alternates, no languages of its
page, no canonical address. They stay null until the page itself comes.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from lxml import etree, html

from archive.format.reasons import Reason
from archive.format.records import FEED
from crawler.exceptions import Unreadable
from crawler.extraction.body import assemble
from crawler.extraction.body.text_blocks import Excluded
from crawler.extraction.document.decoding import read_outline
from crawler.extraction.document.text import one_line, unescaped
from crawler.extraction.fields.dates.parsing import parse_date
from crawler.extraction.fields.media import Shown, note_frames, read_shown
from crawler.extraction.kind.block_pages import refuse_block_page
from crawler.extraction.language.detector import detect_language
from crawler.extraction.page import EXTRACTOR
from crawler.items import Article, Claim, Fetch, Hints

LONGEST_LEAD = 600
"""Characters of a description that is a standfirst."""
FAST = timedelta(hours=1)
"""Of a clock that is fast; what is later is no date of a publication."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The item of a feed of one, as printed; empty where it says nothing."""

    title: str
    link: str
    creators: tuple[str, ...]
    published: str
    updated: str
    tags: tuple[str, ...]
    description: str
    content: str
    feed: str


def extract_entry(fetch: Fetch, hints: Hints) -> Article:  # complex: a line a field of an Article
    """Make an article of a feed of one, which is the body of `fetch`; its address is that of the page.

    Raises Unreadable or Blocked, and nothing else whatever the bytes are.
    """
    entry = read_entry(fetch.body)
    headline = _plain(entry.title) or None
    byline = ", ".join(dict.fromkeys(filter(None, map(_plain, entry.creators)))) or None
    head = f"<meta charset=utf-8><title>{escape(headline or '')}</title>"
    document = f"<h1>{escape(headline or '')}</h1>{entry.content}"
    # never as it came: what closes a tag too many would only end the body sooner
    source = f"<html><head>{head}</head><body><article>{document}</article></body></html>".encode()
    page = read_outline(source, "utf-8")
    refuse_block_page(page, source, fetch.url)
    frames = note_frames(page)
    excluded = Excluded(
        headline=headline,
        byline=byline,
        names=(byline,) if byline else (),
        tags=entry.tags,
        description=None,
        text=None,
    )
    text = assemble.read_body(page, excluded, hints.drop)
    embedded = read_shown(text.element, frames, fetch.url) if text.element is not None else Shown()
    captions = [block.text for block in text.blocks if block.kind == "caption"]
    byline = byline or text.signature
    lead = _plain(entry.description)
    published = _moment(entry.published, fetch.fetched_at)
    modified = _moment(entry.updated, fetch.fetched_at)
    return Article(
        outlet=hints.outlet,
        url=fetch.url,
        requested_url=fetch.requested_url,
        http_status=fetch.http_status,
        fetched_at=fetch.fetched_at,
        raw_sha256=hashlib.sha256(fetch.body).hexdigest(),
        text_from=FEED,
        access="refused",
        headline=headline,
        lead=lead if lead and len(lead) <= LONGEST_LEAD else None,
        body=text.text,
        blocks=text.blocks,
        byline=byline,
        author_claims=(Claim("printed", byline),) if byline else (),
        published_raw=entry.published if published else None,
        published_at=published[0] if published else None,
        published_source=published[1] if published else None,
        modified_raw=entry.updated if modified else None,
        modified_at=modified[0] if modified else None,
        tags=entry.tags,
        image_caption=captions[0] if captions else None,
        media=embedded.media,
        outbound_links=embedded.outbound_links,
        text_language=detect_language(f"{headline or ''}\n{text.text}"),
        extractor=EXTRACTOR,
        extra=(
            Claim("kind", "article"),
            Claim("kind_source", "the text of a feed"),
            *((Claim("feed", entry.feed),) if entry.feed else ()),
        ),
    )


def read_entry(document: bytes) -> Entry:
    """Parse a feed of one. Raises Unreadable where it is none."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(Reason.UNPARSEABLE, f"expected a feed of one entry, got no XML: {error}") from None
    item = next((element for element in root.iter("{*}item")), None)
    if item is None:
        raise Unreadable(Reason.UNPARSEABLE, f"expected a feed of one entry, got <{root.tag}> without one")
    values: dict[str, list[str]] = {}
    for child in item.iterchildren("{*}*"):
        values.setdefault(etree.QName(child).localname, []).append((child.text or "").strip())

    def first(name: str) -> str:
        return next(iter(values.get(name, ())), "")

    return Entry(
        title=first("title"),
        link=first("link"),
        creators=tuple(values.get("creator", ())),
        published=one_line(first("pubDate")),
        updated=one_line(first("updated")),
        tags=tuple(
            dict.fromkeys(tag for category in values.get("category", ()) if (tag := _plain(category)))
        ),
        description=first("description"),
        content=first("encoded"),
        feed=first("source"),
    )


def _plain(printed: str) -> str:
    """Text of what may be HTML: titles of feeds are, too."""
    if "<" not in printed:
        return one_line(unescaped(printed))
    try:
        return one_line(html.fromstring(f"<div>{printed}</div>").text_content())
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""


def _moment(printed: str, now: datetime) -> tuple[datetime, str] | None:
    """Return the time in UTC and its source: `feed`, `feed naive` or `feed day`.

    None if it is no date, or lies in the future.
    """
    parsed = parse_date(printed)
    if parsed is None or parsed[0] > now + FAST:
        return None
    return parsed[0], FEED if parsed[1] == "zone" else f"{FEED} {parsed[1]}"
