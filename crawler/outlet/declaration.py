"""What an outlet's declaration may say; crawler/outlet/checks.py has the checks it has to pass at start."""

from __future__ import annotations

import re
from functools import cached_property
from string import Formatter
from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import urljoin, urlsplit

from archive.addresses import bare_url
from crawler.downloader.public_hosts import dns_name, registered_domain
from crawler.items import Alternate, Hints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.http import Request

Confidence = Literal["high", "medium", "low"]
GROUPS = ("year", "month", "day", "week", "last_month", "last_day")
"""Names of groups that a pattern of `archive_lists` may have."""


class Outlet:
    """The values of one outlet; StorySpider brings the behaviour."""

    name: str
    title: ClassVar[str] = ""
    home: ClassVar[str] = ""
    """What addresses below are relative to where they begin with a slash: `https://www.pravda.com.ua`."""
    languages: ClassVar[tuple[str, ...]] = ()
    """BCP 47, as published today."""
    confidence: ClassVar[Confidence | None] = None
    """How sure the rules are: `high` seen in saved pages or by several crawlers, `medium` seen by one, `low`
    where addresses of pages or sources are from memory."""
    allowed_domains: ClassVar[list[str]] = []
    """Registered domains or hosts, subdomains included; where empty, the registered domain of `home`."""
    news_sitemaps: ClassVar[list[str]] = []
    """What is new. Strftime fields are filled in with today and yesterday in Kyiv, `…/posts/%Y/%-m.xml`."""
    feeds: ClassVar[list[str]] = []
    archive_sitemaps: ClassVar[list[str]] = []
    """For backfill: addresses with strftime fields, one for each month or week, `…/sitemap-%Y-%m.xml.gz`,
    `…/%G/%V.xml`; or without such, of an index that names the lists."""
    archive_lists: ClassVar[str | tuple[str, ...]] = ""
    """Regular expressions, as in article_url, for the lists of articles that an index among archive_sitemaps
    names; others, of tags and authors, are not asked for. The groups `year`, `month`, `day` or `week` (ISO
    8601), and `last_month`, `last_day` for a window of days, say which days a list is of. A list whose
    address does not say it is asked for unless its `lastmod` is before the days of the backfill."""
    day_archives: ClassVar[list[str]] = []
    """For backfill: list pages, one for each day, `…/archive/%Y/%m/%d`. Fields are those of strftime; `%B` is
    the English month in small letters, `%-d` and `%-m` are without a zero before them."""
    article_url: ClassVar[str | tuple[str, ...]] = ""
    """Regular expressions for a whole address, or from the path on at the host of `home`, with or without
    `www.`. The group `story` is the id that all languages share, never one that is only thought to be shared;
    the other groups serve variant_url."""
    variant_url: ClassVar[dict[str, str | tuple[str, ...]]] = {}
    """Language -> address of that variant, with the groups of article_url in braces; or several addresses,
    of which those count whose groups the article's address has. Only a claim: what language the page is in is
    read from its text."""
    page_budget: ClassVar[int | None] = None
    """Pages that one run may ask for, where the outlet bears fewer than the setting PAGE_BUDGET."""
    look_again: ClassVar[bool] = False
    """Whether each crawl fetches what the archive has, too."""
    byline: ClassVar[str | None] = None
    drop: ClassVar[str | None] = None
    switcher: ClassVar[str | None] = None

    @cached_property
    def compiled_patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern) for pattern in self.patterns())

    @cached_property
    def list_patterns(self) -> tuple[re.Pattern[str], ...]:
        """Those of archive_lists, each for a whole address."""
        return tuple(re.compile(self.whole(pattern)) for pattern in written(self.archive_lists))

    @classmethod
    def written_patterns(cls) -> tuple[str, ...]:
        """The regular expressions of article_url as the file has them."""
        return written(cls.article_url)

    @classmethod
    def patterns(cls) -> tuple[str, ...]:
        """The same, each for a whole address."""
        return tuple(cls.whole(pattern) for pattern in cls.written_patterns())

    @classmethod
    def whole(cls, pattern: str) -> str:
        """A regular expression for a whole address; the host is taken in Unicode and in Punycode."""
        if not pattern.startswith("/"):
            return pattern
        host = (urlsplit(cls.home).hostname or "").removeprefix("www.")
        forms = "|".join(re.escape(form) for form in dict.fromkeys((host, dns_name(host))))
        return rf"https?://(?:www\.)?(?:{forms}){pattern}"

    @classmethod
    def templates(cls) -> tuple[tuple[str, str], ...]:
        """Language and address of each rule in variant_url."""
        return tuple((tag, one) for tag, given in cls.variant_url.items() for one in written(given))

    @classmethod
    def domains(cls) -> list[str]:
        return cls.allowed_domains or [registered_domain(cls.home)]

    @classmethod
    def hints(cls, outlet: str) -> Hints:
        """`outlet` is what its pages go by: the name, or what `page` calls them."""
        return Hints(outlet, cls.byline, cls.drop, cls.switcher)

    def allows(self, request: Request) -> bool:
        """Return whether a host may be asked: one of the outlet; a subclass may know more."""
        return in_domains(request.url, self.domains())

    def outlet_of(self, url: str) -> str:
        """Return the name that a page goes by in the archive."""
        return self.name

    def address(self, written: str) -> str:
        return urljoin(self.home, written)

    def match_article(self, url: str) -> dict[str, str] | None:
        """The named groups of an article's address; None where it is not one."""
        return match_article(url, self.compiled_patterns)

    def article_address(self, url: str) -> str:
        """As it is asked for: an article's without the query, where its path says which it is."""
        return article_address(url, self.compiled_patterns)

    def is_article(self, url: str) -> bool:
        return not self.compiled_patterns or self.match_article(url) is not None

    def story_key(self, url: str) -> str | None:
        return (self.match_article(url) or {}).get("story") or None

    def siblings(self, url: str) -> tuple[Alternate, ...]:
        """The addresses at which the other variants should be, by the outlet's rule."""
        groups = self.match_article(url)
        if groups is None:
            return ()
        found = []
        for language, template in self.templates():
            fields = {field for _, field, _, _ in Formatter().parse(template) if field}
            if not fields <= {name for name, value in groups.items() if value}:
                continue
            sibling = self.address(template.format(**groups))
            if sibling != url:
                found.append(Alternate(language, sibling, "url-rule"))
        return tuple(found)


