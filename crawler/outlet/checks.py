"""Checks of a declaration at start: an impossible value is refused with a sentence."""

import re
from collections.abc import Iterator
from string import Formatter
from typing import get_args
from urllib.parse import urljoin, urlsplit

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from crawler.exceptions import DeclarationError
from crawler.outlet.address_pattern import address_pattern
from crawler.outlet.declaration import GROUPS, Confidence, Outlet, in_domains, texts

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
SOURCES = ("news_sitemaps", "feeds", "archive_sitemaps", "day_archives")
LISTS = ("languages", "allowed_domains", *SOURCES)
TEXTS = ("title", "home", "byline", "drop", "switcher")
NAME = re.compile(r"[a-z0-9.-]{1,64}")
GROUP = re.compile(r"[a-z_]+", re.IGNORECASE)


def check_declaration(outlet: type[Outlet]) -> None:
    """Raise DeclarationError with the outlet's name, the value and the expected form."""
    # one after the other, as later checks rely on the types that earlier ones have checked
    for check in (_kinds, _addresses, _home, _values):
        if problems := list(check(outlet)):
            raise DeclarationError(f"outlet {outlet.name!r}: " + "; ".join(problems))


def _kinds(outlet: type[Outlet]) -> Iterator[str]:
    for field in LISTS:
        value = getattr(outlet, field)
        if isinstance(value, str):
            # each of its letters would count as an address
            yield f"{field} {value!r} is one text; put it into [ ]"
        elif not _texts(value):
            yield f"{field} {value!r} is not a list of texts"
    for field in TEXTS:
        if not isinstance(value := getattr(outlet, field), str | None):
            yield f"{field} {value!r} is not text"
    for field in ("article_url", "archive_lists"):
        if not _texts(value := getattr(outlet, field)):
            yield f"{field} {value!r} is neither a regular expression nor a list of them"
    templates = outlet.variant_url
    if not isinstance(templates, dict) or not all(map(_texts, templates.values())):
        yield f"variant_url {templates!r} does not have the form {{'ru': '/rus/{{path}}'}}"
    budget = outlet.page_budget
    if budget is not None and (not isinstance(budget, int) or budget < 1):
        yield f"page_budget {budget!r} is not a number of pages; leave it out for the usual one"


def _texts(value: object) -> bool:
    return isinstance(value, str | list | tuple) and all(isinstance(text, str) for text in value)


def _addresses(outlet: type[Outlet]) -> Iterator[str]:
    for address in (outlet.home, *_sources(outlet), *_templates(outlet)):
        try:
            urlsplit(urljoin(outlet.home, address))
        except ValueError as error:
            yield f"{address!r} is not an address: {error}"


def _home(outlet: type[Outlet]) -> Iterator[str]:
    addresses = [*_sources(outlet), *_templates(outlet), *outlet.written_patterns()]
    relative = [address for address in addresses if address.startswith("/") or "//" not in address]
    parts = urlsplit(outlet.home)
    if (outlet.home or relative) and not (parts.hostname and parts.scheme in {"http", "https"}):
        yield f"home {outlet.home!r} is not an address, as https://www.pravda.com.ua"
    for domain in outlet.allowed_domains:
        if not re.fullmatch(r"[\w.-]+", domain):
            yield f"allowed_domains: {domain!r} is not a host; write it without scheme, port and path"


def _values(outlet: type[Outlet]) -> Iterator[str]:
    if not NAME.fullmatch(outlet.name):
        yield f"name must match {NAME.pattern}"
    if outlet.home and not outlet.languages:
        yield "languages is missing, as ('uk', 'ru')"
    for language in outlet.languages:
        yield from _language("languages", language)
    if outlet.confidence not in (None, *get_args(Confidence)):
        yield f"confidence {outlet.confidence!r} is none of {', '.join(get_args(Confidence))}"
    if broken := list(_articles(outlet)):
        yield from broken
        return
    yield from _variants(outlet)
    for address in (*_sources(outlet), *_templates(outlet)):
        if not in_domains(urljoin(outlet.home, address), outlet.domains()):
            yield f"{address!r} is outside allowed_domains {outlet.domains()}"
    yield from _archive(outlet)
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


