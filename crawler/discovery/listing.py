"""A list as returned by the worker that read it: packed, because it may have 400,000 addresses."""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import zstandard

from archive.addresses import plain_origin
from crawler.discovery.pace import Pace, pace_of
from crawler.discovery.sitemaps import ChildSitemap, Sitemap
from crawler.outlet.declaration import Outlet
from crawler.requests.leads import Lead

PORTION = 500
"""Addresses that the event loop handles at once: some 20 ms."""


@dataclass(frozen=True, slots=True)
class Listing:
    portions: tuple[bytes, ...]
    size: int
    """Number of addresses."""
    children: tuple[ChildSitemap, ...]
    cut_short: bool
    pace: Pace | None
    """Of a feed."""
    entries: tuple[Lead, ...] = ()
    """Of a feed: entries with the full text of their page."""

    def leads(self, outlet: Outlet) -> Iterator[list[Lead]]:
        """Unpack the addresses in order, one portion after the other, in the outlet's spelling."""
        unpacker = zstandard.ZstdDecompressor()
        for portion in self.portions:
            yield [_as_spelt(lead, outlet) for lead in _unpacked(unpacker, portion)]

    def texts(self, outlet: Outlet) -> Iterator[Lead]:
        """Entries with the text of their page, in the outlet's spelling of addresses."""
        return (_as_spelt(lead, outlet) for lead in self.entries)


def _unpacked(unpacker: zstandard.ZstdDecompressor, portion: bytes) -> tuple[Lead, ...]:
    leads: tuple[Lead, ...] = pickle.loads(unpacker.decompress(portion))  # noqa: S301  by our own worker
    return leads


def read_listing(read: Callable[[bytes, str], Sitemap], body: bytes, url: str) -> Listing:
    """Read a list in a worker; raises DiscoveryError as `read` does."""
    sitemap = read(body, url)
    entries = tuple(lead for lead in sitemap.leads if lead.entry is not None)
    leads = [replace(lead, entry=None) for lead in sitemap.leads] if entries else sitemap.leads
    packer = zstandard.ZstdCompressor(level=1)
    portions = tuple(
        packer.compress(pickle.dumps(leads[start : start + PORTION], pickle.HIGHEST_PROTOCOL))
        for start in range(0, len(leads), PORTION)
    )
    pace = pace_of(leads) if any(lead.source == "feed" for lead in leads) else None
    return Listing(portions, len(leads), sitemap.children, sitemap.cut_short, pace, entries)


def _as_spelt(lead: Lead, outlet: Outlet) -> Lead:
    address = outlet.article_address
    if not lead.alternates and "?" not in lead.url and plain_origin(lead.url) == lead.url:
        return lead
    alternates = tuple(alternate.at(address(alternate.url)) for alternate in lead.alternates)
    return replace(lead, url=address(lead.url), alternates=alternates)
