"""Entries of a feed that have the whole text: each becomes a feed of one, to be read if its page is refused.

A feed of one is RSS 2.0 with the element `source`, as the format has it for an item that was taken over. The
text is in `content:encoded`, in Atom's `content`, or in `yandex:full-text`, which Ukrainian outlets have
written since that aggregator read them. A `description` alone is a teaser, however long it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree, html

from crawler.extraction.document.text import for_comparison, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
ATOM = "http://www.w3.org/2005/Atom"
LARGEST = 1 << 20
"""Characters of a text; a longer one is no news."""
LEAST = 400
"""Letters of a text; half of the news items of the corpus are three times as long."""
_LONGER = 1.3
"""A text has so many times the letters of its own description at least."""
_PARAGRAPHS = 2
_TEXTS = {"text/html", "application/xhtml+xml", "text/plain"}
_CUT = re.compile(r"(?:…|\.\.\.)[\s\])»\"”]*$")
_MORE = re.compile(
    r"^\W*(?:читати|читать|читайте|дивитися|докладніше|детальніше|подробнее|далі|дальше|далее"
    r"|повний текст|полный текст|read|continue|full (?:story|article|text)|more\b)",
    re.IGNORECASE,
)
_MORE_LETTERS = 60
"""Letters of a link that leads to the rest, at most."""
_APPEARED = re.compile(
    r"^(?:the post|запис|допис|сообщение|запись|стаття|статья)\b"
    r".{3,}\b(?:appeared first on|вперше з|впервые по)",
    re.IGNORECASE,
)
"""The line that WordPress ends each entry with; it links to the page, and cuts nothing."""
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def entry_of(entry: dict[str, Any], page: str, feed: str) -> bytes | None:
    """Return the entry of feedparser as a feed of one, in UTF-8; None where it has no whole text.

    `page`: the address that it links to; `feed`: that of its feed.
    """
    texts = [text for text in _texts(entry) if len(text) <= LARGEST]
    text = max(texts, key=len, default="")
    if not _is_whole(text, _said(entry, "summary"), page):
        return None
    root = etree.Element("rss", {"version": "2.0"}, {"content": CONTENT, "dc": DC, "atom": ATOM})
    item = etree.SubElement(etree.SubElement(root, "channel"), "item")

    def add(name: str, value: str, **attributes: str) -> None:
        if value:
            etree.SubElement(item, name, attributes).text = _NOT_IN_XML.sub("", value)

    add("title", _said(entry, "title"))
    add("link", page)
    authors = [_said(one, "name") for one in entry.get("authors", ()) if isinstance(one, dict)]
    for name in [name for name in authors if name] or [_said(entry, "author")]:
        add(f"{{{DC}}}creator", name)
    add("pubDate", _said(entry, "published"))
    add(f"{{{ATOM}}}updated", _said(entry, "updated"))
    for tag in entry.get("tags", ())[:30]:
        add("category", _said(tag, "term") if isinstance(tag, dict) else "")
    add("description", _said(entry, "summary"))
    add(f"{{{CONTENT}}}encoded", text)
    add("source", feed, url=feed)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _texts(entry: dict[str, Any]) -> Iterator[str]:
    contents = entry.get("content", ())
    for one in contents if isinstance(contents, list) else ():
        if isinstance(one, dict) and one.get("type", "text/html") in _TEXTS:
            yield _said(one, "value")
    yield _said(entry, "yandex_full-text")


def _said(record: dict[str, Any], key: str) -> str:
    # dict.get: feedparser's own get answers `updated` with `published` where there is none
    value = dict.get(record, key)
    return value if isinstance(value, str) else ""


def _is_whole(text: str, description: str, page: str) -> bool:
    """Tell if a text is the article and not its beginning.

    It is long, longer than its description, and neither breaks off nor ends with a link to the rest. Where it
    is its own description, as feedparser has it of an entry without one, it has several paragraphs.
    """
    if len(text) < LEAST or (fragment := _fragment(text)) is None:
        return False
    lines = [line for part in fragment.itertext() if (line := one_line(part))]
    letters = len(for_comparison(" ".join(lines)))
    blocks = [one_line(block.text_content()) for block in fragment.iter("p", "div", "li", "blockquote")]
    # the fragment itself is the first
    paragraphs = [line for line in blocks[1:] if line] or lines
    if text == description:
        is_long = len(paragraphs) >= _PARAGRAPHS
    else:
        is_long = letters >= _LONGER * _letters_of(description)
    if letters < LEAST or not is_long:
        return False
    while paragraphs and _APPEARED.search(paragraphs[-1]):
        paragraphs.pop()
    last = paragraphs[-1] if paragraphs else ""
    return not (_CUT.search(last) or (_MORE.search(last) and len(last) < _MORE_LETTERS)) and not any(
        _leads_to_the_rest(link, page) for link in fragment.iter("a")
    )


def _leads_to_the_rest(link: HtmlElement, page: str) -> bool:
    said = one_line(link.text_content())
    return link.get("href") == page and len(said) < _MORE_LETTERS and bool(_MORE.search(said))


def _letters_of(description: str) -> int:
    fragment = _fragment(description) if description else None
    return 0 if fragment is None else len(for_comparison(fragment.text_content()))


def _fragment(text: str) -> HtmlElement | None:
    try:
        return html.fromstring(f"<div>{_NOT_IN_XML.sub('', text)}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
