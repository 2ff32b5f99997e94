"""Captions of photos, kept apart from the text, in their place among its blocks."""

import re
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler.extraction.body.boilerplate import is_button
from crawler.extraction.document.class_names import names_say
from crawler.extraction.document.outline import Outline
from crawler.extraction.document.text import for_comparison, one_line
from crawler.items import TextBlock

_CAPTIONS = {"div", "span", "p", "em", "small", "td", "i"}
_of_caption = names_say(
    "(?:^|[ _-])((fig|image-?|photo-?|img-?|media-?)?caption|wp-caption-text|imgtitle|copyright"
    "|(image|photo)-?(text|title|credit|description|data)|photoview__open-info)(?:$|[ _-])"
)

# a line that ends in "(Photo: Getty Images)." is a caption, whatever its class
_CREDITED = re.compile(
    r"\((?:photo(?: credit)?|credit|фото|image|video|відео|видео|ілюстрац\w+|иллюстрац\w+|скріншот|скриншот"
    r"|screenshot|колаж|коллаж|(?P<source>source|джерело|источник))\s*(?:[:/–—-]|by|з|из|с|від|от)[^()]{2,100}\)\s*\.?$",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:photo|фото|на фото|pictured)\s*:\s[^()]{40,500}\([^()/]{3,60}/[^()/]{3,60}\)\W*", re.IGNORECASE
)
"""A caption far from its picture: `Photo: The bridge at night. (Jane Doe/Courier)`."""
_PICTURES, _BESIDE = {"img", "picture", "figure", "video", "svg", "iframe", "object", "canvas"}, 8
"""Pictures, and the elements before and after a line among which its picture is."""
_CREDITED_TAGS = {"p", "div", "span", "em", "i", "small", "td", "figcaption", "b", "strong"}


@dataclass(frozen=True, slots=True)
class Caption:
    text: str
    position: int
    """Number of elements before it in the page."""
    element: HtmlElement


@dataclass(frozen=True, slots=True)
class Positions:
    """Positions of elements and captions, noted before anything is removed."""

    elements: list[HtmlElement]
    tags: list[str]
    texts: list[str]
    start: int
    """Position of the <article> around the first <h1>, or of its parent: pictures may be above the
    headline."""
    captions: list[Caption]


_LONG = 60
"""Letters of what a picture says of itself, from which a text that repeats it is its caption."""
_UP, _CREDIT = 2, 60
_COMPARED = 8
"""Letters that are compared first; they rule out nearly all other elements."""
_TEXT = {"p", "li", "blockquote", "h2", "h3", "h4", "h5", "h6", "div", "td", "pre", "section", "article"}


_LABELS = re.compile(
    r"(?:\s*\b(?:(?:hide|toggle|show) caption|(?:buy|order) (?:this )?photo"
    r"|перейти (?:в|до) (?:фото|медиа|медіа)банку?))+$"
    r"| / перейти (?:в|до) (?:фото|медиа|медіа)банку?(?= \S)"
    r"|^embed\s*(?:<>|&lt;&gt;)?\s*more videos\s*"
    r"|^media playback is (?:un|not )supported on (?:your|this) device\s*"
    r"|^(?:image|photo) caption[:,]?\s+|^التعليق على الصورة،\s*",
    re.IGNORECASE,
)
"""What a page calls a caption, and the buttons beside it."""
_SHOWN = ".//text()[not(parent::script or parent::style or parent::textarea)]"
_IMPRINT = re.compile(
    r"^©?\s*(?:copyright (?:\(c\)|[^.]{0,40}(?:19|20)\d{2})|(?:19|20)\d{2}\s*[–—-]\s*(?:19|20)\d{2}\s)"
    r"|^©[^.]{0,60}\.? (?:all rights reserved|все права защищены|всі права захищен)"
    r"|роскомнадзор|свидетельство о регистрации",
    re.IGNORECASE,
)
"""Words of the imprint, whose element may be called `copyright` like that of a picture's credit."""


def read_page(page: Outline, headline: str | None, description: str | None = None) -> Positions:
    """Note the positions; the text of a picture may repeat the headline before its caption.

    `description` is the page's: a lead that a picture repeats is no caption.
    """
    captions: list[Caption] = []
    inside: set[HtmlElement] = set()
    credited = _credited(page)
    described = _described(page, for_comparison(description or ""))
    classed = page.named(_of_caption, page.by_class)
    in_captions = [i for i in classed if page.tags[i] in _CAPTIONS]
    for i in sorted({*page.by_tag.get("figcaption", ()), *in_captions, *credited, *described}):
        element = described.get(i, page.elements[i])
        if any(parent in inside for parent in element.iterancestors()):
            continue
        text = _LABELS.sub("", _shown(element))
        if headline and len(text) > len(headline) + 10:
            text = text.removeprefix(headline).strip()
        if 3 < len(text) < (600 if i not in credited else 400) and not (
            is_button(text) or _IMPRINT.search(text)
        ):
            inside.add(element)
            captions.append(Caption(text, i, element))
    h1 = next(iter(page.of("h1")), None)
    around = None if h1 is None else next(h1.iterancestors("article"), h1.getparent())
    return Positions(
        page.elements, page.tags, page.texts, 0 if around is None else page.elements.index(around), captions
    )


