"""The container: the element that holds the article, found by its running text.

trafilatura goes by the names of classes and takes the first one that it knows. That may be a part of the text
(the first of several chunks) or a list of teasers. Here only text counts: the weight of a block of running
text is its number of letters. From <body> the search goes down as long as one child holds nearly all of it.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass

from lxml.html import Element, HtmlElement

from crawler.extraction.document.prose import Prose

_BLOCKS = {
    "p", "div", "td", "li", "blockquote", "pre", "section", "article", "main", "dd", "body",
    "figcaption", "th",
    "h1", "h2", "h3", "h4", "h5", "h6", "center", "header", "footer", "nav", "aside", "form",
    "figure", "ul", "ol",
    "table", "tr", "tbody", "address", "label", "button", "noindex",
}  # fmt: skip
_SMALL_PRINT = re.compile(
    r"©|\(c\)\s|all rights reserved|все права (?:на|защищены)|всі права (?:на|захищені)|правообладател"
    r"|не несет ответственност|не несе відповідальн|cookie"
    r"|признаны? (?:экстремист|террорист)\w+ и запрещен|роскомнадзор|федеральной службой по надзору"
    r"|адреса? редакц|(?:учредител\w|засновник\w*) (?:сми|змі)"
    r"|(?:свидетельство|свідоцтво) (?:о|про) (?:державну )?(?:регистрации|реєстрацію) (?:сми|змі)"
    r"|при (?:цитировании|использовании|перепечатке|цитуванні|використанні)",
    re.IGNORECASE,
)
_MAY_BE_SMALL_PRINT = (
    "©", "(c)", "rights reserved", "все права", "всі права", "правооблад", "не нес", "cookie", "при цит",
    "при исп", "при пер", "при вик", "роскомнадзор", "по надзору", "признан", " редакц", " сми", " змі",
)  # fmt: skip
"""Parts of small print, for a fast check before the pattern."""
_ENDS = re.compile(r"[.!?…][»”\"')\]]*\s*$")
_RUNNING = 50
"""Letters from which a block counts as running text."""
_NEARLY_ALL = 0.75


@dataclass(frozen=True, slots=True)
class Container:
    element: HtmlElement
    weight: int
    """Characters of running text in the element."""
    share: float
    """Share of the page's running text."""
    tight: bool
    """True if its own paragraphs are the text; otherwise it has several parts, and some may be no article."""


def find_container(prose: Prose, body: HtmlElement) -> Container:
    """Find the smallest element that holds nearly all running text of the page.

    If no child holds nearly all of it, a dense part inside may be chosen instead. Elements may have been
    removed from the tree since its prose was read.
    """
    weights = _weights(body, prose.others(), prose.tags())
    total = weights.get(body, 0)
    element = body
    while True:
        children = [(weights.get(child, 0), child) for child in element if isinstance(child.tag, str)]
        if not children:
            break
        heaviest, child = max(children, key=lambda pair: pair[0])
        if (
            heaviest < _NEARLY_ALL * weights.get(element, 0)
            or child.tag in {"p", "li", "blockquote"}
            or not heaviest
            or _is_list(child, weights)
        ):
            break
        element = child
    tight = _is_tight(element, weights)
    if not tight and (densest := _densest(element, weights)) is not None:
        element, tight = densest, True
    if tight:
        element = _with_its_kind(element, weights)
    weight = weights.get(element, 0)
    return Container(element, weight, weight / total if total else 0.0, tight)


def text_in_body(container: Container) -> HtmlElement | None:
    """Return a page's part from headline to last paragraph, if the paragraphs are in <body> itself (AMP)."""
    body = container.element
    children = [child for child in body if isinstance(child.tag, str)]
    running: list[int] = []
    letters = 0
    for i, child in enumerate(children):
        text = child.text_content() if child.tag == "p" else ""
        if len(text) >= _RUNNING and not _is_small_print(text):
            running.append(i)
            letters += len(text)
    if len(running) < 3 or letters < _NEARLY_ALL * container.weight:
        return None
    headline = next((i for i, child in enumerate(children) if child.tag == "h1"), running[0] - 1)
    part: HtmlElement = Element("div")
    part.extend(deepcopy(children[headline + 1 : running[-1] + 1]))
    return part


