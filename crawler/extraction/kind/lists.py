"""Pages that list articles: feeds and sitemaps, sections, tags, results of a search, tapes of news."""

import re
from collections import Counter

from lxml.html import HtmlElement

from archive.format.reasons import Reason
from crawler.exceptions import Unreadable
from crawler.extraction.document.outline import Outline, short_text
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.linked_data import LinkedData
from crawler.extraction.fields.metadata import Metadata
from crawler.extraction.fields.placement import says_others

_ROOTS = {
    "rss": "a feed",
    "feed": "a feed",
    "rdf:rdf": "a feed",
    "urlset": "a sitemap",
    "sitemapindex": "a sitemap",
    "opml": "a list of feeds",
}
_FIRST = 6
"""Elements among which the root of another format stands: the parser puts <html> and <body> around it."""
_COLLECTIONS = {"CollectionPage", "SearchResultsPage", "ItemList", "ProfilePage"}
_OF_LISTS = re.compile(
    r"(?:^|\s)(?:archive|category|tag|search|search-results|author|tax-\S+|post-type-archive|blog)(?=\s|$)"
)
"""Classes of <body> by which WordPress names its lists."""
_MORE = re.compile(
    r"(?:докладніше|детальніше|читати далі|читати повністю|подробнее|читать (?:далее|дальше|полностью)"
    r"|read more|continue reading|full story)\W*",
    re.IGNORECASE,
)
_TITLE = 25
"""Letters of a link that may be a headline."""
_LEAST = 5
_OUTSIDE = 400
"""Characters of running text beside its entries from which a page is no list."""
_PARAGRAPH = 60
_SECTION = 4
"""Words of a first heading up to which it may be a section's name."""
_HIGHEST = 8
_BESIDE = {"nav", "aside", "footer", "header", "form", "a", "title"}
_NO_TEXT = {"script", "style", "template", "title"}


def refuse_other_format(page: Outline, url: str) -> None:
    """Raise Unreadable if the page is a feed or a sitemap, whatever its content type."""
    root = next((tag for tag in page.tags[:_FIRST] if tag in _ROOTS), None)
    if root is not None:
        raise Unreadable(Reason.NOT_HTML, f"{url}: expected an article, came {_ROOTS[root]} (<{root}>)")


def list_sign(
    page: Outline, data: LinkedData, metadata: Metadata, *, says_article: bool, dated: bool
) -> str | None:
    """Return the evidence that a page lists articles, and has next to no text beside its entries.

    A page that calls itself an article is one, unless it also calls itself a collection. One with a day of
    its own is a list only where its headline may be a section's name; one without a day also under a longer
    headline, but then it has no text beside its entries at all.
    """
    collection = _says_collection(page, data)
    of_section = len((metadata.headline or "").split()) <= _SECTION
    if collection is None and (says_article or (dated and not of_section)):
        return None
    entries = _entries(page)
    most = _OUTSIDE if collection is not None or of_section else _PARAGRAPH
    if len(entries) < _LEAST or _running(page, entries) >= most:
        return None
    shape = f"{len(entries)} entries with links, and no text beside them"
    if collection is not None:
        return f"{collection}, {shape}"
    return shape


def _says_collection(page: Outline, data: LinkedData) -> str | None:
    if data.article_kind is None and (kind := next((k for k in data.kinds if k in _COLLECTIONS), None)):
        return f"json-ld {kind}"
    bodies = page.by_tag.get("body", ())
    names = _OF_LISTS.search(page.attributes[bodies[0]].get("class", "")) if bodies else None
    return f"body of class {names[0].strip()}" if names else None


def _entries(page: Outline) -> list[HtmlElement]:
    """Return the largest group of boxes beside each other with one headline, a link, in each."""
    links: dict[str, HtmlElement] = {}
    for i in page.by_tag.get("a", ()):
        href = page.attributes[i].get("href", "")
        text = short_text(page.elements[i], 400) or ""
        if href and (len(text.strip()) >= _TITLE or _MORE.fullmatch(text.strip())):
            links.setdefault(href, page.elements[i])
    within: Counter[HtmlElement] = Counter()
    for link in links.values():
        within.update(parent for _, parent in zip(range(_HIGHEST), link.iterancestors(), strict=False))
    groups: dict[HtmlElement, list[HtmlElement]] = {}
    for link in links.values():
        box = link
        while (parent := box.getparent()) is not None and within[parent] == 1:
            box = parent
        if parent is not None and not _is_beside(parent):
            groups.setdefault(parent, []).append(box)
    return max(groups.values(), key=len, default=[])


def _is_beside(element: HtmlElement) -> bool:
    for parent in (element, *element.iterancestors()):
        if parent.tag in {"main", "body"}:
            return False
        if parent.tag in _BESIDE or any(
            map(says_others, (parent.get("class") or "", parent.get("id") or ""))
        ):
            return True
    return False


def _running(page: Outline, entries: list[HtmlElement]) -> int:
    """Return the characters of the long lines that are in no entry and no link, in whatever element."""
    inside = set(entries)
    letters = 0
    for i, element in enumerate(page.elements):
        if page.tags[i] in _NO_TEXT:
            continue
        for text, is_inside in ((page.texts[i], True), (element.tail or "", False)):
            if len(text) < _PARAGRAPH or len(line := one_line(text)) < _PARAGRAPH:
                continue
            above = ((element,) if is_inside else ()) + tuple(element.iterancestors())
            if inside.isdisjoint(above) and not any(parent.tag in _BESIDE for parent in above):
                letters += len(line)
    return letters
