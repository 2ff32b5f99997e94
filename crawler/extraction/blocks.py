"""A page that stands before the article: refused here, whatever its status, and asked for again later."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.exceptions import Blocked
from crawler.extraction.block_marks import MARKS, ROBOT_CHECK, Mark
from crawler.extraction.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from crawler.extraction.outline import Outline

BLOCKED = Blocked.reason

_MOST_TEXT = 3000
"""Characters that can be seen, menus included: block pages have some hundred, a consent wall up to 2,000."""
_LITTLE_TEXT, _NEXT_TO_NO_TEXT = 600, 300
_HEAD = 64 << 10
_UNSEEN = {"script", "style", "template", "title"}
# a page that says when it was published is the page that was asked for
_DATED = re.compile(rb"article:published_time|datePublished")


def refuse_block_page(page: Outline, body: bytes, url: str) -> None:
    """Raises Blocked, with the service and the marks that gave it away.

    Two marks of one service, or one of its markup or title on a page with next to no text: one alone may be
    in an article about the service, or on any page that stands behind it.
    """
    tree = page.root
    if _is_much(page) or (text := _visible(tree)) is None or _DATED.search(body):
        return
    title = tree.find(".//title")
    places = {
        "title": one_line("".join(title.itertext())) if title is not None else "",
        "markup": body[:_HEAD].decode("utf-8", errors="replace"),
        "text": text,
        "address": url,
    }
    found: dict[str, list[Mark]] = {}
    for mark in MARKS:
        match = mark.pattern.fullmatch if mark.where == "title" else mark.pattern.search
        if match(places[mark.where]):
            found.setdefault(mark.service, []).append(mark)
    for service, marks in found.items():
        where = {mark.where for mark in marks}
        # an article about captchas may have one at its comments
        enough = service != ROBOT_CHECK or "title" in where or len(text) < _LITTLE_TEXT
        structure = where & {"title", "markup"}
        if (len(marks) > 1 and enough) or (structure and len(text) < _NEXT_TO_NO_TEXT):
            shown = places["title"] or text
            message = f"{url}: expected an article, got a page of {service} ({', '.join(sorted(where))})"
            raise Blocked(f"{message}: {shown[:80]!r}")


def _is_much(page: Outline) -> bool:
    """Quickly told of a page with more text than a block page has, by less than all of it."""
    length = 0
    body = next(iter(page.by_tag.get("body", ())), 0)
    for tag, text in zip(page.tags[body:], page.texts[body:], strict=True):
        if text and tag not in _UNSEEN:
            length += len(text.strip())
            if length > _MOST_TEXT:
                return True
    return False


def _visible(tree: HtmlElement) -> str | None:
    """What a reader sees, in one line; None where it is too much for a block page."""
    parts: list[str] = []
    length = 0
    body = tree.find("body")
    for element in (tree if body is None else body).iter():
        own = None if element.tag in _UNSEEN or not isinstance(element.tag, str) else element.text
        for piece in (own, element.tail):
            if piece and (line := piece.strip()):
                parts.append(line)
                length += len(line)
        if length > _MOST_TEXT:
            return None
    return one_line(" ".join(parts))