def _is_list(element: HtmlElement, weights: dict[HtmlElement, int]) -> bool:
    """Tell if the text is spread over many items; a page laid out as a list has nearly all in one."""
    most = max((weights.get(item, 0) for item in element), default=0)
    return element.tag in {"ul", "ol"} and most < _NEARLY_ALL * weights[element]


def _with_its_kind(element: HtmlElement, weights: dict[HtmlElement, int]) -> HtmlElement:
    """Return the ancestor that adds similar parts: paragraphs around a paywall's box, chunks of one class."""
    child = element
    for ancestor in list(element.iterancestors())[:5]:
        if ancestor.tag == "body":
            break
        siblings = [sibling for sibling in ancestor if sibling is not child and weights.get(sibling, 0)]
        alike = sum(map(weights.__getitem__, _alike(child, siblings))) if siblings else 0
        if alike > 0.03 * weights.get(element, 0) and alike > 0.7 * sum(map(weights.__getitem__, siblings)):
            element = ancestor
        child = ancestor
    return element


def _alike(child: HtmlElement, siblings: list[HtmlElement]) -> Iterator[HtmlElement]:
    """Yield the siblings that are parts of the same text."""
    below_headline = _below_headline(child)
    before = set(child.itersiblings(preceding=True))
    names = (child.get("class") or "").split()
    for sibling in siblings:
        is_of_class = _share_class(names, sibling) and sibling.find(".//h1") is None
        is_part = sibling.tag in {"p", "blockquote"} or is_of_class or sibling in below_headline
        is_opening = sibling in before and (_is_prose(sibling) or (not names and _is_sentence(sibling)))
        if is_part or is_opening:
            yield sibling


def _share_class(names: list[str], sibling: HtmlElement) -> bool:
    """Tell if a sibling has this class; of many names one may differ."""
    others = (sibling.get("class") or "").split()
    is_like = len({*names} ^ {*others}) == 1 < len({*names} & {*others}) / 3
    return bool(names) and (names == others or is_like)


def _is_sentence(sibling: HtmlElement) -> bool:
    """Tell if an element without a class is a line that ends like a sentence."""
    is_line = not sibling.get("class") and next(sibling.iterdescendants(*_BLOCKS), None) is None
    return is_line and _ENDS.search(sibling.text_content()) is not None


def _below_headline(element: HtmlElement) -> set[HtmlElement]:
    """Return the elements between the headline and this one, of the same parent, that end like a sentence."""
    elements: set[HtmlElement] = set()
    for sibling in element.itersiblings(preceding=True):
        if not isinstance(sibling.tag, str):
            continue
        if sibling.tag == "h1" or sibling.find(".//h1") is not None:
            return elements
        if _ENDS.search(sibling.text_content()):
            elements.add(sibling)
    return set()


def _is_prose(element: HtmlElement) -> bool:
    """Tell if an element has paragraphs of running text and next to nothing else."""
    if element.tag not in {"div", "section"} or element.find(".//h1") is not None:
        return False
    paragraphs = [*element.iterchildren("p", "blockquote")]
    text = sum(len(p.text_content().strip()) for p in paragraphs)
    linked = sum(len(a.text_content()) for a in element.iter("a"))
    length = len(element.text_content().strip())
    return text >= 0.9 * length and linked < 0.1 * length


def _densest(element: HtmlElement, weights: dict[HtmlElement, int]) -> HtmlElement | None:
    """Return the element with by far most of the text in its own blocks, if the text is in several places."""
    texts: dict[HtmlElement, int] = {}
    for block, weight in weights.items():
        parent = block.getparent()
        if parent is not None and not any(weights.get(child, 0) for child in block):
            texts[parent] = texts.get(parent, 0) + weight
            if block.tag not in {"p", "li", "blockquote", "h2", "h3"}:
                texts[block] = texts.get(block, 0) + weight
    inside = sorted(((weight, block) for block, weight in texts.items() if element in block.iterancestors()),
                    key=lambda pair: -pair[0])  # fmt: skip
    if not inside or inside[0][0] < 0.3 * weights[element]:
        return None
    best = inside[0][1]
    rival = next((weight for weight, block in inside[1:] if best not in block.iterancestors()
                  and block not in best.iterancestors()), 0)  # fmt: skip
    return best if inside[0][0] > 2.5 * rival else None


