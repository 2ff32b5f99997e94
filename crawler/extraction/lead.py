"""The lead: the paragraph between headline and text, which often is outside the text's own element."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from crawler.extraction.boilerplate import why_not_text
from crawler.extraction.text import for_comparison, one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_NAMED = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|lid|standfirst|summary|intro|introduction|subtitle|sub-?title|subhead(?:ing)?|dek|deck"
    r"|perex|anons|annotation|announce|descr|excerpt|like-h2|strapline|teaser-text|heading__text)(?:$|[\s_-])"
    r"|newsHeading|article-?Lead|leadBlk|articleSummary|StandFirst|article__subtitle",
    re.IGNORECASE,
)
_of_lead = lru_cache(maxsize=1024)(_NAMED.search)
_TAGS = ("p", "div", "h2", "h3", "section", "span", "strong", "header")
_NEAR = 25
"""Elements of the container in which a lead may still come."""


def find_lead(tree: HtmlElement, container: HtmlElement, description: str | None) -> str | None:
    """Its text; `description` is what the page's head says of the article, often the lead word for word."""
    told = for_comparison(description or "")[:120]
    after_headline = tree.find(".//h1") is None
    inside, near = 0, sum(1 for _ in islice(container.iter(), _NEAR))
    around = set(container.iterancestors())
    for element in tree.iter():
        if element.tag == "h1":
            after_headline = True
            continue
        if inside or element is container:
            inside += 1
            if inside > near:
                break
        if not after_headline or element.tag not in _TAGS or element in around or element is container:
            continue
        named = _of_lead(f"{element.get('class') or ''} {element.get('itemprop') or ''}")
        if not named and len(told) < 40:
            continue
        text = one_line(element.text_content())
        if not 40 < len(text) < 700 or why_not_text(text):
            continue
        if named or for_comparison(text)[:120] == told:
            linked = sum(len(a.text_content()) for a in element.iter("a"))
            if linked < 0.4 * len(text) and not element.findall(".//li") and len(element.findall(".//p")) < 4:
                return text
    return None