def _archive(outlet: type[Outlet]) -> Iterator[str]:
    lists = texts(outlet.archive_lists)
    for field in ("archive_sitemaps", "day_archives"):
        for address in getattr(outlet, field):
            # the lists of an index have addresses of their own
            index = field == "archive_sitemaps" and (lists or address.endswith("index.xml"))
            if "%" not in address and not index:
                choice = ", or archive_lists if it is an index" if field == "archive_sitemaps" else ""
                yield f"{field} {address!r} names no day: write %Y, %m and %d where they belong{choice}"
    if lists and not any("%" not in address for address in outlet.archive_sitemaps):
        yield "archive_lists is of an index, and no address of archive_sitemaps is without a day"
    for pattern in lists:
        yield from _list_pattern(outlet, pattern)


def _list_pattern(outlet: type[Outlet], pattern: str) -> Iterator[str]:
    label = f'archive_lists r"{pattern}"'
    try:
        groups = address_pattern(outlet.whole(pattern)).groups
    except re.error as error:
        yield f"{label} is not a regular expression: {error}"
        return
    if unknown := ", ".join(sorted(groups - {*GROUPS})):
        yield f"{label} names {unknown}; the groups of days are {', '.join(GROUPS)}"
    elif groups and "year" not in groups:
        yield f"{label} names no year"


def _articles(outlet: type[Outlet]) -> Iterator[str]:
    if not outlet.written_patterns():
        if outlet.home:
            yield "article_url is missing: all that a feed lists would be an article"
        return
    for printed, pattern in zip(outlet.written_patterns(), outlet.patterns(), strict=True):
        label = f'article_url r"{printed}"'
        try:
            re.compile(printed)
            rule = address_pattern(pattern)
        except re.error as error:
            yield f"{label} is not a regular expression: {error}"
            continue
        if not printed.startswith("/") and "://" not in printed:
            yield f"{label} begins neither with / nor with https?://: it takes nothing"
        if r"\?" in printed:
            yield f"{label} has a query: it is asked of the address before the ?, leave it out"
        for address in ("/", *_sources(outlet)):
            url = urljoin(outlet.home, address).split("?", 1)[0]
            if outlet.home and rule.fullmatch(url) is not None:
                yield f"{label} takes {url!r}, which is not an article"
                break


def _variants(outlet: type[Outlet]) -> Iterator[str]:
    groups = {name for pattern in outlet.patterns() for name in address_pattern(pattern).groups}
    for language, template in outlet.templates():
        yield from _language("variant_url", language)
        if outlet.languages and language not in outlet.languages:
            yield f"variant_url: {language!r} is not among languages {', '.join(outlet.languages)}"
        try:
            fields = {field for _, field, _, _ in Formatter().parse(template) if field is not None}
        except ValueError as error:
            yield f"variant_url {template!r} cannot be filled in: {error}"
            continue
        if not fields:
            yield f"variant_url {template!r} is one address for all articles: name a group in {{ }}"
        elif not all(GROUP.fullmatch(field) for field in fields):
            yield f"variant_url {template!r}: between {{ }} stands the name of a group of article_url"
        elif unknown := ", ".join(sorted(fields - groups)):
            yield f"variant_url {template!r} uses {unknown}, which article_url does not name"


def _templates(outlet: type[Outlet]) -> tuple[str, ...]:
    return tuple(template for _, template in outlet.templates())


def _sources(outlet: type[Outlet]) -> tuple[str, ...]:
    return tuple(address for field in SOURCES for address in getattr(outlet, field))


def _language(field: str, language: str) -> Iterator[str]:
    if language == "ua":
        yield f"{field}: Ukrainian is 'uk'; 'ua' is a country"
    elif not LANGUAGE.fullmatch(language):
        yield f"{field}: {language!r} is no BCP 47 language"
