"""Sitemaps with the languages of their hreflang links, which Scrapy's parser discards.

https://www.sitemaps.org/protocol.html, and Google's extensions for news and for localized versions.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

from archive.format.reasons import Reason
from crawler.discovery.unpacking import is_cut_short, unpack
from crawler.exceptions import DiscoveryError
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.alternates import absolute, language_tag
from crawler.items import Alternate
from crawler.requests.leads import Lead, listed_page

_BARE_AMPERSAND = etree.ErrorTypes.ERR_ENTITYREF_SEMICOL_MISSING
_AMPERSAND = re.compile(rb"<!\[CDATA\[.*?\]\]>|&(?![A-Za-z][A-Za-z0-9]{0,31};|#)", re.DOTALL)
_LONGEST_ENTRY = 1 << 16
"""Bytes at the end of a list that was cut in which its last entry lies."""
_ENDS_OF_ENTRIES = b"</url>", b":url>", b"</sitemap>", b":sitemap>"
_LOCATIONS = b"<loc", b":loc"

# entities stay unresolved nodes: neither files nor bombs are opened
_OPTIONS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


@dataclass(frozen=True, slots=True)
class ChildSitemap:
    url: str
    modified_raw: str | None = None
    """`lastmod` as printed: the last change of one of its entries."""


@dataclass(frozen=True, slots=True)
class Sitemap:
    leads: tuple[Lead, ...]
    children: tuple[ChildSitemap, ...]
    """Further sitemaps, if this one is an index; never itself."""
    cut_short: bool = False
    """True if it ends before its last element: there is more than was received."""


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """Read a sitemap or sitemap index, gzipped or not; an invalid one up to the error.

    Raises DiscoveryError: `too-large`, `not-gzip`, `empty`, `not-a-sitemap`.
    """
    unpacked = unpack(body, url)
    cut_short = is_cut_short(unpacked, "urlset", "sitemapindex")
    sitemap = None if cut_short else _read_in_pieces(unpacked.strip(), url)
    return sitemap or _read_whole(unpacked, url, cut_short=cut_short)


def _read_in_pieces(document: bytes, url: str) -> Sitemap | None:
    """Read entry by entry, as the tree of a list takes seven times its bytes; None unless it is valid XML."""
    leads: dict[str, Lead] = {}
    children: dict[str, ChildSitemap] = {}
    entries = etree.iterparse(BytesIO(document), tag=("{*}url", "{*}sitemap"), **_OPTIONS)
    try:
        for _, entry in entries:
            root = entry.getparent()
            if root is None or root.getparent() is not None:  # of an image
                continue
            while (read := entry.getprevious()) is not None:
                root.remove(read)
            with suppress(UnicodeDecodeError):
                _read_entry(entry, url, leads, children)
    except etree.XMLSyntaxError:
        return None
    if _name(entries.root) not in {"urlset", "sitemapindex"}:
        return None
    return Sitemap(tuple(leads.values()), tuple(children.values()))


def _read_whole(unpacked: bytes, url: str, *, cut_short: bool) -> Sitemap:
    root, broken = _parse(unpacked, url)
    entries = list(root)
    if cut_short and not _is_last_entry_whole(unpacked):
        del entries[-1:]
    leads: dict[str, Lead] = {}
    children: dict[str, ChildSitemap] = {}
    for entry in entries:
        try:
            _read_entry(entry, url, leads, children)
        except UnicodeDecodeError:
            # invalid bytes in spite of recovery: only this entry is lost
            continue
    if broken is not None and not (leads or children or cut_short):
        raise DiscoveryError(f"{url}: expected entries, none can be read: {broken}", Reason.NOT_A_SITEMAP)
    return Sitemap(tuple(leads.values()), tuple(children.values()), cut_short)


def _read_entry(
    entry: etree._Element, url: str, leads: dict[str, Lead], children: dict[str, ChildSitemap]
) -> None:
    """Add what an entry names; the first of equal addresses stays."""
    kind = _name(entry)
    if kind not in {"url", "sitemap"}:
        return
    parts, links = _parts(entry)
    location = parts.get("loc")
    # an entity that the list does not define: the address is not known
    if location is None or len(location):
        return
    printed, modified = _text(location), _text(parts.get("lastmod"))
    if kind == "sitemap":
        address = absolute(url, printed) if printed else None
        if address and address != url:
            children.setdefault(address, ChildSitemap(address, modified))
    elif (page := listed_page(url, printed)) and page not in leads:
        alternates = tuple(dict.fromkeys(_alternates(links, url))) if links else ()
        news = parts.get("news")
        published = None if news is None else _first(news, "publication_date")
        leads[page] = Lead(page, "sitemap", alternates, published, modified)


def _parts(entry: etree._Element) -> tuple[dict[str | None, etree._Element], list[etree._Element]]:
    """Return the first child of each name, one with text if there is any; and all links."""
    parts: dict[str | None, etree._Element] = {}
    links = []
    for child in entry:
        name = _name(child)
        if name == "link":
            links.append(child)
        elif name not in parts or not _text(parts[name]):
            parts[name] = child
    return parts, links


def _is_last_entry_whole(document: bytes) -> bool:
    """Whether the last entry of a list that is cut short has its end tag; else its address may be cut."""
    end = document[-_LONGEST_ENTRY:].replace(b"\0", b"")  # each second byte of UTF-16
    return max(map(end.rfind, _ENDS_OF_ENTRIES)) > max(map(end.rfind, _LOCATIONS))


def _parse(body: bytes, url: str) -> tuple[etree._Element, str | None]:
    """The root, and the first XML error, after which entries may be missing."""
    try:
        parser = _parser()
        root = etree.fromstring(body.strip(), parser)
        if _BARE_AMPERSAND in {error.type for error in parser.error_log}:
            # recovery leaves `?a=1=2` of `?a=1&b=2`
            parser = _parser()
            root = etree.fromstring(_AMPERSAND.sub(_escaped, body.strip()), parser)
        # a recovered document may have no root, in spite of the stubs
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


def _parser() -> etree.XMLParser:
    return etree.XMLParser(recover=True, **_OPTIONS)


def _escaped(match: re.Match[bytes]) -> bytes:
    return b"&amp;" if match[0] == b"&" else match[0]


def _alternates(links: Iterable[etree._Element], url: str) -> Iterator[Alternate]:
    for link in links:
        if "alternate" not in (link.get("rel") or "alternate").lower().split():
            continue
        if page := listed_page(url, link.get("href")):
            yield Alternate(language_tag(link.get("hreflang")), page, "sitemap")


def _name(element: etree._Element) -> str | None:
    """The tag without its namespace: outlets write wrong namespaces, or none."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else None


def _first(element: etree._Element, name: str) -> str | None:
    """Text of the first non-empty child of that name."""
    for child in element:
        if _name(child) == name and (text := _text(child)):
            return text
    return None


def _text(element: etree._Element | None) -> str | None:
    """Text of an element in one line; unresolved entities are left out."""
    if element is None:
        return None
    text = element.text or ""
    for node in element:
        text += node.tail or ""
    return one_line(text) or None
