"""The entry to extraction for an item of somebody else's spider: what it says in, an Article out.

Nothing is read from a page here: the fields are the spider's own words. Runs in a worker, for its language is
detected as any text's.
"""

import re
from datetime import datetime

from archive.format.records import Alternate, TextBlock
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.alternates import absolute, is_home_page, language_tag
from crawler.extraction.fields.dates.parsing import parse_date
from crawler.extraction.language.detector import detect_language
from crawler.items import ITEM_LANGUAGE, Article, Claim, GivenItem

ITEM = "item"
"""Source of what a spider says by itself."""
_PARAGRAPHS = re.compile(r"\n[ \t\r\f\v]*\n\s*")


def article_of_item(item: GivenItem) -> Article:  # complex: one line a field, none depends on another
    headline = one_line(item.headline)
    paragraphs = [stripped for part in _PARAGRAPHS.split(item.body) if (stripped := part.strip())]
    body = "\n\n".join(paragraphs)
    authors = tuple(filter(None, map(one_line, item.authors)))
    published = parse_date(item.published, item.fetched_at) if item.published else None
    modified = parse_date(item.modified, item.fetched_at) if item.modified else None
    language = language_tag(item.language)
    return Article(
        outlet=item.outlet,
        url=item.url,
        requested_url=item.requested_url,
        http_status=item.http_status,
        fetched_at=item.fetched_at,
        etag=item.etag,
        last_modified=item.last_modified,
        canonical_url=absolute(item.url, item.canonical_url) if item.canonical_url else None,
        headline=headline or None,
        lead=one_line(item.lead or "") or None,
        body=body,
        blocks=tuple(TextBlock("paragraph", text) for text in paragraphs),
        byline=", ".join(authors) or None,
        author_claims=tuple(Claim("outlet-rule", name) for name in authors),
        published_raw=item.published,
        published_at=published[0] if published else None,
        published_source=_source(published),
        modified_raw=item.modified,
        modified_at=modified[0] if modified else None,
        section=one_line(item.section or "") or None,
        tags=tuple(dict.fromkeys(filter(None, map(one_line, item.tags)))),
        image_url=absolute(item.url, item.image_url) if item.image_url else None,
        alternates=_alternates(item),
        text_language=detect_language(f"{headline}\n{body}"),
        extractor=ITEM,
        extra=(
            Claim("kind", "article"),
            Claim("kind_source", ITEM),
            # who yields an article says that it is one
            Claim("page_type", ITEM),
            *((Claim(ITEM_LANGUAGE, language),) if language else ()),
        ),
    )


def _source(parsed: tuple[datetime, str] | None) -> str | None:
    if parsed is None:
        return None
    return ITEM if parsed[1] == "zone" else f"{ITEM} {parsed[1]}"


def _alternates(item: GivenItem) -> tuple[Alternate, ...]:
    alternates = []
    for language, url in item.alternates:
        address = absolute(item.url, url)
        if address is not None and not is_home_page(address):
            alternates.append(Alternate(language_tag(language), address, "switcher"))
    return tuple(dict.fromkeys(alternates))
