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
_CODE = {"script", "style"}
_WHITE = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True, slots=True)
class Outline:
    """True until the tree is changed; the lists run side by side."""

    root: HtmlElement
    elements: list[HtmlElement]
    tags: list[str]
    attributes: list[dict[str, str]]
    texts: list[str]
    """What stands before an element's first child, empty where nothing does; of code JSON alone."""
    by_tag: dict[str, list[int]]
    """Positions in the lists."""
    by_class: dict[str, list[int]]
    """Positions by the whole value of `class`, of which a page has far fewer than elements; so the others."""
    by_id: dict[str, list[int]]
    by_itemprop: dict[str, list[int]]

    def positions(self, *tags: str) -> list[int]:
        """Of the elements of these tags, in page order."""
        return sorted([i for tag in tags for i in self.by_tag.get(tag, ())])

    def named(self, say: Callable[[str], bool], *names: dict[str, list[int]]) -> set[int]:
        """Of the elements of which one of these names says so."""
        return {i for by_name in names for name, found in by_name.items() if say(name) for i in found}

    def of(self, tag: str) -> list[HtmlElement]:
        return [self.elements[i] for i in self.by_tag.get(tag, ())]


def outline(root: HtmlElement) -> Outline:
    elements: list[HtmlElement] = list(root.iter("*"))
    tags = [str(element.tag) for element in elements]
    by_tag: dict[str, list[int]] = {}
    for i, tag in enumerate(tags):
        by_tag.setdefault(tag, []).append(i)
    attributes = [dict(element.items()) for element in elements]
    texts = ["" if tag in _CODE else element.text or "" for element, tag in zip(elements, tags, strict=True)]
    for i in by_tag.get("script", ()):
        if "json" in attributes[i].get("type", "").lower():
            texts[i] = elements[i].text or ""
    by_class: dict[str, list[int]] = {}
    by_id: dict[str, list[int]] = {}
    by_itemprop: dict[str, list[int]] = {}
    for i, said in enumerate(attributes):
        if said:
            if "class" in said:
                by_class.setdefault(said["class"], []).append(i)
            if "id" in said:
                by_id.setdefault(said["id"], []).append(i)
            if "itemprop" in said:
                by_itemprop.setdefault(said["itemprop"], []).append(i)
    return Outline(root, elements, tags, attributes, texts, by_tag, by_class, by_id, by_itemprop)


def names_say(pattern: str) -> Callable[[str], bool]:
    """Whether the pattern, whatever its case, is somewhere in a class or id; a page repeats its names."""
    search = re.compile(pattern, re.IGNORECASE).search

    def read(names: str) -> bool:
        return search(names) is not None and search(_NOT_ITSELF.sub(" ", names)) is not None

    remembered = lru_cache(maxsize=4096)(read)

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
