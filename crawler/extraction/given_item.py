"""The entry to extraction for an item of somebody else's spider: what it says in, an Article out.

Nothing is read from a page here: the fields are the spider's own words. Runs in a worker, for its language is
detected as any text's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archive.format.records import Alternate, TextBlock
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.alternates import absolute, is_home_page, language_tag
from crawler.extraction.fields.date_parsing import parse_date
from crawler.extraction.language.detector import detect_language
from crawler.items import ITEM_LANGUAGE, Article, Claim

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.items import GivenItem

ITEM = "item"
"""Source of what a spider says by itself."""
_PARAGRAPHS = re.compile(r"\n[ \t\r\f\v]*\n\s*")


def article_of_item(given: GivenItem) -> Article:
    headline = one_line(given.headline)
    paragraphs = [stripped for part in _PARAGRAPHS.split(given.body) if (stripped := part.strip())]
    body = "\n\n".join(paragraphs)
    authors = tuple(filter(None, map(one_line, given.authors)))
    published = parse_date(given.published, given.fetched_at) if given.published else None
    modified = parse_date(given.modified, given.fetched_at) if given.modified else None
    stated = language_tag(given.language)
    return Article(
        outlet=given.outlet,
        url=given.url,
        requested_url=given.requested_url,
        http_status=given.http_status,
        fetched_at=given.fetched_at,
        etag=given.etag,
        last_modified=given.last_modified,
        canonical_url=absolute(given.url, given.canonical_url) if given.canonical_url else None,
        headline=headline or None,
        lead=one_line(given.lead or "") or None,
        body=body,
        blocks=tuple(TextBlock("paragraph", text) for text in paragraphs),
        byline=", ".join(authors) or None,
        author_claims=tuple(Claim("outlet-rule", name) for name in authors),
        published_raw=given.published,
        published_at=published[0] if published else None,
        published_source=_source(published),
        modified_raw=given.modified,
        modified_at=modified[0] if modified else None,
        section=one_line(given.section or "") or None,
        tags=tuple(dict.fromkeys(filter(None, map(one_line, given.tags)))),
        image_url=absolute(given.url, given.image_url) if given.image_url else None,
        alternates=_alternates(given),
        text_language=detect_language(f"{headline}\n{body}"),
        extractor=ITEM,
        extra=(
            Claim("kind", "article"),
            Claim("kind_source", ITEM),
            # whoever yields an article says that it is one
            Claim("page_type", ITEM),
            *((Claim(ITEM_LANGUAGE, stated),) if stated else ()),
        ),
    )


def _source(found: tuple[datetime, str] | None) -> str | None:
    if found is None:
        return None
    return ITEM if found[1] == "zone" else f"{ITEM} {found[1]}"


def _alternates(given: GivenItem) -> tuple[Alternate, ...]:
    found = []
    for language, url in given.alternates:
        address = absolute(given.url, url)
        if address is not None and not is_home_page(address):
            found.append(Alternate(language_tag(language), address, "switcher"))
    return tuple(dict.fromkeys(found))
