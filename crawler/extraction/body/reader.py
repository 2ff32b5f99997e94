"""trafilatura on one element or on a whole page, and what it gives back as blocks.

Of one element only its first step is taken: to clean the tree and to read what is left. Where little comes
of that it goes on to compare and to rescue; there, and for a whole page, it is asked as a whole. Either way
the text is what `bare_extraction` gives (a test holds the two together).
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree, html
from trafilatura import bare_extraction
from trafilatura.core import ESCALATION_MAX_LENGTH, ESCALATION_PAGE_SHARE
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.main_extractor import extract_content
from trafilatura.settings import Document, Extractor
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_AND_LISTS_XPATH

from crawler.extraction.body.model import Found
from crawler.extraction.body.signature import NAME
from crawler.extraction.document.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element
    from lxml.html import HtmlElement

    from crawler.items import BlockKind

# the format is of a text that is never asked for
_FAST, _SLOW = (
    Extractor(output_format="txt", fast=fast, comments=False, formatting=False, links=True)
    for fast in (True, False)
)
_LEAST = max(_FAST.min_extracted_size, _FAST.min_output_size)


def read_tree(tree: HtmlElement, *, fast: bool = True) -> list[Found]:
    """By all of its steps; with `fast=False` it compares with other algorithms. Leaves the tree as it is."""
    document = bare_extraction(tree, options=_FAST if fast else _SLOW)
    # a dictionary comes only where one is asked for
    return list(_blocks(document.body)) if isinstance(document, Document) else []


def read_element(element: HtmlElement, *, named: bool = True) -> list[Found]:
    """The text of this element, in which no class or id means anything if it is not `named`."""
    body = _first_step(_alone(element, named=named))
    return list(_blocks(body)) if body is not None else read_tree(_alone(element, named=named))


def _first_step(tree: HtmlElement) -> _Element | None:
    """Changes the tree. None where trafilatura would take a second."""
    everything = len(tree.text_content()) + 2 * len(list(tree.iter()))
    try:
        tree = prune_unwanted_nodes(tree, RAW_TREE_PRUNE_XPATH)
        tree = prune_unwanted_nodes(tree, REMOVE_COMMENTS_AND_LISTS_XPATH)
        body, text = extract_content(convert_tags(tree_cleaning(tree, _FAST), _FAST), _FAST)
    except (TypeError, ValueError):
        return None
    # `everything` is at least what it measures a page by
    little = len(text) < ESCALATION_MAX_LENGTH and len(text) < ESCALATION_PAGE_SHARE * everything
    return None if len(text) < _LEAST or little else body


def _alone(element: HtmlElement, *, named: bool) -> HtmlElement:
    """A page that has nothing but this element, under a name by which trafilatura takes all of it."""
    root = html.Element("html")
    body = etree.SubElement(root, "body")
    container = deepcopy(element)
    container.tail = None
    # as an <article>, lines parted by <br> would become one
    container.tag = "div"
    container.attrib.clear()
    container.set("class", "post")
    for quote in container.iter("blockquote"):
        _protect(quote, container)
        for said_by in list(quote.iter("cite", "footer")):
            # in a line with the quotation, which ends without a space
            if said_by.text and said_by.text.strip()[:1] not in {"—", "–", "-"} and _stands_alone(said_by):
                said_by.text = f" — {said_by.text.lstrip()}"
            _into_paragraph(said_by)
    body.append(container)
    if not named:
        for inner in container.iter():
            inner.attrib.pop("class", None)
            inner.attrib.pop("id", None)
    return root


def _into_paragraph(said_by: HtmlElement) -> None:
    """WordPress has the speaker after the last paragraph of a quotation, where trafilatura drops him."""
    before = said_by.getprevious()
    if (
        before is not None
        and before.tag == "p"
        and said_by.tag == "cite"
        and not (said_by.tail or "").strip()
    ):
        said_by.tag, name = "span", (said_by.text or "").strip()
        said_by.text = f" {name}" if name[:1] in {"—", "–", "-"} else f" — {name}"
        before.append(said_by)


_ENDS = re.compile(r"[.!?…»”\"']\s*$")


def _stands_alone(said_by: HtmlElement) -> bool:
    """`I read <cite>Hamlet</cite> twice` is a sentence."""
    before = said_by.getprevious()
    above = (said_by.getparent().text if before is None else before.tail) or ""
    ended = not above.strip() or _ENDS.search(above) or NAME.fullmatch((said_by.text or "").strip())
    return bool(ended) and not (said_by.tail or "").strip()


def _protect(quote: HtmlElement, container: HtmlElement) -> None:
    """An embedded post is text, though trafilatura drops the boxes around it, called widget or embed."""
    length = len(quote.text_content())
    for element in (quote, *quote.iterancestors()):
        if element is container or len(element.text_content()) > 1.3 * length + 80:
            break
        element.attrib.clear()


def _blocks(body: _Element) -> Iterator[Found]:
    """From its own tags: head, p, list/item, quote, table/row/cell, code; lb breaks a line, ref is a link."""
    if body.text and one_line(body.text):
        yield Found("paragraph", one_line(body.text), 0.0)
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
                    yield Found("paragraph", text, _linked(row, text))
        elif tag not in {"graphic", "lb"}:
            yield from _lines("paragraph", element)
        if element.tail and one_line(element.tail):
            yield Found("paragraph", one_line(element.tail), 0.0)


def _lines(kind: BlockKind, element: _Element) -> Iterator[Found]:
    """One block, or several where line breaks part what are paragraphs to a reader."""
    for line_break in element.iter("lb"):
        line_break.text = "\u2028"
    whole = "".join(element.itertext())
    lines = [text for part in whole.split("\u2028") if (text := one_line(part))]
    if len(lines) > 1 and max(map(len, lines)) < 60:
        lines = [" ".join(lines)]
    share = _linked(element, one_line(whole))
    for line in lines:
        yield Found(kind, line, share)


def _linked(element: _Element, text: str) -> float:
    refs = [element] if element.tag == "ref" else element.iter("ref")
    return sum(len(one_line("".join(ref.itertext()))) for ref in refs) / (len(text) or 1)
