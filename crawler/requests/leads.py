"""Leads: articles as announced by a list."""

from dataclasses import dataclass
from typing import Literal

from crawler.extraction.fields.alternates import absolute, is_home_page
from crawler.items import Alternate

LeadSource = Literal["sitemap", "feed", "archive"]


@dataclass(frozen=True, slots=True)
class Lead:
    """One discovered story address, with its list's claims, which the page may contradict."""

    url: str
    """Absolute, http(s), without fragment; never a home page."""
    source: LeadSource
    alternates: tuple[Alternate, ...] = ()
    """As listed, possibly including the address itself."""
    published_raw: str | None = None
    """As printed; never the date of a change."""
    modified_raw: str | None = None
    """As printed: `lastmod` of a sitemap, `updated` of an Atom entry."""
    entry: bytes | None = None
    """The entry as a feed with one entry, if it has the full text; see crawler/discovery/feed_entries.py."""


def listed_page(url: str, printed: str | None) -> str | None:
    """The page named by a list at `url`; None for a home page, and for an invalid address."""
    target = absolute(url, printed) if printed and printed.strip() else None
    return None if target is None or is_home_page(target) else target
