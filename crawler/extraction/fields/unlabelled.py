"""Names printed without a label: first in the text, before a post, or beside the day."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from crawler.extraction.body.signature import NAME, POST, is_above_address, without_day
from crawler.extraction.document.outline import Outline, short_text
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.placement import BELOW, Placement

_LONGEST, _LONGEST_NAME = 140, 80
"""Characters of a line, and of a name, at most."""
_ABOVE = 2
"""Long texts between the headline and a name above the text, at most: a note and the lead."""
_OTHER_SPELLING = re.compile(r"\s*\([A-ZÀ-Þ][^\W\d_]+(?:[\s'’.-]+[^\W\d_]+){1,3}\)$")
"""The name once more as its own language has it: `Роберт Хилл (Robert Hill)`."""
_DAY_FIRST = re.compile(
    r"(?:[^\W\d_]{3,10},?\s+)?(?:[^\W\d_]{3,10}\.?\s+\d{1,2},?\s+(?:19|20)\d{2}|\d{1,2}\.?\s+[^\W\d_]{3,10}\.?,?\s+(?:19|20)\d{2}"
    r"|\d{1,2}[./]\d{1,2}[./](?:19|20)?\d{2})(?:\W+\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?)?[\s,|·•–—-]+"
)
"""Day before a name: `Wednesday, June 05, 2013 Jane Doe`."""


def with_post(page: Outline, place: Placement) -> Iterator[tuple[int, str]]:
    """Yield the positions and names of the lines below the headline that are a name and a post."""
    for i in _below_headline(page, place):
        line = one_line(page.texts[i])
        if (post := POST.search(line)) is not None and NAME.fullmatch(name := line[: post.start()]):
            yield i, name


def beside_day(page: Outline, place: Placement) -> Iterator[tuple[int, str]]:
    """Yield the positions and names of the lines below the headline that are a name and a day.

    It may be an organisation's: pipelines/authors.py believes known given names alone.
    """
    for i in _below_headline(page, place):
        line = page.texts[i].strip()
        if not (line[-4:].isdigit() or line[:1].isdigit()):
            continue
        element = page.elements[i]
        if short_text(element, _LONGEST_NAME) is None:
            continue
        whole = one_line(" ".join(element.itertext()))
        name = _DAY_FIRST.sub("", whole, count=1) if _DAY_FIRST.match(whole) else without_day(whole)
        if name != whole and NAME.fullmatch(name):
            yield i, name


def _below_headline(page: Outline, place: Placement) -> Iterator[int]:
    """Yield the positions of the short lines below the headline."""
    first = place.headline
    for i in range(first + 1, min(first + BELOW, len(page.texts))) if first is not None else ():
        if 0 < len(page.texts[i].strip()) <= _LONGEST:
            yield i


def above_the_text(page: Outline, place: Placement) -> Iterator[str]:
    """Yield a name that is the first paragraph of the text, alone, in bold letters or above its address."""
    first, read = place.headline, 0
    for i in page.by_tag.get("p", ()):
        paragraph = page.elements[i]
        if first is None or i < first or place.is_of_picture(paragraph):
            continue
        short = short_text(paragraph, _LONGEST)
        line = one_line(short or "") if i in place.article else ""
        if _is_of_names(line) and (_is_bold(paragraph, line) or is_above_address(paragraph, line)):
            yield line
            return
        if (name := _before_outlet(paragraph, line)) is not None:
            yield name
            return
        read += bool(line)
        if read > 2 or short is None:
            break
    yield from _of_division(page, place)


def _of_division(page: Outline, place: Placement) -> Iterator[str]:
    """Yield a name in bold letters that is all of a <div> above the text."""
    first, long = place.headline, 0
    for i in range(first + 1, place.article.stop) if first is not None else ():
        if page.tags[i] in {"strong", "b"}:
            box = page.elements[i].getparent()
            line = one_line(page.texts[i])
            if box.tag == "div" and _is_of_names(line) and one_line(short_text(box, _LONGEST) or "") == line:
                yield line
                return
        long += len(page.texts[i]) > _LONGEST and page.tags[i] not in {"script", "style"}
        if long > _ABOVE:
            return


def _is_of_names(line: str) -> bool:
    line = _OTHER_SPELLING.sub("", line)
    return len(line) < _LONGEST_NAME and all(map(NAME.fullmatch, map(str.strip, line.split("/"))))


def _is_bold(paragraph: HtmlElement, line: str) -> bool:
    bold = next(paragraph.iterdescendants("strong", "b"), None)
    return bold is not None and one_line(bold.text_content()) == line


def _before_outlet(paragraph: HtmlElement, line: str) -> str | None:
    """Return the bold name at the start of a paragraph that goes on with the link of an outlet and a day."""
    bold = paragraph[0] if len(paragraph) > 1 and not (paragraph.text or "").strip() else None
    link = next(paragraph.iterdescendants("a"), None) if bold is not None and line else None
    if bold is None or link is None or bold.tag not in {"strong", "b"}:
        return None
    name, whole = one_line(bold.text_content()), one_line(" ".join(paragraph.itertext()))
    rest = without_day(" " + whole[len(name) :].strip()).strip()
    return name if _is_of_names(name) and rest == one_line(link.text_content()) else None
