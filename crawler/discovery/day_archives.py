"""An outlet's list of one day's stories: a page of links."""

from __future__ import annotations

from lxml import html

from crawler.discovery import Lead, listed_page
from crawler.discovery.news_sitemaps import Sitemap
from crawler.exceptions import DiscoveryError


def read_day_archive(body: bytes, url: str) -> Sitemap:
    """Every link of the page, in its order; the spider keeps those that are articles.

    Raises DiscoveryError for a page that is no HTML.
    """
    try:
        tree = html.fromstring(body, base_url=url)
    except (ValueError, html.etree.LxmlError) as error:
        message = f"{url}: expected a page of links, got something that is no HTML: {error}"
        raise DiscoveryError(message, "not-html") from None
    leads: dict[str, Lead] = {}
    for link in tree.iter("a"):
        if address := listed_page(url, link.get("href")):
            leads.setdefault(address, Lead(address, "archive"))
    return Sitemap(tuple(leads.values()), ())
