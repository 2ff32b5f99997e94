"""The fields of an outlet's declaration; crawler/outlet/checks.py checks them at start."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from string import Formatter
from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import urljoin, urlsplit

from archive.addresses import bare_url, plain_origin
from crawler.downloader.public_hosts import dns_name, registered_domain
from crawler.exceptions import DeclarationError
from crawler.items import Alternate, Hints
from crawler.outlet.address_pattern import AddressPattern, address_pattern
from crawler.outlet.expectations import Expectations, read_expectations

if TYPE_CHECKING:
    from scrapy.http import Request

Confidence = Literal["high", "medium", "low"]
GROUPS = ("year", "month", "day", "week", "last_month", "last_day")
"""Names of groups in a pattern of `archive_lists`."""


class Outlet:
    """Values of one outlet; StorySpider adds the behaviour."""

    name: str
    title: ClassVar[str] = ""
    home: ClassVar[str] = ""
    """Base of all addresses below that begin with a slash: `https://www.pravda.com.ua`."""
    languages: ClassVar[tuple[str, ...]] = ()
    """Languages published today, as BCP 47."""
    confidence: ClassVar[Confidence | None] = None
    """Confidence in the rules: `high` seen in saved pages or by several crawlers; `medium` seen by one; `low`
    if addresses of pages or sources are from memory."""
    allowed_domains: ClassVar[list[str]] = []
    """Registered domains or hosts, subdomains included; if empty, the registered domain of `home`."""
    news_sitemaps: ClassVar[list[str]] = []
    """Sitemaps of new articles. Strftime fields are filled with today and yesterday in Kyiv:
    `…/posts/%Y/%-m.xml`."""
    feeds: ClassVar[list[str]] = []
    archive_sitemaps: ClassVar[list[str]] = []
    """Sitemaps for backfill: addresses with strftime fields, one for each month or week
    (`…/sitemap-%Y-%m.xml.gz`, `…/%G/%V.xml`), or without fields, an index that names the lists."""
    archive_lists: ClassVar[str | tuple[str, ...]] = ""
    """Regular expressions, as in article_url, for the lists of articles in an index of archive_sitemaps;
    other lists, of tags or authors, are not fetched. The groups `year`, `month`, `day` or `week` (ISO 8601),
    and `last_month`, `last_day` for several days, give the days of a list. A list without days in its address
    is fetched unless its `lastmod` is before the days of the backfill."""
    day_archives: ClassVar[list[str]] = []
    """List pages for backfill, one for each day: `…/archive/%Y/%m/%d`. The fields are those of strftime; `%B`
    is the English month in small letters, `%-d` and `%-m` have no leading zero."""
    article_url: ClassVar[str | tuple[str, ...]] = ""
    """Regular expressions for a whole address, or for its part from the path on, at host and port of `home`
    with or without `www.`. The group `story` is the id that all languages share, never one that is only
    assumed to be shared; the other groups are for variant_url."""
    variant_url: ClassVar[dict[str, str | tuple[str, ...]]] = {}
    """Language -> address of that variant, with the groups of article_url in braces; or several addresses, of
    which those apply whose groups the article's address has. It is only a claim: the text decides the
    language of a page."""
    page_budget: ClassVar[int | None] = None
    """Pages that one run may request, if the outlet needs a lower limit than the setting PAGE_BUDGET."""
    look_again: ClassVar[bool] = False
    """True if each crawl also fetches articles that the archive has."""
    byline: ClassVar[str | None] = None
    drop: ClassVar[str | None] = None
    switcher: ClassVar[str | None] = None
    expects: ClassVar[Mapping[str, object]] = {}
    """Amounts that crawls bring while the rules hold: `{"articles_a_day": (40, 400), "byline": .6,
    "date": .95, "all_languages": .3}`; or `{"articles_a_day": {"uk": (40, 400), "en": (5, 60)}}`."""
    expectations: ClassVar[Expectations] = Expectations()
    """`expects`, checked when the class is defined."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Read `expects`. Raises DeclarationError for an unknown key or an impossible value."""
        super().__init_subclass__(**kwargs)
        try:
            cls.expectations = read_expectations(cls.expects, cls.languages)
        except DeclarationError as error:
            raise DeclarationError(f"outlet {getattr(cls, 'name', cls.__name__)!r}: {error}") from None

    @cached_property
    def compiled_patterns(self) -> tuple[AddressPattern, ...]:
        return tuple(map(address_pattern, self.patterns()))

    @cached_property
    def list_patterns(self) -> tuple[AddressPattern, ...]:
        """Patterns of archive_lists, each for a whole address."""
        return tuple(address_pattern(self.whole(pattern)) for pattern in texts(self.archive_lists))

    @classmethod
    def written_patterns(cls) -> tuple[str, ...]:
        """Return the regular expressions of article_url as written in the file."""
        return texts(cls.article_url)

    @classmethod
    def patterns(cls) -> tuple[str, ...]:
        """Return the regular expressions of article_url, each for a whole address."""
        return tuple(cls.whole(pattern) for pattern in cls.written_patterns())

    @classmethod
    def whole(cls, pattern: str) -> str:
        """Return a regular expression for a whole address; the host matches in Unicode and in Punycode."""
        if not pattern.startswith("/"):
            return pattern
        host, colon, port = urlsplit(plain_origin(cls.home)).netloc.removeprefix("www.").partition(":")
        forms = "|".join(re.escape(form) for form in dict.fromkeys((host, dns_name(host))))
        return rf"https?://(?:www\.)?(?:{forms}){colon}{port}{pattern}"

    @classmethod
    def templates(cls) -> tuple[tuple[str, str], ...]:
        """Return language and address of each rule in variant_url."""
        return tuple((tag, url) for tag, urls in cls.variant_url.items() for url in texts(urls))

    @classmethod
    def domains(cls) -> list[str]:
        return cls.allowed_domains or [registered_domain(cls.home)]

    @classmethod
    def hints(cls, outlet: str) -> Hints:
        """Return the hints for extraction; `outlet` is the name in its articles (`page` uses other names)."""
        # `page`, and an undeclared outlet, are named by their domain
        domains = cls.domains() if cls.home or cls.allowed_domains else [outlet]
        zone = "Europe/Kyiv" if "uk" in cls.languages else None
        return Hints(outlet, cls.byline, cls.drop, cls.switcher, tuple(domains), zone)

    def allows(self, request: "Request") -> bool:
        """Return whether a host may be requested: one of the outlet; a subclass may allow more."""
        return in_domains(request.url, self.domains())

    def outlet_of(self, url: str) -> str:
        """Return the outlet's name in the archive for a page."""
        return self.name

    def address(self, reference: str) -> str:
        return urljoin(self.home, reference)

    def match_article(self, url: str) -> dict[str, str] | None:
        """Return the named groups of an article's address; None if it is not one."""
        return match_article(url, self.compiled_patterns)

    def article_address(self, url: str) -> str:
        """Return the address to request: an article's loses its query, if its path names the article."""
        return article_address(url, self.compiled_patterns)

    def is_article(self, url: str) -> bool:
        return not self.compiled_patterns or self.match_article(url) is not None

    def story_key(self, url: str) -> str | None:
        return (self.match_article(url) or {}).get("story") or None

    def siblings(self, url: str) -> tuple[Alternate, ...]:
        """Return the expected addresses of the other variants, by variant_url."""
        groups = self.match_article(url)
        if groups is None:
            return ()
        siblings = []
        for language, template in self.templates():
            fields = {field for _, field, _, _ in Formatter().parse(template) if field}
            if not fields <= {name for name, value in groups.items() if value}:
                continue
            sibling = self.address(template.format(**groups))
            if sibling != url:
                siblings.append(Alternate(language, sibling, "url-rule"))
        return tuple(siblings)


def texts(value: str | Sequence[str]) -> tuple[str, ...]:
    """Return one text or several as a tuple, without empty ones."""
    return tuple(filter(None, (value,) if isinstance(value, str) else value))


def in_domains(url: str, domains: list[str]) -> bool:
    """Tell if the host of a URL is in one of the domains; Unicode and Punycode are equal."""
    host = dns_name(urlsplit(url).hostname or "")
    names = [dns_name(domain) for domain in domains]
    return any(host == name or host.endswith("." + name) for name in names) or (
        dns_name(registered_domain(url)) in names
    )


# Article addresses by the patterns of an outlet. These functions are outside the class, because worker
# processes use them without an outlet.


def match_article(url: str, patterns: Sequence[AddressPattern]) -> dict[str, str] | None:
    bare = plain_origin(url).split("#", 1)[0].split("?", 1)[0]
    for pattern in patterns:
        if (groups := pattern.fullmatch(bare)) is not None:
            return groups
    return None


def article_address(url: str, patterns: Sequence[AddressPattern]) -> str:
    return bare_url(plain_origin(url)) if match_article(url, patterns) is not None else url
