"""The day that stands beside a headline, in an element that nothing is said of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.extraction.date_forms import is_bare, parse_date
from crawler.extraction.names import names_say
from crawler.extraction.text import for_comparison, one_line
from crawler.extraction.zones import KYIV

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lxml.html import HtmlElement

    from crawler.extraction.outline import Outline

_PARTS = re.compile(r"\d+|[^\W\d]+")
_NEAR = 30
"""Elements after the headline in which its date may stand."""
_ABOVE = 6
"""Elements before the headline in which it may stand."""
_MENUS = {"nav", "ul", "ol", "form", "input", "select"}
_of_the_head = names_say(r"head(?!l)|logo|masthead|slogan|brand|top-?bar|site-?(?:name|title)|issue|found")


def beside_headline(page: Outline, fetched_at: datetime) -> Iterator[tuple[str, str]]:
    """(`printed`, line): a day with its year and nothing else, whatever its element is called.

    Under the headline; then above it, where today's day is of the page's head and no article's.
    """
    titles = page.of("title")
    title = for_comparison(titles[0].text_content()) if titles else ""
    for i, text in enumerate(page.texts):
        if page.tags[i] == "h1" or (20 < len(text) < 400 and page.tags[i] != "title" and title
                                    and for_comparison(text) in title):  # fmt: skip
            break
    else:
        return
    for at in range(i, min(i + _NEAR, len(page.elements))):
        for line in _days(page, at):
            yield "printed", line
    for line in _above(page, i):
        # `Засновано 1 березня 1998` is of the page's head, too
        parsed = parse_date(line, fetched_at) if is_bare(line) else None
        if parsed and parsed[0].astimezone(KYIV).date() != fetched_at.astimezone(KYIV).date():
            yield "printed", line


def _above(page: Outline, headline: int) -> Iterator[str]:
    """The nearest first, up to the page's own head, where a day is of the paper's founding."""
    around = {page.elements[headline], *page.elements[headline].iterancestors()}
    for i in range(headline - 1, max(headline - _ABOVE, 0) - 1, -1):
        if page.tags[i] in _MENUS or _is_of_the_head(page.elements[i], around):
            return
        yield from reversed([*_days(page, i)])


def _is_of_the_head(element: HtmlElement, around: set[HtmlElement]) -> bool:
    """In an element that is the page's head by its name, and has not the headline in it."""
    for parent in (element, *element.iterancestors()):
        if parent in around:
            return False
        names = (parent.get("class") or "", parent.get("id") or "")
        if parent.tag in {"header", "nav"} or any(map(_of_the_head, names)):
            return True
    return False


def _days(page: Outline, at: int) -> Iterator[str]:
    for line in (page.texts[at], page.elements[at].tail or ""):
        if 8 <= len(line) <= 80 and _is_only_a_day(line):
            yield one_line(line)


def _is_only_a_day(line: str) -> bool:
    """`Вівторок, 14 жовтня 2026, 09:30`: numbers, a year among them, and at most four words."""
    parts = _PARTS.findall(line)
    words = [part for part in parts if not part.isdigit()]
    year = any(len(part) == 4 and part[:2] in {"19", "20"} for part in parts)
    return year and len(parts) <= 9 and len(words) <= 4 and all(len(word) <= 12 for word in words)