def written(given: str | Sequence[str]) -> tuple[str, ...]:
    """One text or several, without empty ones."""
    return tuple(one for one in ((given,) if isinstance(given, str) else given) if one)


def in_domains(url: str, domains: list[str]) -> bool:
    """Whether the host of a URL is one of the domains, or below one; Unicode or Punycode, it is one name."""
    host = dns_name(urlsplit(url).hostname or "")
    names = [dns_name(domain) for domain in domains]
    return any(host == name or host.endswith("." + name) for name in names) or (
        dns_name(registered_domain(url)) in names
    )


# Whether an address is an article's by the patterns of its outlet, and how it is then asked for.
#
# Apart from the outlet, so that a worker process can tell without it.


def match_article(url: str, patterns: Sequence[re.Pattern[str]]) -> dict[str, str] | None:
    """The named groups of an article's address; None where it is not one."""
    bare = url.split("#", 1)[0].split("?", 1)[0]
    for pattern in patterns:
        if match := pattern.fullmatch(bare):
            return {name: value or "" for name, value in match.groupdict().items()}
    return None


def article_address(url: str, patterns: Sequence[re.Pattern[str]]) -> str:
    """As it is asked for: an article's without the query, where its path says which it is."""
    return bare_url(url) if match_article(url, patterns) is not None else url
