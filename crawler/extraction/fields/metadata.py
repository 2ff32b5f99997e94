"""Metadata: headline, lead, section, tags, image and claimed language of a page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from crawler.extraction.document.class_names import names_say
from crawler.extraction.document.text import for_comparison, one_line, unescaped
from crawler.extraction.fields.alternates import absolute

if TYPE_CHECKING:
    from crawler.extraction.document.outline import Outline
    from crawler.extraction.fields.linked_data import LinkedData

_COUNTED = re.compile(r"\s*\(\d[\d\s]*\)$")
"""Number of articles after a printed tag: `energy (1258)`."""
_of_tags = names_say("(?:^|[ _-])(tags?|tag-?list|topics)(?:$|[ _-])")
# " | Outlet", " - РБК-Украина", " — Букви": the last part is the outlet's name
_SUFFIX = re.compile(r"^(.{12,}?)\s+(?:[|/•·»:]+|[-–—]{1,2})\s+([^|]{2,60})$")


@dataclass(frozen=True, slots=True)
class Metadata:
    canonical_url: str | None
    html_lang: str | None
    og_locale: str | None
    headline: str | None
    headline_source: str | None
    lead: str | None
    section: str | None
    tags: tuple[str, ...]
    image_url: str | None
    site_name: str | None
    names: dict[str, str]
    """Content of all <meta> by lower-cased name or property, the first of each."""


def read_metadata(page: Outline, data: LinkedData, url: str) -> Metadata:
    names: dict[str, str] = {}
    listed: list[str] = []
    for i in page.by_tag.get("meta", ()):
        meta = page.attributes[i]
        name = meta_name(meta)
        content = one_line(unescaped(meta.get("content", "")))
        if content and name:
            names.setdefault(name, content)
            if name == "article:tag":
                listed.append(content)
    site_name = names.get("og:site_name")
    headline, headline_source = _headline(page, data, names, site_name)
    root = page.attributes[0]
    return Metadata(
        canonical_url=_canonical(page, url),
        html_lang=one_line(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
        or one_line(root.get("xml:lang") or "")
        or None,
        og_locale=names.get("og:locale"),
        headline=headline,
        headline_source=headline_source,
        lead=data.description or names.get("og:description") or names.get("description"),
        section=names.get("article:section") or data.section,
        tags=_tags(page, data, listed),
        image_url=absolute(url, names.get("og:image") or data.image)
        if names.get("og:image") or data.image
        else None,
        site_name=site_name,
        names=names,
    )


def meta_name(meta: dict[str, str]) -> str:
    """Return the name of a <meta> in lower case; an empty string without one."""
    return (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()


def _canonical(page: Outline, url: str) -> str | None:
    for i in page.by_tag.get("link", ()):
        link = page.attributes[i]
        if "canonical" in link.get("rel", "").lower().split() and link.get("href"):
            return absolute(url, link["href"])
    return None


def _headline(
    page: Outline, data: LinkedData, names: dict[str, str], site_name: str | None
) -> tuple[str | None, str | None]:
    """Return the headline and its source: `h1, as in og:title`, `json-ld`, `title`.

    It is the <h1>, which readers see, if another claim agrees with it, else the most trusted claim.
    """
    h1s = [one_line(h1.text_content()) for h1 in page.of("h1")]
    h1s = [text for text in h1s if 5 < len(text) < 400]
    titles = page.of("title")
    title = one_line(unescaped("".join(titles[0].itertext()))) if titles else ""
    claims = {
        "json-ld": data.headline,
        "og:title": names.get("og:title"),
        "twitter:title": names.get("twitter:title"),
        "title": title,
    }
    for h1 in h1s:
        for source, claim in claims.items():
            if claim and _agree(h1, claim):
                return h1, f"h1, as in {source}"
    if len(h1s) == 1 and len(h1s[0].split()) > 3:
        return h1s[0], "h1 alone"
    if data.headline:
        return without_outlet(data.headline, site_name, names.get("og:title")), "json-ld"
    if names.get("og:title"):
        return without_outlet(names["og:title"], site_name, None), "og:title"
    # an h2 to h4 that the title repeats is the headline of a page without h1
    if title:
        for i in page.positions("h2", "h3", "h4"):
            text = one_line(page.elements[i].text_content())
            if len(text) > 20 and for_comparison(text) in for_comparison(title):
                return text, f"{page.tags[i]}, as in title"
    if short := without_outlet(title, site_name, None):
        return short, "title"
    return (h1s[0], "h1 alone") if h1s else (None, None)


def _agree(one: str, other: str) -> bool:
    a, b = for_comparison(one), for_comparison(other)
    if not a or not b:
        return False
    if a in b or b in a:
        return min(len(a), len(b)) > 12
    words, others = set(one.casefold().split()), set(other.casefold().split())
    return len(words & others) >= 0.6 * min(len(words), len(others)) and min(len(words), len(others)) > 3


def without_outlet(title: str, site_name: str | None, other: str | None) -> str | None:
    """Return a title without ` | Outlet` at its end; `other` is the same headline from another source."""
    # `Caucasus Wire :: Road to Tusheti reopens`: titles of old pages
    parts = one_line(title).split(" :: ")
    same = [part for part in parts if other is not None and _agree(part, other)]
    title = max(same or [part for part in parts if part != site_name] or parts, key=len)
    while match := _SUFFIX.match(title):
        head, tail = match[1], match[2]
        agrees = other is not None and for_comparison(other) == for_comparison(head)
        named = site_name is not None and for_comparison(site_name) in for_comparison(tail)
        bar = title[match.end(1) : match.start(2)].strip() not in {"-", "–", "—", ":"}
        # an outlet's name in its titles may be in another language than its og:site_name
        short = len(tail.split()) <= (4 if site_name is None else 2) and tail[:1].isupper()
        if not (
            agrees or named or bar or (short and len(head.split()) > 3 and not re.search(r"\d|[.!?]$", tail))
        ):
            break
        title = head
    return title or None


def _tags(page: Outline, data: LinkedData, listed: list[str]) -> tuple[str, ...]:
    found = list(data.tags) or listed
    if not found:
        named = {page.elements[i] for i in page.named(_of_tags, page.by_class)}
        links = {link for element in named for link in element.iterdescendants("a")}
        found = [
            _COUNTED.sub("", one_line(page.elements[i].text_content()))
            for i in page.by_tag.get("a", ())
            if page.elements[i].get("rel") == "tag"
            or (
                page.elements[i] in links
                and not named.isdisjoint(islice(page.elements[i].iterancestors(), 3))
            )
        ]
    unique = {for_comparison(tag): tag.lstrip("#") for tag in reversed(found) if 1 < len(tag) < 60}
    return tuple(reversed(unique.values()))[:30]
