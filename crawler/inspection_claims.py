"""All that a page states about its headline, lead, section, picture and tags, also what was not believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.extraction.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from crawler.extraction.page import Parts

_MOST = 10
"""Claims of one field that are shown: a page may have any number of <h1>."""


@dataclass(frozen=True, slots=True)
class Stated:
    field: str
    source: str
    value: str


def stated_claims(parts: Parts, tree: HtmlElement) -> tuple[Stated, ...]:
    """In the order in which they are looked at; an <h1> that another claim agrees with comes first."""
    found: list[Stated] = []
    for field, claims in (
        ("headline", _headlines(parts, tree)),
        ("lead", _of(parts, parts.data.description, "description", "og:description", "description")),
        ("section", _of(parts, parts.data.section, "articleSection", "article:section")),
        ("image", _of(parts, parts.data.image, "image", "og:image")),
        ("tags", iter([_tags(parts)])),
    ):
        kept = dict.fromkeys((source, line) for source, value in claims if (line := one_line(value or "")))
        found += [Stated(field, *claim) for claim in kept][:_MOST]
    return tuple(found)


def _headlines(parts: Parts, tree: HtmlElement) -> Iterator[tuple[str, str | None]]:
    for h1 in tree.iter("h1"):
        yield "h1", "".join(h1.itertext())
    yield "json-ld headline", parts.data.headline
    for name in ("og:title", "twitter:title"):
        yield f"meta {name}", parts.said.names.get(name)
    for title in list(tree.iter("title"))[:1]:
        yield "title", "".join(title.itertext())


def _tags(parts: Parts) -> tuple[str, str]:
    listed = "meta article:tag" if "article:tag" in parts.said.names else "links to tags"
    return "json-ld keywords" if parts.data.tags else listed, ", ".join(parts.said.tags)


def _of(parts: Parts, linked: str | None, key: str, *names: str) -> Iterator[tuple[str, str | None]]:
    yield f"json-ld {key}", linked
    for name in names:
        yield f"meta {name}", parts.said.names.get(name)
