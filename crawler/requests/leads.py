"""Leads: an article as a list announces it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from crawler.extraction.fields.alternates import absolute, is_home_page

if TYPE_CHECKING:
    from crawler.items import Alternate
LeadSource = Literal["sitemap", "feed", "archive"]


@dataclass(frozen=True, slots=True)
class Lead:
    """One discovered story address, and what its list says of it: claims, to be read again from the page."""

    url: str
    """Absolute, http(s), without fragment; never a home page."""
    source: LeadSource
    alternates: tuple[Alternate, ...] = ()
    """As listed, the address itself among them where the list says so."""
    published_raw: str | None = None
    """As printed; never the date of a change."""
    modified_raw: str | None = None
    """As printed: `lastmod` of a sitemap, `updated` of an Atom entry."""
    entry: bytes | None = None
    """The entry as a feed of one, where it has the whole text; see crawler/discovery/feed_entries.py."""


def listed_page(url: str, printed: str | None) -> str | None:
    """The page that a list at `url` names; None for a home page, and for what leads to no page."""
    target = absolute(url, printed) if printed and printed.strip() else None
    return None if target is None or is_home_page(target) else target
