"""A page's elements in their order with their tags, attributes and text, read from the tree once.

To walk a tree costs five times as much as to walk a list, to ask an element for its class as much again,
and one XPath over a page as much as all of that: what looks through a whole page looks through this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml.html import HtmlElement

_REMEMBERED = 200
"""Characters up to which a name's verdict is kept."""
_NOT_ITSELF = re.compile(r"(?<!\S)(?:has|with|without|no|non|not|one|two)[-_]\S+|\S*label[-_]+hidden(?!\S)")
"""Names that say what is beside an element, or how: `has-sidebar`, Drupal's `field--label-hidden`."""
_WHITE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Outline:
    """True until the tree is changed; the lists run side by side."""

    root: HtmlElement
    elements: list[HtmlElement]
    tags: list[str]
    attributes: list[dict[str, str]]
    texts: list[str]
    """What stands before an element's first child, empty where nothing does."""
    by_tag: dict[str, list[int]]
    """Positions in the lists."""
    classes: frozenset[str]
    """All values of `class` on the page: far fewer than elements."""

    def positions(self, *tags: str) -> list[int]:
        """Of the elements of these tags, in page order."""
        return sorted([i for tag in tags for i in self.by_tag.get(tag, ())])

    def of(self, tag: str) -> list[HtmlElement]:
        return [self.elements[i] for i in self.by_tag.get(tag, ())]


def outline(root: HtmlElement) -> Outline:
    elements: list[HtmlElement] = list(root.iter("*"))
    tags = [str(element.tag) for element in elements]
    by_tag: dict[str, list[int]] = {}
    for i, tag in enumerate(tags):
        by_tag.setdefault(tag, []).append(i)
    attributes = [dict(element.items()) for element in elements]
    texts = [element.text or "" for element in elements]
    classes = frozenset([said["class"] for said in attributes if "class" in said])
    return Outline(root, elements, tags, attributes, texts, by_tag, classes)


def names_say(pattern: str) -> Callable[[str], bool]:
    """Whether the pattern, whatever its case, is somewhere in a class or id; a page repeats its names."""
    search = re.compile(pattern, re.IGNORECASE).search

    def read(names: str) -> bool:
        return search(names) is not None and search(_NOT_ITSELF.sub(" ", names)) is not None

    remembered = lru_cache(maxsize=1024)(read)

    def say(names: str) -> bool:
        return remembered(names) if len(names) < _REMEMBERED else read(names)

    return say


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
