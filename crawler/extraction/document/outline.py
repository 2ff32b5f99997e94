"""The outline of a page: its elements in order with tags, attributes and text, read once.

To walk a tree costs five times as much as to walk a list. To ask each element for one attribute costs as much
again, for all its attributes half more, and one XPath over a page as much as all of that. So code that
searches a whole page searches the outline.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.extraction.document.class_names import Names, Rule

COMPONENT = ("data-component", "data-testid", "data-gu-name")
"""Attributes in which publishing systems name a part of a page."""
_CODE = {"script", "style"}
_WHITE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True)
class Outline:
    """Elements of a page as lists of equal length; valid until the tree changes."""

    root: HtmlElement
    elements: list[HtmlElement]
    tags: list[str]
    attributes: "Attributes"
    texts: list[str]
    """Text before an element's first child, or an empty string; for scripts, only JSON is kept."""
    by_tag: dict[str, list[int]]
    """Positions in the lists, by tag."""
    by_class: Names
    by_id: Names
    by_itemprop: Names
    by_itemtype: Names
    by_hidden: Names
    """By `aria-hidden`."""
    by_role: Names
    by_rel: Names
    by_hreflang: Names
    by_href: Names
    by_component: tuple[Names, ...]
    """One for each attribute of COMPONENT."""
    source: bytes | None
    """Source of the page, if known."""
    encoding: str = "utf-8"
    """That the page was read in."""

    def positions(self, *tags: str) -> list[int]:
        """Return the positions of the elements with these tags, in page order."""
        return sorted([i for tag in tags for i in self.by_tag.get(tag, ())])

    def named(self, rule: Rule, *names: Names) -> set[int]:
        """Return the positions of the elements for which the rule is true, by one of these names."""
        return {i for by_name in names for i in by_name.of(rule)}

    def of(self, tag: str) -> list[HtmlElement]:
        return [self.elements[i] for i in self.by_tag.get(tag, ())]

    @cached_property
    def written(self) -> list[int]:
        """The positions of the elements with text before their first child that is not white space."""
        return [i for i, text in enumerate(self.texts) if text and not text.isspace()]

    @cached_property
    def metas(self) -> "tuple[Meta, ...]":
        """The <meta> with a name, in page order."""
        metas: list[Meta] = []
        for i in self.by_tag.get("meta", ()):
            attributes = self.attributes[i]
            if name := _meta_name(attributes):
                content = attributes.get("content") or attributes.get("value", "")
                metas.append(Meta(name, content, bool(attributes.get("itemprop"))))
        return tuple(metas)

    @cached_property
    def headers(self) -> dict[str, list[str]]:
        """What the <meta> with `http-equiv` say, by the name of the header in lower case."""
        headers: dict[str, list[str]] = {}
        for i in self.by_tag.get("meta", ()):
            attributes = self.attributes[i]
            if "http-equiv" in attributes:
                name = attributes["http-equiv"].strip().lower()
                headers.setdefault(name, []).append(attributes.get("content", ""))
        return headers

    @cached_property
    def around_headings(self) -> frozenset[HtmlElement]:
        """The elements with an <h1> inside, as the page was read."""
        return frozenset(around for h1 in self.of("h1") for around in h1.iterancestors())


class Meta(NamedTuple):
    name: str
    """Property, name or itemprop, in lower case."""
    content: str
    itemprop: bool
    """True if it is an item's property, too."""


def _meta_name(attributes: dict[str, str]) -> str:
    return (
        (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "")
        .strip()
        .lower()
    )


class Attributes:
    """Attributes by position, kept for links and the head."""

    def __init__(self, elements: list[HtmlElement]) -> None:
        self._elements = elements
        self._read: dict[int, dict[str, str]] = {}

    def __getitem__(self, i: int) -> dict[str, str]:
        attributes = self._read.get(i)
        if attributes is None:
            attributes = self._read[i] = dict(self._elements[i].items())
        return attributes

    def by_value(self, *names: str) -> list[Names]:
        """Return the elements with each of these attributes, by its value."""
        by_name = {name: Names() for name in names}
        for i, element in enumerate(self._elements):
            for name, value in element.items():
                if name in by_name:
                    by_name[name].setdefault(value, []).append(i)
        return [*by_name.values()]


def outline(root: HtmlElement, source: bytes | None = None) -> Outline:
    """Make the outline of a tree; `source` is the page."""
    elements: list[HtmlElement] = list(root.iter("*"))
    tags = [element.tag for element in elements]
    by_tag: defaultdict[str, list[int]] = defaultdict(list)
    for i, tag in enumerate(tags):
        by_tag[tag].append(i)
    by_tag.default_factory = None
    attributes = Attributes(elements)
    texts = ["" if tag in _CODE else element.text or "" for element, tag in zip(elements, tags, strict=True)]
    for i in by_tag.get("script", ()):
        if "json" in (elements[i].get("type") or "").lower():
            texts[i] = elements[i].text or ""
    names = ("class", "id", "itemprop", "itemtype", "aria-hidden", "role", "rel", "hreflang", "href")
    classes, ids, props, types, hidden, roles, rels, languages, addresses, *components = attributes.by_value(
        *names, *COMPONENT
    )
    return Outline(
        root, elements, tags, attributes, texts, by_tag, classes, ids, props, types,
        hidden, roles, rels, languages, addresses, tuple(components), source,
    )  # fmt: skip


def short_text(element: HtmlElement, longest: int) -> str | None:
    """Return all text in an element; None if it is `longest` or longer, with white space as one space."""
    if not len(element):
        text = element.text or ""
        is_short = len(text) < longest or len(_WHITE.sub(" ", text).strip(" ")) < longest
        return text if is_short else None
    parts: list[str] = []
    letters, check = 0, longest
    for part in element.itertext():
        parts.append(part)
        letters += len(part)
        if letters >= check:
            # the rest of a large element is not read
            if len(_WHITE.sub(" ", "".join(parts)).strip(" ")) >= longest:
                return None
            check = 2 * letters
    return "".join(parts)
