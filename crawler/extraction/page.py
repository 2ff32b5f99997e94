"""The entry to extraction: one HTTP response in, one Article out; runs in a worker without Scrapy."""

import hashlib
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

from crawler.extraction.body import assemble
from crawler.extraction.body.text_blocks import Body, Excluded
from crawler.extraction.document.decoding import parse, read_outline
from crawler.extraction.fields import byline
from crawler.extraction.fields.alternates import read_alternates
from crawler.extraction.fields.dates.agreement import Moment
from crawler.extraction.fields.dates.publication import read_modified, read_published
from crawler.extraction.fields.linked_data import LinkedData, read_linked_data
from crawler.extraction.fields.media import Shown, note_frames, read_shown
from crawler.extraction.fields.metadata import Metadata, headline_claims, read_metadata
from crawler.extraction.fields.placement import Placement
from crawler.extraction.fields.rights import read_reserved
from crawler.extraction.fields.syndication import read_original
from crawler.extraction.kind.block_pages import refuse_block_page
from crawler.extraction.kind.lists import refuse_other_format
from crawler.extraction.kind.page_kind import element_of_brief, page_signs, page_type, read_kind
from crawler.extraction.kind.paywalls import read_access
from crawler.extraction.language.detector import detect_language
from crawler.items import Alternate, Article, Claim, Fetch, Hints


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything read from a page, before it becomes an Article; `triptych inspect` shows it."""

    data: LinkedData
    metadata: Metadata
    byline: str | None
    claims: tuple[Claim, ...]
    published: Moment | None
    modified: Moment | None
    alternates: tuple[Alternate, ...]
    kind: tuple[Claim, ...]
    text: Body
    embedded: Shown
    encoding: str = "utf-8"
    """That the page was read in."""


def extract(fetch: Fetch, hints: Hints) -> Article:
    """Fill all fields of the first part of Article except `story_key`.

    Raises Unreadable or Blocked, and nothing else whatever the bytes are.
    """
    return article_of(fetch, hints, read_parts(fetch, hints))


def read_parts(fetch: Fetch, hints: Hints) -> Parts:
    page = read_outline(fetch.body, fetch.encoding)
    refuse_other_format(page, fetch.url)
    refuse_block_page(page, fetch.body, fetch.url)
    data = read_linked_data(page)
    metadata = read_metadata(page, data, fetch.url)
    place = Placement(page, metadata.headline)
    line, claims = byline.read_byline(page, data, metadata, hints.byline, place)
    published = read_published(page, data, fetch.url, fetch.fetched_at, place=place, zone=hints.zone)
    modified = read_modified(page, data, fetch.fetched_at, place, url=fetch.url, zone=hints.zone)
    alternates = read_alternates(page, fetch.url, hints.switcher)
    signs = page_signs(page, data, metadata, dated=published is not None)
    frames = note_frames(page)
    brief = element_of_brief(page, metadata.headline) if page_type(data, metadata) is None else None
    # changes the tree, so it comes last
    excluded = Excluded(
        headline=metadata.headline,
        byline=line,
        names=tuple(claim.value for claim in claims),
        tags=metadata.tags,
        site=metadata.site_name,
        description=metadata.lead,
        says_article=page_type(data, metadata) is not None or brief is not None,
        text=data.body,
    )
    text = assemble.read_body(page, excluded, hints.drop, partial(parse, fetch.body, fetch.encoding))
    if text.signature is not None:
        line, claims = text.signature, (*claims, Claim("printed", text.signature))
    kind = read_kind(signs, data, metadata, text, brief)
    embedded = read_shown(text.element, frames, fetch.url) if text.element is not None else Shown()
    return Parts(
        data, metadata, line, claims, published, modified, alternates, kind, text, embedded, page.encoding
    )


def article_of(fetch: Fetch, hints: Hints, parts: Parts) -> Article:
    metadata, text, published, modified = parts.metadata, parts.text, parts.published, parts.modified
    body = text.text
    captions = [block.text for block in text.blocks if block.kind == "caption"]
    return Article(
        outlet=hints.outlet,
        url=fetch.url,
        requested_url=fetch.requested_url,
        http_status=fetch.http_status,
        fetched_at=fetch.fetched_at,
        etag=fetch.etag,
        last_modified=fetch.last_modified,
        raw_sha256=hashlib.sha256(fetch.body).hexdigest(),
        canonical_url=metadata.canonical_url,
        syndicated_from=read_original(parts.data, metadata, fetch.url, hints.domains or (hints.outlet,)),
        html_lang=metadata.html_lang,
        og_locale=metadata.og_locale,
        access=read_access(parts.data, metadata, _kind(parts.kind)),
        headline=metadata.headline,
        lead=metadata.lead,
        body=body,
        blocks=text.blocks,
        left_out=text.dropped,
        byline=parts.byline,
        author_claims=parts.claims,
        published_raw=published.raw if published else None,
        published_at=published.at if published else None,
        published_source=published.source if published else None,
        modified_raw=modified.raw if modified else None,
        modified_at=modified.at if modified else None,
        section=metadata.section,
        tags=metadata.tags,
        image_url=metadata.image_url,
        image_caption=captions[0] if captions else parts.data.image_caption,
        media=parts.embedded.media,
        outbound_links=parts.embedded.outbound_links,
        alternates=parts.alternates,
        text_language=detect_language(f"{metadata.headline or ''}\n{body}"),
        extractor=EXTRACTOR,
        extra=(
            *byline.credits(parts.data, metadata),
            *headline_claims(metadata, parts.data),
            *parts.kind,
            *read_reserved(metadata.names),
            *((Claim("reading", text.verdict),) if text.verdict else ()),
            *_encoding(parts.encoding),
            *_translation(text.translation),
        ),
    )


def _encoding(name: str) -> tuple[Claim, ...]:
    """Return the encoding that the page was read in; none for UTF-8."""
    return () if name in {"utf-8", "utf_8", "ascii"} else (Claim("encoding", name),)


def _translation(text: str | None) -> tuple[Claim, ...]:
    """Return the language and length of a second text, which `body` does not have."""
    if text is None:
        return ()
    return (Claim("second_text", f"{detect_language(text).language}, {len(text):,} characters"),)


def _kind(claims: tuple[Claim, ...]) -> str:
    return next((claim.value for claim in claims if claim.source == "kind"), "")


EXTRACTOR = f"trafilatura {version('trafilatura')} + triptych 26"
"""Name of the extractor in a row. Raise the last number when the same page may be read differently, as
`triptych reextract` compares it."""
