"""Dates that a page declares: in its metadata, its title, the data of its scripts and its address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.extraction.document.text import one_line
from crawler.extraction.fields.date_parsing import is_bare
from crawler.extraction.fields.month_names import MONTHS_IN_ENGLISH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.extraction.document.outline import Outline

_TITLE_DAY = re.compile(r"(?:^|[|,/–—-])\s*(\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2}))\s*(?=$|[|/–—])")
_TITLE_PARTS = re.compile(r"\s*[|/,–—]\s*|\s-\s")
_URL_DAY = re.compile(r"[/_-](20\d{2}|19\d{2})[/_-](\d{1,2})[/_-](\d{1,2})(?=[/_.-]|$)")
_URL_NAMED = re.compile(
    rf"/(20\d{{2}}|19\d{{2}})/({'|'.join(MONTHS_IN_ENGLISH)})[a-z]*/(\d{{1,2}})(?=[/_-]|$)", re.I
)
_URL_COMPACT = re.compile(r"[/_-](20[0-3]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?=[/_-]|$)")
_URL_DAY_FIRST = re.compile(r"[/~_-]([0-2]?\d|3[01])-(0?\d|1[0-2])-(20[0-3]\d)(?=[/_.-]|$)")
_URL_SECONDS = re.compile(r"-(1\d{9})\.html?$")
PUBLISHED = {
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "date.published",
    "publish_date", "publish-date", "pubdate", "published_at", "publication_date",
    "dc.date.issued", "dcterms.created",
    "dc.date", "dc.date.created", "dcterms.date", "date", "parsely-pub-date", "sailthru.date",
    "article.published",
    "og:pubdate", "mediator_published_time", "cxenseparse:recs:publishtime", "dcterms.issued",
    "og:published_time",
    "rnews:datepublished", "article_date_original", "originalpublicationdate", "displaydate",
    "ptime", "pdate",
}  # fmt: skip
OF_THE_PAGE = {"date", "dc.date", "dcterms.date"}
"""Names of <meta> that some sites fill with the day of a change."""
MODIFIED = {
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified",
    "dcterms.modified",
    "dc.date.modified", "lastmod", "last-modified", "article:modified", "revised", "dateupdated",
    "dateupdate",
    "revision_date",
}  # fmt: skip


def dates_of_metas(page: Outline, names: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (source, name, content) of the page's metadata."""
    for meta in page.metas:
        if meta.name in names and meta.content.strip():
            yield ("itemprop" if meta.itemprop else "meta"), meta.name, meta.content
    if names is MODIFIED:
        for said, found in page.by_itemprop.items():
            for i in found if "datemodified" in said.lower().split() else ():
                if page.tags[i] != "meta":
                    at = page.attributes[i]
                    raw = at.get("content") or at.get("datetime") or page.elements[i].text_content()
                    yield "itemprop", "datemodified", raw


def dates_of_title(page: Outline) -> Iterator[tuple[str, str]]:
    """Yield the day in a title; some pages have it nowhere else: `Headline | DW | 28.04.2023`."""
    titles = page.of("title")
    title = one_line(titles[0].text_content()) if titles else ""
    if day := _TITLE_DAY.search(title):
        yield "title", day[1]
    elif re.search(r"\b(?:19|20)\d{2}\b", title):
        for part in _TITLE_PARTS.split(title)[1:]:
            if is_bare(part) and re.search(r"\d\s.*\b(?:19|20)\d{2}\b", part):
                yield "title", part


_STATE = re.compile(
    rb'"(?:published_?(?:at|date|time)?|date_?published|publish_?(?:date|time)|publication_?(?:date|time)|created_?at'
    rb'|first_?published)\\?"\s*:\s*\\?"(\d{4}-\d{2}-\d{2}[^"\\]{0,30})'
)
"""Days in the data of a page's own scripts; the source is in lower case."""


def dates_of_scripts(page: Outline) -> list[tuple[str, str]]:
    """Return the day in the page's data for its scripts, if they have one day only: else it may be any."""
    found = [raw.decode("ascii", "replace").upper() for raw in _STATE.findall(page.source or b"")]
    return [("script", found[0])] if len({raw[:10] for raw in found}) == 1 else []


def dates_of_address(url: str) -> Iterator[tuple[str, str]]:
    path = urlsplit(url).path
    if seconds := _URL_SECONDS.search(path):
        yield "url", seconds[1]
    if day := _URL_DAY.search(path) or _URL_COMPACT.search(path):
        yield "url", f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    elif day := _URL_DAY_FIRST.search(path):
        yield "url", f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    elif day := _URL_NAMED.search(path):
        yield "url", f"{day[1]}-{MONTHS_IN_ENGLISH.index(day[2].lower()) + 1:02}-{int(day[3]):02}"
