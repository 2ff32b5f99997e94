"""Dates: publication and last change of a page in UTC, by the most trusted statement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from crawler.extraction.document.class_names import name_says, names_say
from crawler.extraction.document.outline import outline, short_text
from crawler.extraction.document.text import for_comparison, one_line
from crawler.extraction.fields.date_parsing import TOLERANCE, is_bare, parse_date, published_part
from crawler.extraction.fields.metadata import meta_name
from crawler.extraction.fields.timezones import KYIV

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from crawler.extraction.document.outline import Outline
    from crawler.extraction.fields.linked_data import LinkedData

_FIRST = datetime(1990, 1, 1, tzinfo=UTC)

_UTC = re.compile(r"\d(?:Z|\s*\+00:?00)$")
_OFFSET = re.compile(r"[+-](?!00:?00)\d{2}:?\d{2}$")
_CLOCK = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})")
_SLOW_CLOCK = timedelta(minutes=5)
_YEAR, _HOUR = re.compile(r"\d{4}"), re.compile(r"\d{1,2}:\d{2}")
_TITLE_DAY = re.compile(r"[|,–—-]\s*(\d{1,2}\.\d{1,2}\.\d{4})\s*$")
_URL_DAY = re.compile(r"/(20\d{2}|19\d{2})[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")
_URL_COMPACT = re.compile(r"[/_-](20[0-3]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?=[_-]|$)")
_URL_DAY_FIRST = re.compile(r"[/~_-]([0-2]?\d|3[01])-(0?\d|1[0-2])-(20[0-3]\d)(?=[/_.-]|$)")
_URL_SECONDS = re.compile(r"-(1\d{9})\.html?$")
_PARTS = re.compile(r"\d+|[^\W\d]+")
_NEAR = 30
"""Elements after the headline among which its date may be."""
_ABOVE = 6
"""Elements before the headline among which its date may be."""
_MENUS = {"nav", "ul", "ol", "form", "input", "select"}
_of_the_head = names_say(r"head(?!l)|logo|masthead|slogan|brand|top-?bar|site-?(?:name|title)|issue|found")


@dataclass(frozen=True, slots=True)
class Moment:
    raw: str
    at: datetime
    """Aware, in UTC."""
    source: str
    """Source on the page (`json-ld`, `meta`, `itemprop`, `time`, `printed`, `title`, `url`), and notes on the
    precision: `naive`, `day`, `no-year`, `relative` (crawler/extraction/fields/date_parsing.py),
    `local-as-utc`."""


@dataclass(frozen=True, slots=True)
class StatedDate:
    source: str
    raw: str
    at: datetime | None
    """Aware, in UTC; None if it is no date, or an impossible one."""


def stated(tree: HtmlElement, data: LinkedData, url: str, fetched_at: datetime) -> Iterator[StatedDate]:
    """Yield all statements about the publication, in order of trust."""
    page = outline(tree)
    claims = (*_declared(page, data), *_printed(page), *_of_title(page), *_of_address(url))
    for source, raw in dict.fromkeys(claims):
        moment = _first([(source, raw)], fetched_at)
        yield StatedDate(moment.source if moment else source, one_line(raw), moment.at if moment else None)


def _declared(page: Outline, data: LinkedData) -> list[tuple[str, str]]:
    claims = [("json-ld", raw) for raw in data.published]
    return claims + [(source, raw) for source, raw in _metas(page, _PUBLISHED) if raw]


def read_published(
    page: Outline, data: LinkedData, url: str, fetched_at: datetime, headline: str | None = None
) -> Moment | None:
    """Return the most trusted statement; the day in the address counts only if there is no other."""
    claims = _declared(page, data)
    moment = _first(claims, fetched_at)
    if moment is None:
        printed = [*_printed(page), *_of_title(page)]
        moment = _plausible(_first(printed, fetched_at), url, fetched_at)
        moment = moment or _first(beside_headline(page, fetched_at, headline), fetched_at)
    elif moment.source.endswith(("-ld", "meta", "itemprop", "naive")):
        moment = _in_its_zone(moment, page, claims, url, fetched_at)
    elif moment.source.endswith("day"):
        # a day alone gets the hour of another statement about the same day
        finer = (m for m in _each(claims + list(_printed(page)), fetched_at) if not m.source.endswith("day"))
        moment = next((m for m in finer if m.at.astimezone(KYIV).date() == moment.at.date()), moment)
    return moment or _first(_of_address(url), fetched_at)


def _plausible(moment: Moment | None, url: str, fetched_at: datetime) -> Moment | None:
    """Check a relative date, which may belong to another article, against a day in the address."""
    address = _first(_of_address(url), fetched_at)
    if moment is None or address is None or not re.search(r"no-year|relative", moment.source):
        return moment
    return moment if abs(moment.at - address.at) < timedelta(hours=36) else address


def _in_its_zone(
    moment: Moment, page: Outline, claims: list[tuple[str, str]], url: str, fetched_at: datetime
) -> Moment:
    """Correct a time that may be some hours off, by the page's other statements.

    Some sites write local time and call it UTC. Then another claim has the same clock with an offset, or the
    page prints the same clock to Ukrainian readers, or the time would be in the future. Of the hour that
    occurs twice in autumn, a claim with a zone tells which is meant.
    """
    others = [other for other in _each(claims, fetched_at) if other.raw != moment.raw]
    if moment.source.endswith("naive"):
        second = moment.at.astimezone(KYIV).replace(fold=1).astimezone(UTC)
        known = (other for other in others if not other.source.endswith(("naive", "day")))
        return next((o for o in known if o.at == second != moment.at), moment)
    if not _UTC.search(moment.raw):
        return moment
    clock = moment.at.replace(tzinfo=None)
    for other in others:
        offset = _OFFSET.search(other.raw)
        if offset and other.at != moment.at and _clock(other.raw) == clock.replace(second=0):
            return other
    local = moment.at.replace(tzinfo=KYIV).astimezone(UTC)
    corrected = Moment(moment.raw, local, f"{moment.source} local-as-utc")
    if moment.at > fetched_at + _SLOW_CLOCK >= local:
        return corrected
    language = page.attributes[0].get("lang", "").lower()[:2]
    if not (language in {"uk", "ru", "ua"} or (urlsplit(url).hostname or "").endswith(".ua")):
        return moment
    printed = {
        m.at.replace(second=0) for m in _each(_printed(page), fetched_at) if m.source == "printed naive"
    }
    if local.replace(second=0) in printed and moment.at.replace(second=0) not in printed:
        return corrected
    return moment


def _clock(raw: str) -> datetime | None:
    """Return the clock as printed, to the minute, whatever its zone."""
    found = _CLOCK.search(raw)
    return datetime.fromisoformat(f"{found[1]}T{found[2]}") if found else None


def read_modified(page: Outline, data: LinkedData, fetched_at: datetime) -> Moment | None:
    claims = [("json-ld", raw) for raw in data.modified] + list(_metas(page, _MODIFIED))
    return _first(claims, fetched_at)


def _each(claims: Iterable[tuple[str, str]], fetched_at: datetime) -> Iterator[Moment]:
    for source, raw in claims:
        parsed = parse_date(raw, fetched_at)
        if parsed and _FIRST <= parsed[0] <= fetched_at + TOLERANCE:
            suffix = "" if parsed[1] == "zone" else f" {parsed[1]}"
            yield Moment(one_line(raw), parsed[0], source + suffix)


def _first(claims: Iterable[tuple[str, str]], fetched_at: datetime) -> Moment | None:
    return next(_each(claims, fetched_at), None)


_PUBLISHED = {
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
_MODIFIED = {
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified",
    "dcterms.modified",
    "dc.date.modified", "lastmod", "last-modified", "article:modified", "revised", "dateupdated",
}  # fmt: skip
_DATED = {"div", "span", "p", "time", "li", "em", "small", "a", "td", "b", "strong", "h6", "font"}
_of_date = names_say("date|time|publi|posted|calendar|info")
_of_other_things = name_says(
    r"comment|related|sidebar|footer|aside|popular|recommend|latest|last-?news|newsfeed|news-?line|lenta|widget|teaser"
    r"|read-?also|promo(?!ted)|archive|banner|menu|copyright"
)
_ABOUT_CHANGE = re.compile(r"modif|updat|оновлен|обновлен|змінен|изменен", re.IGNORECASE)


def _metas(page: Outline, names: set[str]) -> Iterator[tuple[str, str]]:
    for i in page.by_tag.get("meta", ()):
        meta = page.attributes[i]
        if "content" in meta and meta_name(meta) in names:
            yield ("itemprop" if meta.get("itemprop") else "meta"), meta["content"]
    wanted = "datepublished" if names is _PUBLISHED else "datemodified"
    for i in sorted(
        {i for said, found in page.by_itemprop.items() if wanted in said.lower().split() for i in found}
    ):
        if page.tags[i] != "meta":
            said = page.attributes[i]
            yield "itemprop", said.get("content") or said.get("datetime") or page.elements[i].text_content()


def _printed(page: Outline) -> Iterator[tuple[str, str]]:
    """Yield visible dates: <time> first, then elements with a class for dates, then changes."""
    later: list[tuple[str, str]] = []
    after_headline: list[tuple[str, str]] = []
    for i in page.by_tag.get("time", ()):
        element, said = page.elements[i], page.attributes[i]
        if not ("datetime" in said or "pubdate" in said or _has_text(element)):
            continue
        raw = said.get("datetime") or said.get("content") or element.text_content()
        if _ABOUT_CHANGE.search(said.get("class", "")) or _is_elsewhere(element):
            later.append(("time", raw))
        elif not said.get("datetime") and not _YEAR.search(raw):
            after_headline.append(("time", raw))
        else:
            yield "time", raw
    for i in page.by_tag.get("abbr", ()):
        # the microformat hAtom: `<abbr class="published" title="2017-09-09T10:52:00+02:00">`
        said = page.attributes[i]
        if "published" in said.get("class", "").split() and "title" in said:
            yield "time", said["title"]
    for i in sorted(page.named(_of_date, page.by_class, page.by_id, page.by_itemprop)):
        element, said = page.elements[i], page.attributes[i]
        if page.tags[i] not in _DATED or (own := short_text(element, 160)) is None or _is_elsewhere(element):
            continue
        text = said.get("content") or one_line(own)
        if re.search(r"\d|\b(?:тому|назад|ago)\b", text) and published_part(text) is not None:
            after_headline.append(("printed", text))
    # a date with its time says more than a day in the page's head, and both more than `yesterday`
    yield from sorted(
        after_headline, key=lambda claim: (not _YEAR.search(claim[1]), not _HOUR.search(claim[1]))
    )
    yield from later


_FIRST_TEXT = etree.XPath("boolean(normalize-space(text()))")


def _has_text(element: HtmlElement) -> bool:
    """Tell if an element has text before its first child: there it prints its date."""
    return bool(_FIRST_TEXT(element))


def _is_elsewhere(element: HtmlElement) -> bool:
    for depth, parent in enumerate(element.iterancestors()):
        if depth > 6 or parent.tag in {"article", "main"}:
            return False
        if parent.tag in {"aside", "footer", "nav"} or any(
            map(_of_other_things, (parent.get("class") or "", parent.get("id") or ""))
        ):
            return True
    return False


def _of_title(page: Outline) -> Iterator[tuple[str, str]]:
    """Yield the day at the end of a title; some pages have it nowhere else: `Headline | DW | 28.04.2023`."""
    titles = page.of("title")
    if titles and (day := _TITLE_DAY.search(one_line(titles[0].text_content()))):
        yield "title", day[1]


def _of_address(url: str) -> Iterator[tuple[str, str]]:
    path = urlsplit(url).path
    if seconds := _URL_SECONDS.search(path):
        yield "url", seconds[1]
    if day := _URL_DAY.search(path) or _URL_COMPACT.search(path):
        yield "url", f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    elif day := _URL_DAY_FIRST.search(path):
        yield "url", f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"


# The date beside a headline, in an element whose name says nothing.


def beside_headline(
    page: Outline, fetched_at: datetime, headline: str | None = None
) -> Iterator[tuple[str, str]]:
    """Yield (`printed`, line) for lines that are only a date with its year, whatever their class.

    First come those below the headline, then those above it. Today's date above it belongs to the page's
    head, not to the article.
    """
    i = _headline_at(page, headline)
    if i is None:
        return
    for at in range(i, min(i + _NEAR, len(page.elements))):
        for line in _days(page, at):
            yield "printed", line
    for line in _above(page, i):
        # `Засновано 1 березня 1998` belongs to the page's head, too
        parsed = parse_date(line, fetched_at) if is_bare(line) else None
        if parsed and parsed[0].astimezone(KYIV).date() != fetched_at.astimezone(KYIV).date():
            yield "printed", line


def _headline_at(page: Outline, headline: str | None) -> int | None:
    """Return the position of the headline: what is known as it, else the first <h1> or line of the title."""
    wanted = for_comparison(headline or "")
    titles = page.of("title")
    title = for_comparison(titles[0].text_content()) if titles else ""
    first = None
    for i, text in enumerate(page.texts):
        tag = page.tags[i]
        if tag in {"h1", "h2", "h3", "h4"}:
            text = page.elements[i].text_content()  # noqa: PLW2901  a heading's text may lie in its children
            if wanted and for_comparison(text) == wanted:
                return i
        if first is None:
            said = for_comparison(text) if tag != "title" and 20 < len(text) < 400 else ""
            if tag == "h1" or (len(said) > 12 and said in title):
                first = i
    return first


def _above(page: Outline, headline: int) -> Iterator[str]:
    """Yield dates above the headline, nearest first, up to the page's own head with its date of founding."""
    around = {page.elements[headline], *page.elements[headline].iterancestors()}
    for i in range(headline - 1, max(headline - _ABOVE, 0) - 1, -1):
        if page.tags[i] in _MENUS or _is_of_the_head(page.elements[i], around):
            return
        yield from reversed([*_days(page, i)])


