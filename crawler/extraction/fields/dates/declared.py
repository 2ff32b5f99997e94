"""Dates that a page declares: in its metadata, its title, the data of its scripts and its address."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.extraction.document.outline import Outline
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.dates.month_names import MONTHS_IN_ENGLISH
from crawler.extraction.fields.dates.parsing import is_bare

_SIGNS = str.maketrans(dict.fromkeys("-_.:", ""))
"""Signs between the words of a name: `publish-date` and `publish_date` are one name."""
_TITLE_DAY = re.compile(r"(?:^|[|,/–—-])\s*(\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2}))\s*(?=$|[|/–—]|-\s)")
_TITLE_PARTS = re.compile(r"\s*[|/,–—]\s*|\s-\s")
_URL_DAY = re.compile(r"[/_-](20\d{2}|19\d{2})[/_-](\d{1,2})[/_-](\d{1,2})(?=[/_.-]|$)")
_URL_NAMED = re.compile(
    rf"/(20\d{{2}}|19\d{{2}})/({'|'.join(MONTHS_IN_ENGLISH)})[a-z]*/(\d{{1,2}})(?=[/_-]|$)", re.I
)
_URL_COMPACT = re.compile(r"[/_-](20[0-3]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?=[/_-]|$)")
_URL_NUMBER = re.compile(
    r"[/_-][A-Za-z]{0,3}(20[0-3]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d\d*(?=[/_.-]|$)"
)
"""Numbers of articles that begin with the day and the clock: `/article/A2026012914320005196`."""
_URL_DAY_FIRST = re.compile(r"[/~_-]([0-2]?\d|3[01])([/-])(0?\d|1[0-2])\2(20[0-3]\d)(?=[/_.-]|$)")
_ARCHIVES = re.compile(r"^https?://web\.archive\.org/web/\d+[a-z_]*/")
"""What the address of a web archive puts before the page's own."""
_URL_YEAR = re.compile(r"/((?:19|20)\d{2})(?:[/_-](\d{2}))?(?=[/_-])")
_URL_SECONDS = re.compile(r"-(1\d{9})\.html?$")
PUBLISHED = frozenset(
    """
    analyticsattributes.articledate article.created article.published article:create_time article:post_date
    article:publication_date article:published article:published_date article:published_time
    article_date_original bt:pubdate citation_date citation_online_date citation_publication_date
    content_create_date created cxenseparse:recs:publishtime date date.published date_created date_posted
    date_published dc.created dc.date dc.date.created dc.date.issued dc.date.publication dc.issued
    dcterms.created dcterms.date dcterms.issued displaydate doc_date first_published http-equiv.date
    mediator_published_time og:article:published og:article:published_time og:date_published og:pubdate
    og:publish_date og:published_time og:regdate original_publication_date parsely-pub-date pdate ptime
    pub_date publication_date publish_date publish_time published published_at published_date published_time
    rbpubdate release_date rnews:date_published sailthru.date shareaholic:article_published_time
    twt-published-at vr:published_time
    """.translate(_SIGNS).split()
)
"""Names of <meta> for the publication, without signs."""
OF_THE_PAGE = frozenset(
    """
    article.created created content_create_date date date_created dc.created dc.date dc.date.created
    dcterms.created dcterms.date doc_date http-equiv.date release_date
    """.translate(_SIGNS).split()
)
"""Those that some sites fill with the day on which the page was made or changed."""
MODIFIED = frozenset(
    """
    article:modified article:modified_date article:modified_time article:post_modified bt:moddate
    date_modified date_update date_updated dc.date.modified dc.modified dcterms.modified
    eomportal-lastupdate http-equiv.last-modified last-modified last_modified lastmod modification_date
    modified modified_time og:article:modified_time og:modified_time og:updated_time revised revision_date
    updated_time
    """.translate(_SIGNS).split()
)
_OF_HTTP = ("date", "last-modified")


@lru_cache(maxsize=1024)  # the pages of an outlet have the same names
def _without_signs(name: str) -> str:
    return name.translate(_SIGNS)


def dates_of_metas(page: Outline, names: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (source, name without signs, content) of the page's metadata."""
    for meta in page.metas:
        name = _without_signs(meta.name)
        if name in names and meta.content.strip():
            yield ("itemprop" if meta.itemprop else "meta"), name, meta.content
    for header in _OF_HTTP:
        name = _without_signs(f"http-equiv.{header}")
        for content in page.headers.get(header, ()) if name in names else ():
            if content.strip():
                yield "meta", name, content
    if names is MODIFIED:
        yield from _changes_by_itemprop(page)


def _changes_by_itemprop(page: Outline) -> Iterator[tuple[str, str, str]]:
    for itemprop, positions in page.by_itemprop.items():
        if "datemodified" not in itemprop.lower().split():
            continue
        for i in positions:
            if page.tags[i] != "meta":
                attributes = page.attributes[i]
                raw = (
                    attributes.get("content") or attributes.get("datetime") or page.elements[i].text_content()
                )
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
"""Days in the data of a page's own scripts; the source must be in lower case."""


def dates_of_scripts(page: Outline) -> list[tuple[str, str]]:
    """Return the day in the page's data for its scripts, if they have one day only: else it may be any."""
    dates = [raw.decode("ascii", "replace").upper() for raw in _STATE.findall((page.source or b"").lower())]
    return [("script", dates[0])] if len({raw[:10] for raw in dates}) == 1 else []


def dates_of_address(url: str) -> Iterator[tuple[str, str]]:
    path = urlsplit(_ARCHIVES.sub("", url)).path
    if seconds := _URL_SECONDS.search(path):
        yield "url", seconds[1]
    if day := _URL_DAY.search(path) or _URL_COMPACT.search(path) or _URL_NUMBER.search(path):
        yield "url", f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    elif day := _URL_DAY_FIRST.search(path):
        yield "url", f"{day[4]}-{int(day[3]):02}-{int(day[1]):02}"
    elif day := _URL_NAMED.search(path):
        yield "url", f"{day[1]}-{MONTHS_IN_ENGLISH.index(day[2].lower()) + 1:02}-{int(day[3]):02}"


def period_of_address(url: str) -> tuple[datetime, timedelta] | None:
    """Return the middle of the year or month in an address, and half of its length: `/2021/05/`."""
    match = _URL_YEAR.search(urlsplit(_ARCHIVES.sub("", url)).path)
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 0)
    if 1 <= month <= 12:
        return datetime(year, month, 15, 12, tzinfo=UTC), timedelta(days=17)
    return datetime(year, 7, 2, 12, tzinfo=UTC), timedelta(days=183)
