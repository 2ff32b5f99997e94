"""Block pages: a robot check or a consent wall in place of the article.

Such a page is refused whatever its status, and requested again later.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Literal

from lxml.html import HtmlElement

from crawler.exceptions import Blocked
from crawler.extraction.body.boilerplate import load, with_parts
from crawler.extraction.document.outline import Outline
from crawler.extraction.document.text import one_line

_MOST_TEXT = 3000
"""Visible characters, menus included: a block page has some hundred, a consent wall up to 2,000."""
_LITTLE_TEXT, _NEXT_TO_NO_TEXT = 600, 300
_HEAD = 64 << 10
_LINKS = 20
"""Links of a consent wall, fewer than; its partners' list is another page."""
CONSENT_HEADING = re.compile(
    r"privacy|cookies?\b|consent|before you continue|приватн|конфіденційн|конфиденциальн|файл\w* cookie"
    r"|privatsphäre|mit werbung|datenschutz|vie privée|prywatno",
    re.IGNORECASE,
)
_UNSEEN = {"script", "style", "template", "title"}
# a page with a publication date is the page that was requested
_DATED = re.compile(rb"article:published_time|datePublished")
Where = Literal["title", "markup", "text", "address"]
ROBOT_CHECK = "robot check"
CONSENT = "consent wall"


def refuse_block_page(page: Outline, body: bytes, url: str) -> None:
    """Raise Blocked if the page is a block page, with the service and the kinds of marks found.

    Two marks of one service are needed; on a page with next to no text, one in the markup or the title is
    enough. A single mark may be in an article about the service, or on any page behind it.
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
    for service, marks in _marks_by_service(places).items():
        where = {mark.where for mark in marks}
        if service == CONSENT and where == {"text"} and not _is_only_consent(page):
            # any page may have such a notice over its article
            continue
        if _are_enough(service, where, len(marks), len(text)):
            beginning = places["title"] or text
            message = f"{url}: expected an article, got a page of {service} ({', '.join(sorted(where))})"
            raise Blocked(f"{message}: {beginning[:80]!r}")


def _is_only_consent(page: Outline) -> bool:
    """Tell if nothing on a page is an article's: no element of it, few links, no heading but the notice's."""
    headings = [one_line(page.elements[i].text_content()) for i in page.positions("h1", "h2")]
    return (
        "article" not in page.by_tag
        and len(page.by_tag.get("a", ())) < _LINKS
        and all(CONSENT_HEADING.search(heading) for heading in headings if heading)
    )


def _is_much(page: Outline) -> bool:
    """Tell quickly if a page has more text than a block page, without reading all of it."""
    length = 0
    body = next(iter(page.by_tag.get("body", ())), 0)
    for i in page.written:
        if i >= body and page.tags[i] not in _UNSEEN:
            length += len(page.texts[i].strip())
            if length > _MOST_TEXT:
                return True
    return False


def _are_enough(service: str, where: Collection[str], marks: int, length: int) -> bool:
    if ("title" in where or "markup" in where) and length < _NEXT_TO_NO_TEXT:
        return True
    # an article may have a captcha at its comments
    return marks > 1 and (service != ROBOT_CHECK or "title" in where or length < _LITTLE_TEXT)


def _marks_by_service(places: dict[str, str]) -> "dict[str, list[Mark]]":
    by_service: dict[str, list[Mark]] = {}
    for mark in marks_of_services():
        match = mark.pattern.fullmatch if mark.where == "title" else mark.pattern.search
        if match(places[mark.where]):
            by_service.setdefault(mark.service, []).append(mark)
    return by_service


def _visible(tree: HtmlElement) -> str | None:
    """Return the visible text in one line; None if it is too long for a block page."""
    parts: list[str] = []
    length = 0
    body = tree.find("body")
    for element in (tree if body is None else body).iter():
        before = None if element.tag in _UNSEEN or not isinstance(element.tag, str) else element.text
        for piece in (before, element.tail):
            if piece and (line := piece.strip()):
                parts.append(line)
                length += len(line)
        if length > _MOST_TEXT:
            return None
    return one_line(" ".join(parts))


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark of a block page, from block_pages.toml."""

    service: str
    where: Where
    pattern: re.Pattern[str]
    grounds: Literal["seen", "memory"]


@cache
def marks_of_services() -> tuple[Mark, ...]:
    file = load(__package__, "block_pages.toml")
    marks = []
    for entry in file["marks"]:
        pattern = re.compile(with_parts(entry["pattern"], file["parts"]), re.IGNORECASE)
        marks.append(Mark(entry["service"], entry["where"], pattern, entry["grounds"]))
    return tuple(marks)


@cache
def wall_words() -> re.Pattern[str]:
    """Return the words by which a page that was read is known as a wall."""
    file = load(__package__, "block_pages.toml")
    return re.compile(with_parts(file["once_read"]["pattern"], file["parts"]), re.IGNORECASE)
