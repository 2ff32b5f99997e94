"""Entries of a feed with the full text: each becomes a feed with one entry, used if its page is refused.

It is RSS 2.0 with the element `source`, which the format has for items from another feed. The text is in
`content:encoded`, in Atom's `content`, or in `yandex:full-text`, which Ukrainian outlets write since the time
of that aggregator. A `description` alone is a teaser, however long it is.
"""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html
from lxml.html import HtmlElement

from crawler.extraction.document.text import for_comparison, one_line

CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
ATOM = "http://www.w3.org/2005/Atom"
LARGEST = 1 << 20
"""Characters of a text; a longer one is no news."""
LEAST = 400
"""Letters of a text; half of the news items of the corpus are three times as long."""
_LONGER = 1.3
"""A text must have this multiple of the letters of its description."""
_PARAGRAPHS = 2
_TEXTS = {"text/html", "application/xhtml+xml", "text/plain"}
_CUT = re.compile(r"(?:…|\.\.\.)[\s\])»\"”]*$")
_MORE = re.compile(
    r"^\W*(?:читати|читать|читайте|дивитися|докладніше|детальніше|подробнее|далі|дальше|далее"
    r"|повний текст|полный текст|read|continue|full (?:story|article|text)|more\b)",
    re.IGNORECASE,
)
_MORE_LETTERS = 60
"""Most letters of a link to the full text."""
_APPEARED = re.compile(
    r"^(?:the post|запис|допис|сообщение|запись|стаття|статья)\b"
    r".{3,}\b(?:appeared first on|вперше з|впервые по)",
    re.IGNORECASE,
)
"""The last line of each WordPress entry; it links to the page, and is no sign of a cut text."""
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def entry_of(entry: dict[str, Any], page: str, feed: str) -> bytes | None:
    """Convert an entry of feedparser into a feed with one entry, in UTF-8; None if it has no full text.

    `page`: the address it links to; `feed`: the address of its feed.
    """
    texts = [text for text in _texts(entry) if len(text) <= LARGEST]
    text = max(texts, key=len, default="")
    if not _is_complete(text, _value(entry, "summary"), page):
        return None
    root = etree.Element("rss", {"version": "2.0"}, {"content": CONTENT, "dc": DC, "atom": ATOM})
    item = etree.SubElement(etree.SubElement(root, "channel"), "item")

    def add(name: str, value: str, **attributes: str) -> None:
        if value:
            etree.SubElement(item, name, attributes).text = _NOT_IN_XML.sub("", value)

    add("title", _value(entry, "title"))
    add("link", page)
    authors = [_value(author, "name") for author in entry.get("authors", ()) if isinstance(author, dict)]
    for name in list(filter(None, authors)) or [_value(entry, "author")]:
        add(f"{{{DC}}}creator", name)
    add("pubDate", _value(entry, "published"))
    add(f"{{{ATOM}}}updated", _value(entry, "updated"))
    for tag in entry.get("tags", ())[:30]:
        add("category", _value(tag, "term") if isinstance(tag, dict) else "")
    add("description", _value(entry, "summary"))
    add(f"{{{CONTENT}}}encoded", text)
    add("source", feed, url=feed)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _texts(entry: dict[str, Any]) -> Iterator[str]:
    contents = entry.get("content", ())
    for content in contents if isinstance(contents, list) else ():
        if isinstance(content, dict) and content.get("type", "text/html") in _TEXTS:
            yield _value(content, "value")
    yield _value(entry, "yandex_full-text")


def _value(record: dict[str, Any], key: str) -> str:
    # dict.get: feedparser's get returns `published` if there is no `updated`
    value = dict.get(record, key)
    return value if isinstance(value, str) else ""


def _is_complete(text: str, description: str, page: str) -> bool:
    """Tell if a text is the complete article.

    It is long, longer than its description, and neither breaks off nor ends with a link to the full text. If
    it equals its description, which feedparser fills in for an entry without one, it has several paragraphs.
    """
    if len(text) < LEAST or (fragment := _fragment(text)) is None:
        return False
    lines = list(filter(None, map(one_line, fragment.itertext())))
    blocks = [one_line(block.text_content()) for block in fragment.iter("p", "div", "li", "blockquote")]
    # the fragment itself is the first
    paragraphs = list(filter(None, blocks[1:])) or lines
    letters = len(for_comparison(" ".join(lines)))
    if text == description:
        is_long = len(paragraphs) >= _PARAGRAPHS
    else:
        is_long = letters >= _LONGER * _letters_of(description)
    if letters < LEAST or not is_long or _breaks_off(paragraphs):
        return False
    return not any(_leads_to_full_text(link, page) for link in fragment.iter("a"))


def _breaks_off(paragraphs: list[str]) -> bool:
    while paragraphs and _APPEARED.search(paragraphs[-1]):
        paragraphs.pop()
    last = paragraphs[-1] if paragraphs else ""
    if _CUT.search(last):
        return True
    return len(last) < _MORE_LETTERS and _MORE.search(last) is not None


def _leads_to_full_text(link: HtmlElement, page: str) -> bool:
    text = one_line(link.text_content())
    return link.get("href") == page and len(text) < _MORE_LETTERS and bool(_MORE.search(text))


def _letters_of(description: str) -> int:
    fragment = _fragment(description) if description else None
    return 0 if fragment is None else len(for_comparison(fragment.text_content()))


def _fragment(text: str) -> HtmlElement | None:
    try:
        return html.fromstring(f"<div>{_NOT_IN_XML.sub('', text)}</div>")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