def _is_tight(element: HtmlElement, weights: dict[HtmlElement, int]) -> bool:
    if element.tag in {"body", "table", "tbody", "tr", "ul", "ol"}:
        return False
    parts = [child for child in element if weights.get(child, 0)]
    total = weights.get(element, 0)
    bare = total - sum(weights[part] for part in parts)
    paragraphs = 0
    for part in parts:
        if part.tag in {"p", "ul", "ol", "blockquote", "pre"} or weights.keys().isdisjoint(part):
            paragraphs += weights[part]
    if bare + paragraphs >= 0.6 * total > 0:
        return True
    # chunks of one text have the same class
    large = [part for part in parts if weights[part] > 0.15 * total] or _headed(parts)
    names = set(map(_name_of_chunk, large))
    return len(large) > 1 and len(names) == 1 and None not in names


def _headed(parts: list[HtmlElement]) -> list[HtmlElement]:
    """Return the parts if several have headings: other boxes of one class may be references."""
    headed = sum(next(part.iter("h2", "h3", "h4"), None) is not None for part in parts)
    return parts if headed > 1 else []


def _name_of_chunk(part: HtmlElement) -> str | None:
    return part.get("class") if part.tag == "div" else None


def _weights(
    body: HtmlElement, other_elements: set[HtmlElement], never: frozenset[str]
) -> dict[HtmlElement, int]:
    """Count the characters of running text in each element that has any."""
    order: list[HtmlElement] = list(body.iter("*"))
    letters: dict[HtmlElement, int] = {}
    links: dict[HtmlElement, int] = {}
    for text, block, linked in _texts(order, other_elements, never):
        if count := len(text.strip()):
            letters[block] = letters.get(block, 0) + count
            if linked:
                links[block] = links.get(block, 0) + count
    weights = _of_running_text(letters, links)
    for element in reversed(order[1:]):
        if element in weights:
            parent = element.getparent()
            weights[parent] = weights.get(parent, 0) + weights[element]
    return weights


def _texts(
    order: list[HtmlElement], other_elements: set[HtmlElement], never: frozenset[str]
) -> Iterator[tuple[str, HtmlElement, bool]]:
    """Yield the texts that may be the article's, each with its block, and True inside a link."""
    body = order[0]
    headed = {around for h1 in body.iter("h1") for around in h1.iterancestors()}
    has_main = next(body.iter("main"), None) is not None
    # for each element: the block of its text, then three flags: inside a link, inside an element that is no
    # article, and the same for its block; most are as those of the element around it
    places: dict[HtmlElement, tuple[HtmlElement, bool, bool, bool]] = {body: (body, False, False, False)}
    if text := body.text:
        yield text, body, False
    for element in order[1:]:
        place = places[element.getparent()]
        if place[3] and not has_main:
            # all in it is lost, too
            places[element] = place
            continue
        around, linked, is_other, lost = place
        if not lost and (text := element.tail):
            yield text, around, linked
        tag = element.tag
        is_named = tag in never or element in other_elements
        if is_named or tag in _BLOCKS or tag == "a":
            if tag == "main":
                is_other = False
            elif not is_other and tag != "form" and (is_named or tag == "h1"):
                # with an <h1> inside it may be the article: ASP.NET wraps pages in a form, some put it into a
                # header or an aside
                is_other = element not in headed
            linked = linked or tag == "a"
            if tag in _BLOCKS:
                around, lost = element, is_other
            place = (around, linked, is_other, lost)
        places[element] = place
        if not lost and (text := element.text):
            yield text, around, linked


def _of_running_text(
    letters: dict[HtmlElement, int], links: dict[HtmlElement, int]
) -> dict[HtmlElement, int]:
    """Return the blocks of long lines, few of them links and none small print, each with its letters."""
    weights: dict[HtmlElement, int] = {}
    for block, count in letters.items():
        running = count >= _RUNNING and links.get(block, 0) < 0.5 * count
        if running and not _is_small_print(block.text_content()[:1000]):
            weights[block] = count
    return weights


def _is_small_print(text: str) -> bool:
    folded = text.lower()
    return any(map(folded.__contains__, _MAY_BE_SMALL_PRINT)) and _SMALL_PRINT.search(text) is not None
