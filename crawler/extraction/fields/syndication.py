"""The original of a syndicated copy, where the page names it: a relation, and never the page's own address.

Outlets of one publisher name each other so every day, and so do portals that carry an agency's text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from archive.addresses import plain_url
from crawler.extraction.fields.alternates import absolute, is_home_page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crawler.extraction.fields.linked_data import LinkedData
    from crawler.extraction.fields.metadata import Metadata

_SOURCES = ("syndication-source", "original-source")
"""Names of <meta> that Google News made for this; many pages give their own address there."""


def read_original(data: LinkedData, metadata: Metadata, url: str, domains: Sequence[str]) -> str | None:
    """Return the address of the original, if it is an article's of another outlet.

    `domains` are the outlet's own; the page's host is one too. The canonical address stands first, then what
    JSON-LD and <meta> name as the source. og:url is asked only where there is no canonical address: it may be
    that of a former host.
    """
    return next(
        (address for address in _named(data, metadata, url) if _is_elsewhere(address, url, domains)), None
    )


def _named(data: LinkedData, metadata: Metadata, url: str) -> Iterator[str]:
    if metadata.canonical_url:
        yield metadata.canonical_url
    printed = [*data.based_on, *(metadata.names.get(name) for name in _SOURCES)]
    if not metadata.canonical_url:
        printed.append(metadata.names.get("og:url"))
    for value in printed:
        if value and (address := absolute(url, value)):
            yield address


def _is_elsewhere(address: str, url: str, domains: Sequence[str]) -> bool:
    host, page_host = _host(address), _host(url)
    if not host or host == page_host or is_home_page(address):
        return False
    return not any(_is_under(host, _host(f"https://{domain}/")) for domain in domains)


def _is_under(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def _host(address: str) -> str:
    """Return the host in one spelling, without `www.`; an empty text where there is none."""
    return urlsplit(plain_url(address)).hostname or ""
