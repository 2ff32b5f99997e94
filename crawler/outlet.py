"""What an outlet's declaration may say, and the checks it has to pass at start."""

from __future__ import annotations

import re
from functools import cached_property
from string import Formatter
from typing import TYPE_CHECKING, ClassVar, Literal, get_args
from urllib.parse import urljoin, urlsplit

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from archive.addresses import bare_url
from crawler.exceptions import DeclarationError
from crawler.items import Alternate
from crawler.network import registered_domain

if TYPE_CHECKING:
    from collections.abc import Iterable

Confidence = Literal["high", "medium", "low"]
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
LISTS = ("languages", "allowed_domains", "news_sitemaps", "feeds", "archive_sitemaps", "day_archives")
NAME = re.compile(r"[a-z0-9.-]{1,64}")


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
    feeds: ClassVar[list[str]] = []
    archive_sitemaps: ClassVar[list[str]] = []
    """For backfill: addresses with strftime fields, one for each month, `…/sitemap-%Y-%m.xml.gz`."""
    day_archives: ClassVar[list[str]] = []
    """For backfill: list pages with strftime fields, one for each day, `…/archive/%Y/%m/%d`."""
    article_url: ClassVar[str | tuple[str, ...]] = ""
    """Regular expressions for a whole address, or from the path on at the host of `home`, with or without
    `www.`. The group `story` is the id that all languages share, never one that is only thought to be shared;
    the other groups serve variant_url."""
    variant_url: ClassVar[dict[str, str]] = {}
    """Language -> address of that variant, with the groups of article_url in braces. Only a claim: what
    language the page is in is read from its text."""
    page_budget: ClassVar[int | None] = None
    """Pages that one run may ask for, where the outlet bears fewer than the setting PAGE_BUDGET."""
    look_again: ClassVar[bool] = False
    """Whether each crawl fetches what the archive has, too."""
    byline: ClassVar[str | None] = None
    drop: ClassVar[str | None] = None
    switcher: ClassVar[str | None] = None

    @cached_property
    def _article_url(self) -> tuple[re.Pattern[str], ...]:
        return tuple(re.compile(pattern) for pattern in self.patterns())

    @classmethod
    def patterns(cls) -> tuple[str, ...]:
        """The regular expressions of article_url, each for a whole address."""
        given = (cls.article_url,) if isinstance(cls.article_url, str) else cls.article_url
        host = re.escape((urlsplit(cls.home).hostname or "").removeprefix("www."))
        return tuple(
            rf"https?://(?:www\.)?{host}{pattern}" if pattern.startswith("/") else pattern
            for pattern in given
            if pattern
        )

    @classmethod
    def domains(cls) -> list[str]:
        return cls.allowed_domains or [registered_domain(cls.home)]

    def address(self, written: str) -> str:
        return urljoin(self.home, written)

    def match_article(self, url: str) -> dict[str, str] | None:
        """The named groups of an article's address; None where it is not one."""
        bare = url.split("#", 1)[0].split("?", 1)[0]
        for pattern in self._article_url:
            if match := pattern.fullmatch(bare):
                return {name: value or "" for name, value in match.groupdict().items()}
        return None

    def article_address(self, url: str) -> str:
        """As it is asked for: an article's without the query, where its path says which it is."""
        return bare_url(url) if self.match_article(url) is not None else url

    def is_article(self, url: str) -> bool:
        return not self._article_url or self.match_article(url) is not None

    def story_key(self, url: str) -> str | None:
        return (self.match_article(url) or {}).get("story") or None

    def siblings(self, url: str) -> tuple[Alternate, ...]:
        """The addresses at which the other variants should be, by the outlet's rule."""
        groups = self.match_article(url)
        if groups is None:
            return ()
        found = []
        for language, template in self.variant_url.items():
            fields = {field for _, field, _, _ in Formatter().parse(template) if field}
            if not fields <= {name for name, value in groups.items() if value}:
                continue
            sibling = self.address(template.format(**groups))
            if sibling != url:
                found.append(Alternate(language, sibling, "url-rule"))
        return tuple(found)


def check_declaration(outlet: type[Outlet]) -> None:
    """Raises DeclarationError with the name of the outlet, what it says and what was expected."""
    problems = list(_problems(outlet))
    if problems:
        raise DeclarationError(f"outlet {outlet.name!r}: " + "; ".join(problems))


def _problems(outlet: type[Outlet]) -> Iterable[str]:
    for field in LISTS:
        if isinstance(getattr(outlet, field), str):
            yield f"{field} {getattr(outlet, field)!r} is one text; put it into [ ]"
            # each of its letters would be an address
            return
    listed = (*outlet.news_sitemaps, *outlet.feeds, *outlet.archive_sitemaps, *outlet.day_archives)
    relative = [address for address in (*listed, *outlet.variant_url.values()) if "//" not in address]
    if (outlet.home or relative) and not urlsplit(outlet.home).hostname:
        yield f"home {outlet.home!r} is no address, as https://www.pravda.com.ua"
        return
    if not NAME.fullmatch(outlet.name):
        yield f"name must match {NAME.pattern}"
    for language in outlet.languages:
        yield from _language_problems("languages", language)
    if outlet.page_budget is not None and outlet.page_budget < 1:
        yield f"page_budget {outlet.page_budget!r} is no number of pages; leave it out for the usual one"
    if outlet.confidence not in (None, *get_args(Confidence)):
        yield f"confidence {outlet.confidence!r} is none of {', '.join(get_args(Confidence))}"
    groups: set[str] = set()
    for pattern in outlet.patterns():
        try:
            groups |= set(re.compile(pattern).groupindex)
        except re.error as error:
            yield f"article_url {pattern!r} is no regular expression: {error}"
    for language, template in outlet.variant_url.items():
        yield from _language_problems("variant_url", language)
        if outlet.languages and language not in outlet.languages:
            yield f"variant_url: {language!r} is not among languages {', '.join(outlet.languages)}"
        fields = {field for _, field, _, _ in Formatter().parse(template) if field}
        if unknown := ", ".join(sorted(fields - groups)):
            yield f"variant_url {template!r} uses {unknown}, which article_url does not name"
    for address in (*listed, *outlet.variant_url.values()):
        if not in_domains(urljoin(outlet.home, address), outlet.domains()):
            yield f"{address!r} is outside allowed_domains {outlet.domains()}"
    for field in ("archive_sitemaps", "day_archives"):
        for address in getattr(outlet, field):
            # an index names its own
            if "%" not in address and not address.endswith("index.xml"):
                yield f"{field} {address!r} names no day: write %Y, %m and %d where they belong"
    settings = getattr(outlet, "custom_settings", None) or {}
    if settings.get("ALLOW_PRIVATE_NETWORK") and outlet.domains() != ["127.0.0.1"]:
        yield "custom_settings: only an outlet on 127.0.0.1 may set ALLOW_PRIVATE_NETWORK"
    for field in ("byline", "drop", "switcher"):
        css = getattr(outlet, field)
        if css is not None:
            try:
                CSSSelector(css)
            except SelectorError as error:
                yield f"{field} {css!r} is no CSS selector: {error}"


def _language_problems(field: str, language: str) -> Iterable[str]:
    if language == "ua":
        yield f"{field}: Ukrainian is 'uk'; 'ua' is a country"
    elif not LANGUAGE.fullmatch(language):
        yield f"{field}: {language!r} is no BCP 47 language"


def in_domains(url: str, domains: list[str]) -> bool:
    """Whether the host of a URL is one of the domains, or below one."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    return any(host == domain or host.endswith("." + domain) for domain in domains) or (
        registered_domain(url) in domains
    )
