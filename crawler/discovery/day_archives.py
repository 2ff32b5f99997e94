"""An outlet's list of one day's stories: a page of links."""

from __future__ import annotations

from urllib.parse import urljoin

from lxml import html

from crawler.discovery import Lead
from crawler.discovery.news_sitemaps import Sitemap
from crawler.exceptions import DiscoveryError


def read_day_archive(body: bytes, url: str) -> Sitemap:
    """Every link of the page, in its order; the spider keeps those that are articles.

    Raises DiscoveryError for a page that is no HTML.
    """
    try:
        tree = html.fromstring(body, base_url=url)
    except (ValueError, html.etree.LxmlError) as error:
        raise DiscoveryError(f"{url}: expected a page of links, got something that is no HTML: {error}") from None
    leads: dict[str, Lead] = {}
    for href in tree.xpath("//a/@href"):
        try:
            target = urljoin(url, str(href).strip())
        except ValueError:
            continue
        if target.startswith(("http://", "https://")):
            leads.setdefault(target, Lead(target, "archive"))
    return Sitemap(tuple(leads.values()), ())
