"""What is taken out of a page before its text is looked for: by tag, by name, by an outlet's rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from crawler.extraction.boilerplate import element_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element
    from lxml.html import HtmlElement

NO_TEXT = ("script", "style", "svg", "template", "noscript", "iframe", "button", "select", "object")
_NAMED = ("div", "section", "aside", "ul", "ol", "span", "p", "ins", "nav", "footer")


def prune(tree: HtmlElement, drop: str | None) -> None:
    """Changes the tree. `drop` is an outlet's CSS of what to leave out."""
    etree.strip_elements(tree, *NO_TEXT, with_tail=False)
    for element, _ in list(unwanted(tree, drop)):
        remove(element)


def unwanted(tree: HtmlElement, drop: str | None) -> Iterator[tuple[HtmlElement, str]]:
    """Elements to leave out and why."""
    for element in tree.cssselect(drop) if drop else ():
        yield element, "the outlet's `drop`"
    reasons = element_names()
    for element in tree.iter(*_NAMED):
        names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
        if not reasons.keys().isdisjoint(names) and not element.xpath("boolean(.//h1)"):
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
