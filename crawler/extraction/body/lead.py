"""Text right below the headline: the lead, often outside the text's own element, and the text of a brief."""

import re
from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction.body.boilerplate import why_not_text
from crawler.extraction.document.class_names import Rule
from crawler.extraction.document.outline import Outline, short_text
from crawler.extraction.document.text import for_comparison, one_line

_search = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|lid|standfirst|summary|intro|introduction|subtitle|sub-?title|subhead(?:ing|line|er)?|dek|deck"
    r"|perex|anons|annotation|announce|descr|excerpt|like-h2|strapline|tagline|teaser-text|heading__text)(?:$|[\s_-])"
    r"|newsheading|introtext|article-?lead|leadblk|articlesummary|standfirst|article__subtitle"
).search
_of_lead = Rule(lambda name: _search(name.lower()) is not None, _search)
_TAGS = ("p", "div", "h2", "h3", "h4", "h5", "section", "span", "strong", "header")
_NO_LEAD = {"figure", "picture", "ul", "ol", "table", "nav", "aside", "form"}
_LONGEST = 600
_LEVELS = 3
"""Levels from the text's element up to the siblings of the headline."""
_PARTS = {"div", "p", "section", "ul", "ol", "table", "figure", "img", "form", "figcaption"}
_COMPARED = 8
"""Letters that are compared first; they rule out nearly all texts that begin otherwise."""
_NEAR = 25
"""First elements of the container among which a lead may be."""


def find_lead(page: Outline, container: HtmlElement, description: str | None) -> list[str]:
    """Return the paragraphs of the lead; the tree may have lost elements since the outline was made.

    `description` is the description in the page's head, often the same as the lead, word for word.
    """
    tree = page.root
    names = (page.by_class, page.by_itemprop, *page.by_component)
    called_lead = {page.elements[i] for i in page.named(_of_lead, *names)}
    summary = for_comparison(description or "")[:120]
    after_headline = has_no_headline = not any(tree in h1.iterancestors() for h1 in page.of("h1"))
    near = set(islice(container.iter(), _NEAR))
    inside = False
    around = set(container.iterancestors())
    for element in tree.iter("h1", *_TAGS):
        if element.tag == "h1":
            after_headline = True
            continue
        if element in near:
            inside = True
        elif inside:
            break
        if not after_headline or element in around or element is container:
            continue
        if lines := _lead_in(element, summary, is_called_lead=element in called_lead):
            return lines
    return [] if has_no_headline else _right_above(container)


def _begins(element: HtmlElement, summary: str) -> bool:
    """Tell if an element may begin like the description; a fast check before the full one."""
    begins = ""
    for part in element.itertext():
        begins = f"{begins}{part}".lstrip()[: 8 * _COMPARED]
        if len(begins) > 4 * _COMPARED and len(letters := for_comparison(begins)) > _COMPARED:
            return letters[:_COMPARED] == summary[:_COMPARED]
    return True


def _has_one_that_is(element: HtmlElement, summary: str) -> bool:
    """Tell if a child begins like the description: the element has it, and the paragraphs that follow."""
    return any(
        child.tag in _TAGS and for_comparison(child.text_content())[:120] == summary for child in element
    )


def _lead_in(element: HtmlElement, summary: str, *, is_called_lead: bool) -> list[str]:
    """Return the paragraphs of an element that is called the lead, or is the page's description; or none."""
    if not is_called_lead and (len(summary) < 40 or not _begins(element, summary)):
        return []
    text = one_line(element.text_content())
    if not 40 < len(text) < 700:
        return []
    is_summary = for_comparison(text)[:120] == summary and not _has_one_that_is(element, summary)
    is_lead = (is_called_lead or is_summary) and why_not_text(text) is None
    return _paragraphs(element, text) if is_lead else []


def _paragraphs(element: HtmlElement, text: str) -> list[str]:
    linked = sum(len(a.text_content()) for a in element.iter("a"))
    paragraphs = element.findall(".//p")
    if linked < 0.4 * len(text) and not element.findall(".//li") and len(paragraphs) < 4:
        lines = [line for p in paragraphs if (line := one_line(p.text_content()))]
        return lines if for_comparison("".join(lines)) == for_comparison(text) else [text]
    return []


def _is_lead(element: HtmlElement, text: str) -> bool:
    """Tell if an element is one plain paragraph of sentences."""
    if element.tag not in _TAGS or any(child.tag in _PARTS for child in element.iterdescendants()):
        return False
    is_sentence = 60 < len(text) < _LONGEST and text.endswith((".", "!", "?", "…", "»", "”"))
    return is_sentence and not element.findall(".//a") and why_not_text(text) is None


def _right_above(container: HtmlElement) -> list[str]:
    """Return a line of sentences between headline and text, whatever its class."""
    element = container
    for _ in range(_LEVELS):
        for sibling in element.itersiblings(preceding=True):
            if not isinstance(sibling.tag, str):
                continue
            if sibling.tag == "h1" or sibling.find(".//h1") is not None:
                return []
            if sibling.tag in _NO_LEAD:
                continue
            text = one_line(short_text(sibling, _LONGEST) or "…" * _LONGEST)
            if len(text) < 40:
                continue
            return [text] if _is_lead(sibling, text) else []
        parent = element.getparent()
        if parent is None or parent.find(".//h1") is not None:
            break
        element = parent
    return []


# The text of a brief: a line or two below the headline, too little to be found by its weight.


_STOPS = frozenset({"h1", "h2", "h3", "h4", "nav", "aside", "footer", "form", "ul", "ol", "table"})


def text_of_brief(page: Outline, headline: str | None, stops: set[HtmlElement]) -> list[str]:
    """Return the lines that follow the headline, up to one of the others; the tree may be pruned."""
    title = for_comparison(headline or "")
    heading = next(
        (x for x in page.root.iter("h1", "h2", "h3") if for_comparison(x.text_content()) == title), None
    )
    if heading is None or not title:
        return []
    element = heading
    for _ in range(_LEVELS):
        lines: list[str] = []
        for sibling in element.itersiblings():
            if isinstance(sibling.tag, str) and (sibling.tag in _STOPS or sibling in stops):
                break
            lines += _lines_of(sibling)
        if lines or (element := element.getparent()) is None or element.tag == "body":
            return lines
    return []


def _lines_of(element: HtmlElement) -> list[str]:
    if not isinstance(element.tag, str) or element.tag in _NO_LEAD or element.find(".//h2") is not None:
        return []
    paragraphs = [p for p in element.iter("p") if p is element or p.getparent().tag != "p"]
    if sum(len(p.text_content()) for p in paragraphs) < 0.8 * len(element.text_content().strip()):
        paragraphs = [element]
    return [text for paragraph in paragraphs if (text := _running_text(paragraph))]


def _running_text(paragraph: HtmlElement) -> str:
    """Return the text in one line; empty for a few words, links and boilerplate."""
    text = one_line(short_text(paragraph, _LONGEST) or "")
    linked = sum(len(a.text_content()) for a in paragraph.iter("a"))
    has_words = len(text.split()) > 2 or text.endswith((".", "!", "…"))
    return text if has_words and linked < 0.5 * len(text) and why_not_text(text) is None else ""
