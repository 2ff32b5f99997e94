"""The text of an article as blocks in page order, by trafilatura on the shared tree."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree, html
from trafilatura import bare_extraction

from crawler.extraction.boilerplate import element_names, why_not_text
from crawler.extraction.captions import read_page, with_captions
from crawler.extraction.container import find_container
from crawler.extraction.text import for_comparison, one_line
from crawler.items import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element
    from lxml.html import HtmlElement

_NO_TEXT = ("script", "style", "svg", "template", "noscript", "iframe", "button", "select", "object")
_SHORT = 1500
"""Characters below which the fast way is not trusted, and trafilatura compares with its other algorithms."""


@dataclass(frozen=True, slots=True)
class Body:
    blocks: tuple[Block, ...]
    dropped: tuple[str, ...]
    """The reasons of the lines that were left out, one each."""

    @property
    def text(self) -> str:
        return "\n\n".join(block.text for block in self.blocks if block.kind != "caption")


def read_body(tree: HtmlElement, *, headline: str | None, byline: str | None, drop: str | None) -> Body:
    """Changes the tree: call it last."""
    page = read_page(tree)
    _prune(tree, drop)
    for caption in page.captions:
        _remove(caption.element)
    captions = {for_comparison(caption.text) for caption in page.captions}
    found = list(_extract(tree))
    blocks: list[Block] = []
    dropped: list[str] = []
    seen: set[str] = set()
    for block in found:
        reason = _why_not(block, headline, byline, captions, seen)
        if reason:
            dropped.append(reason)
        else:
            blocks.append(block)
            seen.add(for_comparison(block.text))
    while blocks and blocks[-1].kind == "heading":
        blocks.pop()
        dropped.append("heading of nothing")
    return Body(tuple(with_captions(blocks, page)), tuple(dropped))


def _extract(tree: HtmlElement) -> list[Block]:
    body = tree.find("body")
    if body is None:
        return []
    container = find_container(body)
    if container.tight and container.weight > 250:
        blocks = _read(_alone(container.element))
        if _length(blocks) >= 0.6 * container.weight:
            return blocks
        bare = _alone(container.element)
        for element in bare.iter():
            element.attrib.pop("class", None)
            element.attrib.pop("id", None)
        again = _read(bare)
        if _length(again) >= 0.6 * container.weight:
            return again
    blocks = _read(tree)
    if _length(blocks) < _SHORT or len(blocks) < 2:
        again = _read(tree, fast=False)
        if len(again) > 1 or not blocks:
            return again
    return blocks


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _read(tree: HtmlElement, *, fast: bool = True) -> list[Block]:
    document = bare_extraction(tree, fast=fast, include_comments=False, include_formatting=False)
    return list(_blocks(document.body)) if document is not None else []


def _alone(element: HtmlElement) -> HtmlElement:
    """A page that has nothing but this element, under a name by which trafilatura takes all of it."""
    root = html.Element("html")
    body = etree.SubElement(root, "body")
    container = deepcopy(element)
    container.tail = None
    container.tag = "article"
    container.attrib.clear()
    container.set("class", "post")
    body.append(container)
    return root


def _prune(tree: HtmlElement, drop: str | None) -> None:
    etree.strip_elements(tree, *_NO_TEXT, with_tail=False)
    unwanted = element_names()
    gone = list(tree.cssselect(drop)) if drop else []
    for element in tree.iter("div", "section", "aside", "ul", "ol", "span", "p", "ins", "nav", "footer"):
        named = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
        if not unwanted.isdisjoint(named) and not element.xpath("boolean(.//h1)"):
            gone.append(element)
    for element in gone:
        _remove(element)


def _remove(element: _Element) -> None:
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


def _blocks(body: _Element) -> Iterator[Block]:
    """trafilatura's own tags: head, p, list/item, quote, table/row/cell, code; lb is a line break."""
    if body.text and one_line(body.text):
        yield Block("paragraph", one_line(body.text))
    for element in body:
        tag = element.tag
        if tag == "head":
            yield from _lines("heading", element)
        elif tag == "list":
            for item in element.iter("item"):
                yield from _lines("list_item", item)
        elif tag == "quote":
            parts = element.findall("p")
            if parts and not one_line(element.text or ""):
                for part in parts:
                    yield from _lines("quote", part)
            else:
                yield from _lines("quote", element)
        elif tag == "table":
            for row in element.iter("row"):
                cells = [one_line(" ".join(cell.itertext())) for cell in row.iter("cell")]
                if text := " | ".join(cell for cell in cells if cell):
                    yield Block("paragraph", text)
        elif tag not in {"graphic", "lb"}:
            yield from _lines("paragraph", element)
        if element.tail and one_line(element.tail):
            yield Block("paragraph", one_line(element.tail))


def _lines(kind: str, element: _Element) -> Iterator[Block]:
    """One block, or several where line breaks part what are paragraphs to a reader."""
    copied = deepcopy(element)
    copied.tail = None
    for line_break in copied.iter("lb"):
        line_break.text = "\u2028"
    lines = [text for part in "".join(copied.itertext()).split("\u2028") if (text := one_line(part))]
    if len(lines) > 1 and max(map(len, lines)) < 60:
        lines = [" ".join(lines)]
    for line in lines:
        yield Block(kind, line)  # type: ignore[arg-type]


def _why_not(
    block: Block, headline: str | None, byline: str | None, captions: set[str], seen: set[str]
) -> str | None:
    compared = for_comparison(block.text)
    if headline and not any(seen) and compared == for_comparison(headline):
        return "the headline again"
    if byline and compared == for_comparison(byline):
        return "the byline"
    if compared in captions and block.kind != "heading":
        return "a caption"
    if compared in seen and len(compared) > 60:
        return "said before"
    return why_not_text(block.text)