def _shown(element: HtmlElement) -> str:
    """Return the text of an element as one line, without code."""
    has_code = next(element.iterdescendants("script", "style", "textarea"), None) is not None
    return one_line(" ".join(element.xpath(_SHOWN) if has_code else element.itertext()))


def _credited(page: Outline) -> set[int]:
    """Return the lines that end with a credit: `The port (Photo: Jane Doe)`."""
    lines: set[int] = set()
    for i, text in enumerate(page.texts):
        if ")" not in text or page.tags[i] not in _CREDITED_TAGS:
            continue
        if _LABELLED.fullmatch(text.strip()):
            lines.add(i)
        elif credit := _CREDITED.search(text.strip()[-160:]):
            # the source of a table or a list is no picture's
            if credit["source"] and _PICTURES.isdisjoint(page.tags[max(i - _BESIDE, 0) : i + _BESIDE]):
                continue
            lines.add(i)
    return lines


def _described(page: Outline, description: str) -> dict[int, HtmlElement]:
    """Return the texts that repeat what a picture in the same box says of itself, each with its line."""
    described: dict[int, HtmlElement] = {}
    for picture in page.of("img"):
        alt = picture.get("alt") or ""
        for box in islice(picture.iterancestors(), _UP) if len(alt) >= _LONG else ():
            if box.tag in {"body", "main", "article"} or box in page.around_headings:
                break
            element = _repeats(box, one_line(alt))
            if element is None or description.startswith(for_comparison(alt)):
                continue
            if next(element.iterancestors("a"), None) is None:
                # the credit may stand behind it
                is_line = len(one_line(box.text_content())) < len(alt) + _CREDIT
                described[page.elements.index(element)] = box if is_line else element
    return described


def _repeats(box: HtmlElement, line: str) -> HtmlElement | None:
    """Return the part of a box that begins with a line."""
    for element in box:
        text = element.text
        if text and len(text) >= len(line) and element.tag in _CREDITED_TAGS and one_line(text) == line:
            return element
    return None


def with_captions(blocks: list[TextBlock], page: Positions) -> list[TextBlock]:
    """Insert the captions below the headline, each before the block that follows it in the page.

    One that repeats a sentence of the text is no block of its own.
    """
    if not page.captions or not blocks:
        return blocks
    keys = [for_comparison(block.text[:120])[:40] for block in blocks]
    starts = _starts(page, set(keys))
    positions: list[int] = []
    for key in keys:
        before = positions[-1] if positions else page.start
        positions.append(max(starts.get(key, before), before))
    result: list[TextBlock] = []
    texts = {for_comparison(block.text) for block in blocks}
    waiting: list[Caption] = []
    for caption in page.captions:
        letters = for_comparison(caption.text)
        # galleries have each caption twice
        if page.start <= caption.position <= positions[-1] + 10 and letters not in texts:
            texts.add(letters)
            waiting.append(caption)
    for block, position in zip(blocks, positions, strict=True):
        while waiting and waiting[0].position < position:
            result.append(TextBlock("caption", waiting.pop(0).text))
        result.append(block)
    return result + [TextBlock("caption", caption.text) for caption in waiting]


def _starts(page: Positions, keys: set[str]) -> dict[str, int]:
    """Return the position of the element that begins with each of these texts."""
    starts: dict[str, int] = {}
    begin, first = {key[:_COMPARED] for key in keys}, {key[:3] for key in keys}
    for i in range(page.start, len(page.elements)):
        if page.tags[i] not in _TEXT:
            continue
        opening, element = page.texts[i].lstrip(), page.elements[i]
        if _begins_otherwise(opening, first):
            continue
        if not opening:
            child = next(iter(element), None)
            if child is not None and child.tag in _TEXT:
                # it begins like its first child, which is checked later
                continue
            opening = _opening(element, child)
            if not opening or _begins_otherwise(opening, first):
                continue
        letters = for_comparison(opening[: 3 * _COMPARED])[:_COMPARED]
        if len(letters) == _COMPARED and letters not in begin:
            continue
        text = for_comparison(_beginning(element))[:40]
        # of nested elements with the same beginning, the innermost comes last
        if text in keys:
            starts[text] = i
    starts.pop("", None)
    return starts


def _opening(element: HtmlElement, child: HtmlElement | None) -> str:
    """Return the first text in an element; nearly always it is its own, or that of its first child."""
    if child is None:
        return (element.text or "").lstrip()
    near = f"{element.text or ''}{child.text or ''}".lstrip()
    return near or next(filter(None, map(str.lstrip, element.itertext())), "")


def _begins_otherwise(text: str, beginnings: set[str]) -> bool:
    # four letters, as an accent after the third would change that one
    return len(text) > 3 and text[:4].isalnum() and text[:3].casefold()[:3] not in beginnings


def _beginning(element: HtmlElement) -> str:
    """Return the first 200 characters of an element's text, without reading the rest."""
    parts: list[str] = []
    letters = 0
    for part in element.itertext():
        parts.append(part)
        letters += len(part)
        if letters >= 200:
            break
    return "".join(parts)[:200]
