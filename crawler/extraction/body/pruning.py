"""Pruning: elements removed before the text is read, by tag, by name or by the outlet's `drop`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree

from crawler.extraction.body.boilerplate import element_names, unless_most
from crawler.extraction.document.class_names import Rule, names_say
from crawler.extraction.document.outline import COMPONENT, short_text
from crawler.extraction.document.text import for_comparison, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element
    from lxml.html import HtmlElement

    from crawler.extraction.document.outline import Outline

NO_TEXT = ("script", "style", "svg", "template", "noscript", "iframe", "button", "select", "object")
_SMALL = 500
"""Characters below which the last part of a name decides; a larger element may be the text itself."""
_RUNNING = 50
"""Letters from which a block counts as running text."""
_HASHED = re.compile(r"^([a-z]+_[a-z-]+)__[\w-]{1,8}$")
"""Names that build tools make for styles of one file: `donate_inline__i9`."""
_HOLDERS = {
    "card", "block", "box", "list", "wrap", "wrapper", "container", "section", "widget", "form", "bar",
    "root", "inline", "row", "area", "panel", "module", "component", "holder",
}  # fmt: skip
_NAMED = {"div", "section", "aside", "ul", "ol", "span", "p", "ins", "nav", "footer"}


def prune(page: Outline, drop: str | None) -> None:
    """Remove unwanted elements from the tree. `drop` is an outlet's CSS selector of elements to leave out."""
    found = list(unwanted(page, drop))
    _show(page)
    etree.strip_elements(page.root, *NO_TEXT, with_tail=False)
    for element, _ in found:
        remove(element)


def _show(page: Outline) -> None:
    """Show text that readers see, though its markup hides it from others.

    Running text that is marked as hidden from screen readers, and the text of a page whose only text is for
    readers without JavaScript.
    """
    for i in page.positions("p", "blockquote"):
        element = page.elements[i]
        if element.get("aria-hidden") == "true" and len(page.texts[i]) >= _RUNNING:
            del element.attrib["aria-hidden"]
    scripted = [x for x in page.of("noscript") if len(x.text_content()) > _SMALL]
    prose = sum(map(_prose, scripted)) if scripted else 0
    if prose > _SMALL and prose > 0.6 * _prose(page.root):
        for element in scripted:
            element.tag = "div"


def unwanted(page: Outline, drop: str | None) -> Iterator[tuple[HtmlElement, str]]:
    """Yield the elements to leave out, each with the reason."""
    for element in page.root.cssselect(drop) if drop else ():
        yield element, "the outlet's `drop`"
    reasons = element_names()
    for i in sorted(page.named(_is_unwanted, page.by_class, page.by_id, *map(page.by, COMPONENT))):
        element, said = page.elements[i], page.attributes[i]
        if page.tags[i] not in _NAMED or element.find(".//h1") is not None:
            continue
        names = " ".join(said.get(name, "") for name in ("class", "id", *COMPONENT)).lower().split()
        if (name := next((name for name in names if name in reasons), None)) is not None:
            # comments may be longer than the article
            spared = name in unless_most() or "comment" not in name
            if spared and short_text(element, _SMALL) is None and _is_most_of(page.root, element):
                continue
            yield element, f"{reasons[name]} (.{name})"
        elif short_text(element, _SMALL) is not None:
            name = next(name for name in names if _last_part(name) in reasons)
            yield element, f"{reasons[_last_part(name)]} (.{name})"

    for element in (*page.of("section"), *page.of("aside")):
        label = element.get("aria-label")
        if label and _PROMOTES.fullmatch(label.strip()) and short_text(element, _SMALL) is not None:
            yield element, f"promotes something else ({label})"

    pulled = page.named(_is_pulled_out, page.by_class)
    # only visible text counts, as JSON-LD repeats the article
    shown = for_comparison("".join(page.root.xpath(_SHOWN))) if pulled else ""
    for i in pulled:
        words = page.elements[i].xpath("string(.//p)") or page.elements[i].text_content()
        if len(words) > 20 and shown.count(for_comparison(words)) > 1:
            yield page.elements[i], "a sentence of the text, repeated for the eye"


_PROMOTES = re.compile(
    r"(?:наш\w* )?(?:подкасти?|подкасты|podcasts?|розсилк[аи]|рассылк[аи]|newsletters?)(?: [\w' -]{2,30})?"
    r"|реклама|advertisement|(?:інші|другие|related|more|recommended|популярні|популярные) [\w' -]{2,30}",
    re.IGNORECASE,
)
"""Labels for screen readers of parts that promote something: `<section aria-label="Подкаст">`."""
_SHOWN = "//text()[not(parent::script or parent::style or parent::noscript or parent::template)]"
_is_pulled_out = names_say("pull-?quote|quote-?pull")


@Rule
def _is_unwanted(names: str) -> bool:
    return any(map(_is_left_out, names.lower().split()))


@lru_cache(maxsize=4096)  # an element's class has a few names, and many elements share them
def _is_left_out(name: str) -> bool:
    reasons = element_names()
    return name in reasons or _last_part(name) in reasons


def _is_most_of(root: HtmlElement, element: HtmlElement) -> bool:
    """Tell if more than half of the page's prose is in the element."""
    within = _prose(element)
    return within > _SMALL and 2 * within > _prose(root)


def _prose(element: HtmlElement) -> int:
    return sum(len(one_line(text)) for text in element.xpath(_LONG_TEXTS))


_LONG_TEXTS = (
    ".//text()[string-length() > 60 and not(parent::script or parent::style or parent::noscript"
    " or parent::template or ancestor::a)]"
)


def _last_part(name: str) -> str:
    """Return the part of a name that says what an element is.

    It is `tags` in `post__tags` and `tags_root__x3k`, and `share` in `share-bar`: after the place, before the
    kind of box.
    """
    parts = [part for part in _HASHED.sub(r"\1", name).replace("_", "-").split("-") if part]
    while len(parts) > 1 and parts[-1] in _HOLDERS:
        parts.pop()
    return parts[-1] if parts else ""


def remove(element: _Element) -> None:
    """Remove an element but not the text after it."""
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
