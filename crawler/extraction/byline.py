"""Who a page says wrote it: every claim and its place, none weighed (pipelines/byline.py decides)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

from crawler.extraction.selectors import named
from crawler.extraction.text import for_comparison, one_line
from crawler.items import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawler.extraction.linked_data import LinkedData
    from crawler.extraction.metadata import Metadata

PREFIX = re.compile(
    r"""^(?:
      автор(?:и|ы|ка|ка\ тексту)?(?:\ (?:статті|статьи|тексту|текста|матеріалу|материала|публікації
        |публикации|фото))?
    | текст(?:\ і\ фото|\ та\ фото|\ и\ фото)? | журналіст(?:ка)? | журналист(?:ка)?
    | підготува(?:в|ла|ли) | підготовка | подготови(?:л|ла|ли) | подготовка | спілкува(?:вся|лася)
      | беседова(?:л|ла)
    | написа(?:в|ла|л|ли) | розмовля(?:в|ла) | записа(?:в|ла|л|ли) | кореспондент(?:ка)? | корреспондент
    | (?:story\ |written\ |reported\ |posted\ |published\ )?by | authors? | text | words
      | reporter | prepared\ by
    )(?:\s*[:：—–|]\s*|\s+)(?=\S)""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before the names; see _is_printed for those without a colon."""
_SURE = re.compile(r"[:：|]\s*$")
_LINE_TAGS = (
    "p",
    "div",
    "span",
    "strong",
    "em",
    "b",
    "i",
    "a",
    "address",
    "li",
    "td",
    "font",
    "h4",
    "h5",
    "h6",
)
_CLASSED = named(
    "a span div p address strong li h4 h5 td section em b",
    "author|byline|journalist|writer|autor",
    "class itemprop data-component data-testid",
    "[not(descendant::p[string-length(.) > 300])]",
)
_REL = etree.XPath("//*[self::a or self::link][contains(concat(' ', @rel, ' '), ' author ')]")
_ELSEWHERE = re.compile(
    r"comment|related|sidebar|footer|popular|recommend|read-?also|promo|lenta|most-|trending|latest|carousel"
    r"|newsletter|more-?on|teaser|blogs?-list|authors-list|card__|feed|other|quote",
    re.IGNORECASE,
)
_NOT_A_LINE = re.compile(
    r"avatar|photo|image|img|icon|bio|about|social|share|follow|desc|position|role|job|time|date", re.I
)
_NOT_NAMES = re.compile(
    r"[\d\[\]{}<>©@]|^(?:фото|photo|getty|image|video|відео|видео)"
    r"|\b(?:share|save|ago|updated|follow|sign up)\b",
    re.IGNORECASE,
)
_CAPITAL = re.compile(r"(?<!\w)[^\W\d_a-zа-яіїєґ]")
_META_NAMES = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author",
    "sailthru.author", "byl", "twitter:creator_name", "mediator_author", "cxenseparse:author",
    "citation_author", "og:article:author", "creator",
)  # fmt: skip


def read_byline(
    tree: HtmlElement, data: LinkedData, metadata: Metadata, rule: str | None
) -> tuple[str | None, tuple[Claim, ...]]:
    """The author line as printed, prefix included, and all claims in order of trust.

    `rule` is an outlet's CSS selector: where it is given, it alone tells the printed line.
    """
    if rule is not None:
        lines = [text for element in tree.cssselect(rule) if (text := _words(element))]
        byline, claims = next(iter(lines), None), [Claim("outlet-rule", text) for text in lines]
    else:
        lines = list(_classed(tree))
        byline = next(_prefixed(tree), None) or next(iter(lines), None)
        claims = []
    claims += [Claim("json-ld", name) for name in data.persons]
    for name in _META_NAMES:
        value = metadata.names.get(name)
        if value and not value.startswith(("http", "/", "@", "www.")) and len(value) < 300:
            claims.append(Claim("meta", value))
    claims += [
        Claim("rel-author", text)
        for element in _REL(tree)
        if (text := _words(element) or one_line(element.get("title") or "")) and not _is_elsewhere(element)
    ]
    if rule is None:
        claims += [Claim("printed", line) for line in (byline, *lines) if line]
    publishers = {for_comparison(claim.value) for claim in credits(data, metadata)}
    # an organisation that is also the publisher is kept as a credit
    return byline, tuple(c for c in dict.fromkeys(claims) if for_comparison(c.value) not in publishers)[:20]


def credits(data: LinkedData, metadata: Metadata) -> tuple[Claim, ...]:
    """Organisations that the page names as author or publisher: never persons, worth keeping."""
    names = [*data.organisations, *([metadata.site_name] if metadata.site_name else [])]
    unique = {for_comparison(name): name for name in reversed(names)}
    return tuple(Claim("credit", name) for name in reversed(unique.values()))


def _prefixed(tree: HtmlElement) -> Iterator[str]:
    """Lines that begin with `Автор:` and the like."""
    for element in _REL(tree):
        parent = element.getparent()
        line = _words(parent) if parent is not None and element.tag == "a" else ""
        if PREFIX.match(line) and len(line) < 120:
            yield line
    for element in tree.iter(*_LINE_TAGS):
        start = (element.text or "").lstrip()
        if not start and len(element) and element[0].tag in {"b", "strong", "span", "em", "i", "font", "a"}:
            start = (element[0].text or "").lstrip()
        if not start or len(start) > 160 or not PREFIX.match(one_line(start) + " x"):
            continue
        line = _words(element)
        if _is_printed(line) and not _is_elsewhere(element):
            yield line
            continue
        # <span>Автор:</span> <a>Ім'я Прізвище</a>: the line is the parent's
        parent = element.getparent()
        if parent is not None and _is_printed(line := _words(parent)) and not _is_elsewhere(parent):
            yield line


def _is_printed(line: str) -> bool:
    match = PREFIX.match(line)
    if match is None or not 5 < len(line) < 140:
        return False
    names = line[match.end() :]
    first = names.split()[0] if names.split() else ""
    # "By the end of the year…", "Автор книги …": a name begins with a capital
    if "[" in line:
        return False
    return first[:1].isupper() and (
        bool(_SURE.search(match[0])) or (len(line) < 60 and not line.endswith("."))
    )


def _classed(tree: HtmlElement) -> Iterator[str]:
    seen: set[str] = set()
    for element in _CLASSED(tree):
        named = f"{element.get('class') or ''} {element.get('data-testid') or ''}"
        if _is_elsewhere(element) or (_NOT_A_LINE.search(named) and "name" not in named.lower()):
            continue
        line = _words(element)
        if _NOT_NAMES.search(line) or len(_CAPITAL.findall(line)) < 2:
            continue
        if 3 < len(line) < 160 and line not in seen and not any(line in earlier for earlier in seen):
            seen.add(line)
            yield line
        if len(seen) > 8:
            return


def _words(element: HtmlElement) -> str:
    """The element's text, with a space where one element ends and another begins."""
    return one_line(" ".join(element.itertext()))


def _is_elsewhere(element: HtmlElement) -> bool:
    for depth, parent in enumerate((element, *element.iterancestors())):
        if depth > 7 or parent.tag in {"article", "main", "body"}:
            return False
        if parent.tag in {"aside", "footer", "nav"}:
            return True
        if _ELSEWHERE.search(f"{parent.get('class') or ''} {parent.get('id') or ''}"):
            return True
    return False
