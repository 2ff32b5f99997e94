"""What is taken out of a page before its text is looked for: by tag, by name, by an outlet's rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from crawler.extraction.boilerplate import element_names
from crawler.extraction.names import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element
    from lxml.html import HtmlElement

    from crawler.extraction.outline import Outline

NO_TEXT = ("script", "style", "svg", "template", "noscript", "iframe", "button", "select", "object")
_is_left_out = Rule(lambda names: not element_names().keys().isdisjoint(names.lower().split()))
_NAMED = {"div", "section", "aside", "ul", "ol", "span", "p", "ins", "nav", "footer"}


def prune(page: Outline, drop: str | None) -> None:
    """Changes the tree. `drop` is an outlet's CSS of what to leave out."""
    found = list(unwanted(page, drop))
    etree.strip_elements(page.root, *NO_TEXT, with_tail=False)
    for element, _ in found:
        remove(element)


def unwanted(page: Outline, drop: str | None) -> Iterator[tuple[HtmlElement, str]]:
    """Elements to leave out and why."""
    for element in page.root.cssselect(drop) if drop else ():
        yield element, "the outlet's `drop`"
    reasons = element_names()
    for i in sorted(page.named(_is_left_out, page.by_class, page.by_id)):
        element, said = page.elements[i], page.attributes[i]
        if page.tags[i] in _NAMED and not element.xpath("boolean(.//h1)"):
            names = f"{said.get('class', '')} {said.get('id', '')}".lower().split()
            name = next(name for name in names if name in reasons)
            yield element, f"{reasons[name]} (.{name})"


def remove(element: _Element) -> None:
    """Without the text that follows it, which stays where it is."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
