"""Lines of a page as a reader sees them, each with a CSS selector."""

import re
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.extraction.body.pruning import NO_TEXT, unwanted
from crawler.extraction.document.outline import outline
from crawler.extraction.document.text import one_line

_BREAKS = {
    "p", "div", "td", "th", "li", "blockquote", "pre", "section", "article", "main", "dd", "dt", "dl", "body",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "center", "header", "footer", "nav", "aside",
    "form", "ul", "ol", "table", "tr", "tbody", "address", "label", "noindex", "br", "hr", "time", "details",
    "summary",
}  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z_][\w-]{0,60}")
_UP = 4
"""Ancestors of a line whose names its selector may use."""


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    selector: str
    reason: str | None
    """Reason why an element around it is left out, by boilerplate.toml or the outlet's `drop`."""


def page_lines(tree: HtmlElement, drop: str | None, spared: frozenset[str] = frozenset()) -> list[Line]:
    """Return the lines of <body> in page order; images and empty links have no line.

    `spared` are the words in names that say nothing on this page.
    """
    body = tree.find("body")
    lines: list[Line] = []
    if body is None:
        return lines
    reasons = dict(unwanted(outline(tree), drop, spared))
    words: list[str] = []

    def end(owner: HtmlElement, reason: str | None) -> None:
        text = one_line("".join(words))
        words.clear()
        if text:
            lines.append(Line(text, selector(owner), reason))

    def walk(element: HtmlElement, owner: HtmlElement, reason: str | None) -> None:
        if not isinstance(element.tag, str) or element.tag in NO_TEXT:
            return
        parts = element.tag in _BREAKS or element in reasons
        if parts:
            end(owner, reason)
            owner, reason = element, reasons.get(element, reason)
        words.append(element.text or "")
        for child in element:
            walk(child, owner, reason)
            words.append(child.tail or "")
        if parts:
            end(owner, reason)

    walk(body, body, None)
    return lines


def selector(element: HtmlElement) -> str:
    """Return a selector such as `div.post_text p`: the element, or its nearest ancestor with a name."""
    of_element = _named(element)
    if of_element != element.tag:
        return of_element
    for above in list(element.iterancestors())[:_UP]:
        if (name := _named(above)) != above.tag:
            return f"{name} {of_element}"
    return of_element


def _named(element: HtmlElement) -> str:
    classes = [name for name in (element.get("class") or "").split() if _IDENTIFIER.fullmatch(name)]
    if classes:
        return f"{element.tag}.{'.'.join(classes[:2])}"
    name = element.get("id") or ""
    return f"{element.tag}#{name}" if _IDENTIFIER.fullmatch(name) else str(element.tag)
