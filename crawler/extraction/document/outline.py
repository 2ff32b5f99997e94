"""A page's elements in their order with their tags, attributes and text, read from the tree once.

To walk a tree costs five times as much as to walk a list, to ask an element for its class as much again,
and one XPath over a page as much as all of that: what looks through a whole page looks through this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.extraction.document.class_names import Names

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.extraction.document.class_names import Rule

COMPONENT = ("data-component", "data-testid", "data-gu-name")
"""Attributes in which systems name a part of a page."""
_CODE = {"script", "style"}
_WHITE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Outline:
    """True until the tree is changed; the lists run side by side."""

    root: HtmlElement
    elements: list[HtmlElement]
    tags: list[str]
    attributes: Attributes
    texts: list[str]
    """What stands before an element's first child, empty where nothing does; of code JSON alone."""
    by_tag: dict[str, list[int]]
    """Positions in the lists."""
    by_class: Names
    by_id: Names
    by_itemprop: Names
    source: bytes | None
    """The page in lower case, where it is at hand: what is not in it need not be looked for in elements."""

    _others: dict[str, Names] = field(default_factory=dict)

    def by(self, attribute: str) -> Names:
        """The elements that have it."""
        if attribute not in self._others:
            self._others[attribute] = _by(self.elements, attribute, self.source)
        return self._others[attribute]

    def positions(self, *tags: str) -> list[int]:
        """Of the elements of these tags, in page order."""
        return sorted([i for tag in tags for i in self.by_tag.get(tag, ())])

    def named(self, rule: Rule, *names: Names) -> set[int]:
        """Of the elements of which one of these names says so."""
        return {i for by_name in names for i in by_name.of(rule)}

    def of(self, tag: str) -> list[HtmlElement]:
        return [self.elements[i] for i in self.by_tag.get(tag, ())]


class Attributes:
    """By position; read when they are asked for, which they are of links and what is in the head."""

    def __init__(self, elements: list[HtmlElement]) -> None:
        self._elements = elements
        self._read: dict[int, dict[str, str]] = {}

    def __getitem__(self, i: int) -> dict[str, str]:
        said = self._read.get(i)
        if said is None:
            said = self._read[i] = dict(self._elements[i].items())
        return said


def outline(root: HtmlElement, source: bytes | None = None) -> Outline:
    """`source` is what the tree was made of, in lower case."""
    elements: list[HtmlElement] = list(root.iter("*"))
    tags = [element.tag for element in elements]
    by_tag: dict[str, list[int]] = {}
    for i, tag in enumerate(tags):
        if tag in by_tag:
            by_tag[tag].append(i)
        else:
            by_tag[tag] = [i]
    attributes = Attributes(elements)
    texts = ["" if tag in _CODE else element.text or "" for element, tag in zip(elements, tags, strict=True)]
    for i in by_tag.get("script", ()):
        if "json" in attributes[i].get("type", "").lower():
            texts[i] = elements[i].text or ""
    by_class, by_id, by_itemprop = (_by(elements, name, source) for name in ("class", "id", "itemprop"))
    return Outline(root, elements, tags, attributes, texts, by_tag, by_class, by_id, by_itemprop, source)


def _by(elements: list[HtmlElement], attribute: str, source: bytes | None) -> Names:
    known = source is None or attribute.encode() in source
    return Names([element.get(attribute) for element in elements] if known else ())


def short_text(element: HtmlElement, longest: int) -> str | None:
    """All text in an element, or None where it is longer, runs of white space counted as one."""
    parts: list[str] = []
    letters, check = 0, longest
    for part in element.itertext():
        parts.append(part)
        letters += len(part)
        if letters >= check:
            # what is left of a large element is not read
            if len(_WHITE.sub(" ", "".join(parts)).strip(" ")) >= longest:
                return None
            check = 2 * letters
    return "".join(parts)
