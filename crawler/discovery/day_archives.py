"""An outlet's list of one day's stories: a page of links, or a sitemap."""

import datetime as dt
import re

from lxml import html

from archive.format.reasons import Reason
from crawler.discovery.page_lists import read_page_list
from crawler.discovery.sitemaps import Sitemap
from crawler.exceptions import DiscoveryError
from crawler.requests.leads import Lead, listed_page

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_YEAR = re.compile("%[YG]")
_SITEMAP = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b")


def dated(template: str, day: dt.date) -> str:
    """The address of a list, strftime fields filled in; `%B` is the English name in lower case.

    `%-d` and `%-m` are numbers without a leading zero.
    """
    filled = template.replace("%-d", str(day.day)).replace("%-m", str(day.month))
    # strftime would use the language of the machine
    return day.strftime(filled.replace("%B", _MONTHS[day.month - 1]))


def recent(template: str, today: dt.date) -> tuple[str, ...]:
    """The address of today's list, and of yesterday's if it is different.

    An address without a field for the year is used unchanged.
    """
    if not _YEAR.search(template):
        return (template,)
    days = today, today - dt.timedelta(days=1)
    return tuple(dict.fromkeys(dated(template, day) for day in days))


def read_day_archive(body: bytes, url: str) -> Sitemap:
    """Every link of the page, in order; the spider selects the articles.

    Raises DiscoveryError for a page that is no HTML.
    """
    if body.startswith(b"\x1f\x8b") or _SITEMAP.search(body[:1000]):
        return read_page_list(body, url)
    try:
        tree = html.fromstring(body, base_url=url)
    except (ValueError, html.etree.LxmlError) as error:
        message = f"{url}: expected a page of links, got something that is no HTML: {error}"
        raise DiscoveryError(message, Reason.NOT_HTML) from None
    leads: dict[str, Lead] = {}
    for link in tree.iter("a"):
        if address := listed_page(url, link.get("href")):
            leads.setdefault(address, Lead(address, "archive"))
    return Sitemap(tuple(leads.values()), ())
