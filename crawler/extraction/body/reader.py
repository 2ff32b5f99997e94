"""The reader: trafilatura on one element or on a whole page, with its result as blocks.

On one element only the first step of trafilatura is used: clean the tree and read the rest. If that gives
little text, trafilatura goes on with comparisons and rescues; then, and for a whole page, all its steps are
used. The text is the same as from `bare_extraction` in each case, which a test checks.
"""

import re
from collections.abc import Iterator
from copy import deepcopy

from lxml import etree
from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.core import ESCALATION_MAX_LENGTH, ESCALATION_PAGE_SHARE
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.main_extractor import extract_content
from trafilatura.settings import Document, Extractor
from trafilatura.xpaths import RAW_TREE_PRUNE_XPATH, REMOVE_COMMENTS_AND_LISTS_XPATH

from crawler.extraction.body.signature import NAME
from crawler.extraction.body.text_blocks import ReadBlock
from crawler.extraction.document.bare_text import make_paragraphs
from crawler.extraction.document.prose import RUNNING
from crawler.extraction.document.text import one_line
from crawler.items import BlockKind

# the output format has no effect here, as that text is never used
_FAST, _SLOW = (
    Extractor(output_format="txt", fast=fast, comments=False, formatting=False, links=True)
    for fast in (True, False)
)
_NEW = etree.HTMLParser()
# the class of each element is looked up in C; lxml.html looks it up in Python
_NEW.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
_CLEANED = ("form", "fieldset", "aside", "footer", "nav", "dialog", "menu", "label", "noindex", "figure")
"""Elements that trafilatura removes by their name; one that has most of the text is not what it is called."""
_LISTS = {"ul", "ol", "menu", "dir"}
_LEAST = max(_FAST.min_extracted_size, _FAST.min_output_size)


def read_tree(tree: HtmlElement, *, fast: bool = True) -> list[ReadBlock]:
    """Read a tree by all steps; with `fast=False` other algorithms are compared.

    Leaves the tree unchanged.
    """
    document = bare_extraction(tree, options=_FAST if fast else _SLOW)
    # a dictionary is made only on demand
    return list(_blocks(document.body)) if isinstance(document, Document) else []


def read_element(element: HtmlElement, *, with_names: bool = True) -> list[ReadBlock]:
    """Read the text of an element; without `with_names` its classes and ids are removed first."""
    body, is_enough = _first_step(_alone(element, with_names=with_names))
    return list(_blocks(body)) if is_enough else read_tree(_alone(element, with_names=with_names))


def read_brief(element: HtmlElement) -> list[ReadBlock]:
    """Read the text of an element, however short: trafilatura makes one line of less than 250 characters."""
    body, _ = _first_step(_alone(element, with_names=True))
    return list(_blocks(body))


def _first_step(tree: HtmlElement) -> tuple[_Element, bool]:
    """Apply trafilatura's first step, which changes the tree; False if it would go on to a second step."""
    # as long as they are held, no step has to make them again
    elements = [*tree.iter()]
    everything = len(tree.text_content()) + 2 * len(elements)
    try:
        tree = prune_unwanted_nodes(tree, RAW_TREE_PRUNE_XPATH)
        tree = prune_unwanted_nodes(tree, REMOVE_COMMENTS_AND_LISTS_XPATH)
        body, text = extract_content(convert_tags(tree_cleaning(tree, _FAST), _FAST), _FAST)
    except (TypeError, ValueError):
        return _NEW.makeelement("body"), False
    # `everything` is at least the number by which trafilatura measures a page
    little = len(text) < ESCALATION_MAX_LENGTH and len(text) < ESCALATION_PAGE_SHARE * everything
    return body, len(text) >= _LEAST and not little


def _alone(element: HtmlElement, *, with_names: bool) -> HtmlElement:
    """Return a page with only this element, under a class that trafilatura takes as a whole."""
    root: HtmlElement = _NEW.makeelement("html")
    body = etree.SubElement(root, "body")
    container = deepcopy(element)
    container.tail = None
    # in an <article>, lines separated by <br> would become one
    container.tag = "div"
    container.attrib.clear()
    container.set("class", "post")
    for empty in container.iter("span"):
        # drawn as a line break by a style sheet
        if "br" in empty.get("class", "").split() and not len(empty) and not (empty.text or "").strip():
            empty.tag = "br"
    _open_items(container)
    letters = len(container.text_content())
    for wrapper in container.iter(*_CLEANED):
        if 2 * len(wrapper.text_content()) > letters:
            wrapper.tag = "div"
    make_paragraphs(container)
    for quote in container.iter("blockquote"):
        _protect(quote, container)
        for said_by in list(quote.iter("cite", "footer")):
            # the speaker is in a line with the quotation, which ends without a space
            if said_by.text and said_by.text.strip()[:1] not in {"—", "–", "-"} and _stands_alone(said_by):
                said_by.text = f" — {said_by.text.lstrip()}"
            _into_paragraph(said_by)
    body.append(container)
    if not with_names:
        for inner in container.iter():
            inner.attrib.pop("class", None)
            inner.attrib.pop("id", None)
    return root


