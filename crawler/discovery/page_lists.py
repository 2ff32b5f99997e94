"""A list of pages as XML, RSS, Atom or text (https://www.sitemaps.org/protocol.html#otherformats)."""

from collections.abc import Callable

from archive.format.reasons import Reason
from crawler.discovery.feeds import read_feed_source
from crawler.discovery.sitemaps import Sitemap, read_sitemap
from crawler.discovery.unpacking import unpack
from crawler.exceptions import DiscoveryError
from crawler.requests.leads import Lead, listed_page


def read_page_list(body: bytes, url: str) -> Sitemap:
    """Raises DiscoveryError as `read_sitemap` does, where the list is of no form."""
    try:
        return read_sitemap(body, url)
    except DiscoveryError as error:
        if error.reason != Reason.NOT_A_SITEMAP:
            raise
        read: Callable[[bytes, str], Sitemap] = _read_text
        if unpack(body, url).lstrip().startswith(b"<"):
            read = read_feed_source
        try:
            return read(body, url)
        except DiscoveryError:
            raise error from None


def _read_text(body: bytes, url: str) -> Sitemap:
    lines = unpack(body, url).decode("utf-8-sig", "replace").split()
    leads: dict[str, Lead] = {}
    for line in lines:
        if not line.startswith(("http://", "https://")):
            raise DiscoveryError(
                f"{url}: expected an address a line, got {line[:60]!r}", Reason.NOT_A_SITEMAP
            )
        if page := listed_page(url, line):
            leads.setdefault(page, Lead(page, "sitemap"))
    return Sitemap(tuple(leads.values()), ())
