"""When two addresses are the same page, as far as an address alone can tell."""

from __future__ import annotations

from w3lib.url import canonicalize_url, url_query_cleaner

TRACKING = (
    "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "fbclid", "gclid", "yclid", "mc_cid",
    "mc_eid", "_ga", "from_source",
)  # fmt: skip


def same_page(url: str) -> str:
    """A key equal for spellings of one address: tracking parameters, fragment, order of the query."""
    return canonicalize_url(url_query_cleaner(url, TRACKING, remove=True))