def _open_items(container: HtmlElement) -> None:
    """Make paragraphs of items outside of a list, which trafilatura leaves out."""
    for item in container.iter("li"):
        if item.getparent().tag not in _LISTS:
            linked = sum(map(len, map(HtmlElement.text_content, item.iter("a"))))
            item.tag = "p" if len(item.text_content()) - linked >= RUNNING else "li"


def _into_paragraph(said_by: HtmlElement) -> None:
    """Move a speaker into the quotation's last paragraph: WordPress prints it after, and it would be lost."""
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
    """Tell if a <cite> names a speaker, unlike the title in `I read <cite>Hamlet</cite> twice`."""
    before = said_by.getprevious()
    above = (said_by.getparent().text if before is None else before.tail) or ""
    ended = not above.strip() or _ENDS.search(above) or NAME.fullmatch((said_by.text or "").strip())
    return bool(ended) and not (said_by.tail or "").strip()


def _protect(quote: HtmlElement, container: HtmlElement) -> None:
    """Keep an embedded post, whose boxes (widget, embed) trafilatura would remove."""
    length = len(quote.text_content())
    for element in (quote, *quote.iterancestors()):
        if element is container or len(element.text_content()) > 1.3 * length + 80:
            break
        element.attrib.clear()


def _blocks(body: _Element) -> Iterator[ReadBlock]:
    """Yield blocks of trafilatura's own tags.

    These are head, p, list/item, quote, table/row/cell and code; lb is a line break, ref is a link.
    """
    yield from _bare(body.text)
    for element in body:
        tag = element.tag
        if tag == "head":
            yield from _lines("heading", element)
        elif tag == "list":
            _take_out_lists(element)
            for item in element.iter("item"):
                yield from _lines("list_item", item)
        elif tag == "quote":
            parts = element.findall("p")
            for part in parts if parts and not one_line(element.text or "") else [element]:
                yield from _lines("quote", part)
        elif tag == "table":
            yield from _rows(element)
        elif tag not in {"graphic", "lb"}:
            yield from _lines("paragraph", element)
        yield from _bare(element.tail)


def _take_out_lists(outer: _Element) -> None:
    """Put each list inside an item after it, with what follows there as an item of its own."""
    for inner in outer.xpath(".//item/list"):
        item, rest = inner.getparent(), etree.Element("item")
        rest.text, inner.tail = inner.tail, None
        rest.extend([*inner.itersiblings()])
        item.addnext(rest)
        item.addnext(inner)


def _bare(text: str | None) -> Iterator[ReadBlock]:
    if text and (line := one_line(text)):
        yield ReadBlock("paragraph", line, 0.0)


def _rows(table: _Element) -> Iterator[ReadBlock]:
    for row in table.iter("row"):
        cells = [one_line(" ".join(cell.itertext())) for cell in row.iter("cell")]
        if text := " | ".join(filter(None, cells)):
            yield ReadBlock("paragraph", text, _linked(row, text))


def _lines(kind: BlockKind, element: _Element) -> Iterator[ReadBlock]:
    """Yield one block, or several if line breaks separate what readers see as paragraphs."""
    for line_break in element.iter("lb"):
        line_break.text = "\u2028"
    text_of_all = "".join(element.itertext())
    lines = [text for part in text_of_all.split("\u2028") if (text := one_line(part))]
    share = _linked(element, lines[0] if len(lines) == 1 else one_line(text_of_all))
    if len(lines) > 1 and max(map(len, lines)) < 60:
        lines = [" ".join(lines)]
    for line in lines:
        yield ReadBlock(kind, line, share)


def _linked(element: _Element, text: str) -> float:
    refs = [element] if element.tag == "ref" else element.iter("ref")
    return sum(len(one_line("".join(ref.itertext()))) for ref in refs) / (len(text) or 1)
