"""Sitemaps with the languages of their hreflang links, which Scrapy's own parser throws away.

https://www.sitemaps.org/protocol.html, and Google's extensions for news and for localized versions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from archive.format.reasons import Reason
from crawler.discovery.unpacking import is_cut_short, unpack
from crawler.exceptions import DiscoveryError
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.alternates import absolute, language_tag
from crawler.items import Alternate
from crawler.requests.leads import Lead, listed_page

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class ListedSitemap:
    """A sitemap that an index names."""

    url: str
    modified_raw: str | None = None
    """`lastmod` as printed: when an entry of it was last changed."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    leads: tuple[Lead, ...]
    children: tuple[ListedSitemap, ...]
    """Further sitemaps, where this one is an index; itself is not among them."""
    cut_short: bool = False
    """It ends before its last element does: what came is given, and there is more."""


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """All that can be read of a sitemap or sitemap index, gzipped or not; a broken one up to the break.

    Raises DiscoveryError: `too-large`, `not-gzip`, `empty`, `not-a-sitemap`.
    """
    unpacked = unpack(body, url)
    root, broken = _parse(unpacked, url)
    leads: dict[str, Lead] = {}
    children: dict[str, ListedSitemap] = {}
    for entry in root:
        try:
            printed = _first(entry, "loc")
            if _name(entry) == "sitemap" and printed and (address := absolute(url, printed)):
                if address != url:
                    children.setdefault(address, ListedSitemap(address, _first(entry, "lastmod")))
            elif _name(entry) == "url" and (address := listed_page(url, printed)):
                leads.setdefault(address, _lead(entry, address, url))
        except UnicodeDecodeError:
            # bytes that recovery let through: the entry is lost, the others are not
            continue
    cut_short = is_cut_short(unpacked, "urlset", "sitemapindex")
    if broken is not None and not (leads or children or cut_short):
        raise DiscoveryError(f"{url}: expected entries, none can be read: {broken}", Reason.NOT_A_SITEMAP)
    return Sitemap(tuple(leads.values()), tuple(children.values()), cut_short)


def _parse(body: bytes, url: str) -> tuple[etree._Element, str | None]:
    """The root, and the first thing in it that is no XML: something may be missing."""
    # entities stay unresolved nodes: neither files nor bombs are opened
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body.strip(), parser)
        # a recovered document may have no root at all, whatever the stubs say
        name = None if root is None else _name(root)
    except (etree.XMLSyntaxError, ValueError) as error:
        reason = Reason.NOT_A_SITEMAP if body.strip() else Reason.EMPTY
        raise DiscoveryError(f"{url}: expected a sitemap, got no XML: {error}", reason) from None
    if name not in {"urlset", "sitemapindex"}:
        raise DiscoveryError(
            f"{url}: expected <urlset> or <sitemapindex>, got {name!r}", Reason.NOT_A_SITEMAP
        )
    errors = parser.error_log.filter_from_fatals()
    return root, one_line(errors[0].message) if errors else None


def _lead(entry: etree._Element, address: str, url: str) -> Lead:
    alternates = tuple(dict.fromkeys(_alternates(entry, url)))
    news = next((child for child in entry if _name(child) == "news"), None)
    published = None if news is None else _first(news, "publication_date")
    return Lead(address, "sitemap", alternates, published, _first(entry, "lastmod"))


def _alternates(entry: etree._Element, url: str) -> Iterator[Alternate]:
    for link in entry:
        if _name(link) != "link" or "alternate" not in (link.get("rel") or "alternate").lower().split():
            continue
        if page := listed_page(url, link.get("href")):
            yield Alternate(language_tag(link.get("hreflang")), page, "sitemap")


def _name(element: etree._Element) -> str | None:
    """The tag without its namespace: outlets write the namespaces wrong, or not at all."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else None


def _first(element: etree._Element, name: str) -> str | None:
    """Text of the first child of that name which has any; unresolved entities are left out."""
    for child in element:
        if _name(child) == name:
            text = (child.text or "") + "".join(node.tail or "" for node in child)
            if line := one_line(text):
                return line
    return None