def _is_of_the_head(element: HtmlElement, around: set[HtmlElement]) -> bool:
    """Tell if an element belongs to the page's head by its name, outside the headline's ancestors."""
    for parent in (element, *element.iterancestors()):
        if parent in around:
            return False
        names = (parent.get("class") or "", parent.get("id") or "")
        if parent.tag in {"header", "nav"} or any(map(_of_the_head, names)):
            return True
    return False


def _days(page: Outline, at: int) -> Iterator[str]:
    for line in (page.texts[at], page.elements[at].tail or ""):
        if 8 <= len(line) <= 300 and (text := one_line(line)) and _is_about_a_day(text):
            yield text


_BEGINS = re.compile(
    r"\W*(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2})\b"
    r"|(?:posted|(?:first )?published|опубл\w+|дата публ\w+|створено|создано)\b.{0,30}\b(?:19|20)\d{2}\b",
    re.IGNORECASE,
)
"""Lines that begin with a day in figures, or say of what they are the day; more may follow."""


def _is_about_a_day(line: str) -> bool:
    return (len(line) <= 80 and _is_only_a_day(line)) or (len(line) <= 160 and bool(_BEGINS.match(line)))


def _is_only_a_day(line: str) -> bool:
    """Tell if a line is only a date: numbers, among them a year, and at most four words."""
    parts = _PARTS.findall(line)
    words = [part for part in parts if not part.isdigit()]
    year = any(len(part) == 4 and part[:2] in {"19", "20"} for part in parts)
    return year and len(parts) <= 9 and len(words) <= 4 and all(len(word) <= 12 for word in words)
