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
    attributes: Attributes
    texts: list[str]
    """What stands before an element's first child, empty where nothing does; of code JSON alone."""
    by_tag: dict[str, list[int]]
    """Positions in the lists."""
    by_class: dict[str, list[int]]
    """Positions by the whole value of `class`, of which a page has far fewer than elements; so the others."""
    by_id: dict[str, list[int]]
    by_itemprop: dict[str, list[int]]
    source: bytes | None
    """The page in lower case, where it is at hand: what is not in it need not be looked for in elements."""

    def with_attribute(self, name: str) -> dict[str, list[int]]:
        """Positions of the elements that have it, by its value."""
        return _by_value(self.elements, name, self.source)

    def positions(self, *tags: str) -> list[int]:
        """Of the elements of these tags, in page order."""
        return sorted([i for tag in tags for i in self.by_tag.get(tag, ())])

    def named(self, say: Callable[[str], bool], *names: dict[str, list[int]]) -> set[int]:
        """Of the elements of which one of these names says so."""
        return {i for by_name in names for name, found in by_name.items() if say(name) for i in found}

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
    by_class, by_id, by_itemprop = (_by_value(elements, name, source) for name in ("class", "id", "itemprop"))
    return Outline(
        root, elements, tags, attributes, texts, by_tag, by_class, by_id, by_itemprop, source
    )


def _by_value(elements: list[HtmlElement], name: str, source: bytes | None) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    if source is None or name.encode() in source:
        for i, value in enumerate([element.get(name) for element in elements]):
            if value is not None:
                found.setdefault(value, []).append(i)
    return found


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
