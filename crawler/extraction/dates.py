"""When a page says it was published and changed, in UTC.

A time without a zone is Kyiv time, which is what the naive times of Ukrainian outlets are; a page of another
country that prints none is read the same way, and `published_source` says `naive`. A bare day is its midnight
UTC, which is the same day in Kyiv; the source then says `day`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from lxml import etree

from crawler.extraction.selectors import named
from crawler.extraction.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.html import HtmlElement

    from crawler.extraction.linked_data import LinkedData

KYIV = ZoneInfo("Europe/Kyiv")
TOLERANCE = timedelta(days=1)
"""A page may be dated this much later than it was fetched: clocks, and zones that were read wrongly."""
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)

_MONTHS = {
    "січ": 1, "лют": 2, "берез": 3, "квіт": 4, "трав": 5, "черв": 6, "лип": 7, "серп": 8,
    "верес": 9, "жовт": 10,
    "листоп": 11, "груд": 12,
    "янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5, "июн": 6, "июл": 7, "авг": 8,
    "сен": 9, "окт": 10,
    "ноя": 11, "дек": 12,
    "jan": 1, "feb": 2, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10,
    "nov": 11, "dec": 12,
}  # fmt: skip
_MONTHS["march"] = 3
_ZONES = {"utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
          "mdt": -6, "pst": -8,
          "pdt": -7, "bst": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3, "мск": 3}  # fmt: skip

_CLOCK = r"(?P<h>\d{1,2})[:.](?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?"
_ZONE = r"\s*\(?(?P<zone>Z|(?:GMT|UTC)?[+-]\d{1,2}:?(?:\d{2})?|[A-Za-z]{3,4}\b|мск)?"
_AMPM = r"\s*(?P<ampm>[ap]\.?m\.?)?"
_ISO = re.compile(
    rf"(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})(?:(?:\s*T\s*|\s+|,\s*){_CLOCK}{_ZONE})?"
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<h>\d{2})(?P<min>\d{2})(?P<s>\d{2})?(?P<zone>Z)?)?"
)
_SECONDS = re.compile(r"\d{10}(?:\.\d+)?|\d{13}")
_DOTTED = re.compile(r"(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<y>\d{4})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|-го)?\s+(?:of\s+)?(?P<month>[^\W\d_]{3,10})\.?,?\s+(?P<y>\d{4})"
)
_MONTH_DAY = re.compile(r"(?P<month>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})")
_TIME = re.compile(rf"(?<!\d){_CLOCK}(?!\d){_AMPM}{_ZONE}", re.IGNORECASE)
_URL_DAY = re.compile(r"/(20\d{2}|19\d{2})[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")
_URL_SECONDS = re.compile(r"-(1\d{9})\.html?$")


@dataclass(frozen=True, slots=True)
class Moment:
    raw: str
    at: datetime
    """Aware, UTC."""
    source: str
    """Where the page says it: `json-ld`, `meta`, `itemprop`, `time`, `printed`, `url`; `… naive`, `… day`."""


@dataclass(frozen=True, slots=True)
class StatedDate:
    source: str
    raw: str
    at: datetime | None
    """None where it is no date, or one that cannot be."""


def stated(tree: HtmlElement, data: LinkedData, url: str, fetched_at: datetime) -> Iterator[StatedDate]:
    """All that a page states about when it was published, in the order in which it is believed."""
    claims = (*_declared(tree, data), *_printed(tree), *_of_address(url))
    for source, raw in dict.fromkeys(claims):
        moment = _first([(source, raw)], fetched_at)
        yield StatedDate(moment.source if moment else source, one_line(raw), moment.at if moment else None)


def _declared(tree: HtmlElement, data: LinkedData) -> list[tuple[str, str]]:
    claims = [("json-ld", raw) for raw in data.published]
    return claims + [(source, raw) for source, raw in _metas(tree, _PUBLISHED) if raw]


def read_published(tree: HtmlElement, data: LinkedData, url: str, fetched_at: datetime) -> Moment | None:
    """The most trusted of what the page states; its address only where it states nothing."""
    claims = _declared(tree, data)
    moment = _first(claims, fetched_at)
    if moment is None:
        moment = _first(_printed(tree), fetched_at)
    elif moment.source.endswith("day"):
        # a bare day where another statement has that day's hour
        finer = (m for m in _each(claims + list(_printed(tree)), fetched_at) if not m.source.endswith("day"))
        moment = next((m for m in finer if m.at.astimezone(KYIV).date() == moment.at.date()), moment)
    return moment or _first(_of_address(url), fetched_at)


def read_modified(tree: HtmlElement, data: LinkedData, fetched_at: datetime) -> Moment | None:
    claims = [("json-ld", raw) for raw in data.modified] + list(_metas(tree, _MODIFIED))
    return _first(claims, fetched_at)


def parse_date(raw: str) -> tuple[datetime, str] | None:
    """UTC and how much of it was printed: `zone`, `naive` or `day`; None for what is no date.

    Of the hour that comes twice in autumn the first is meant; a time in the hour that spring leaves out is
    read with the offset from before the change.
    """
    text = one_line(raw).strip(" \"'")
    if not text or len(text) > 200:
        return None
    if _SECONDS.fullmatch(text):
        seconds = float(text) / (1000 if len(text.split(".")[0]) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC), "zone"
    whole = _ISO.match(text) or _COMPACT.fullmatch(text)
    if whole:
        groups = whole.groupdict()
        return _moment(int(groups["y"]), int(groups["m"]), int(groups["d"]), groups)
    for pattern in (_DOTTED, _DAY_MONTH, _MONTH_DAY):
        for day in pattern.finditer(text):
            parts = day.groupdict()
            month = int(parts["m"]) if "m" in parts else _month(parts["month"])
            if month is None:
                continue
            rest = text[: day.start()] + " " + text[day.end() :]
            clock = _TIME.search(rest)
            # "10.05.2024" in American order would be October; the outlets here write the day first
            return _moment(int(parts["y"]), month, int(parts["d"]), clock.groupdict() if clock else {})
    return None


def _month(word: str) -> int | None:
    folded = word.casefold()
    return next((number for stem, number in _MONTHS.items() if folded.startswith(stem)), None)


def _moment(year: int, month: int, day: int, clock: dict[str, str | None]) -> tuple[datetime, str] | None:
    try:
        if not clock.get("h"):
            return datetime(year, month, day, tzinfo=UTC), "day"
        hour = int(clock["h"] or 0)
        if clock.get("ampm"):
            hour = hour % 12 + (12 if (clock["ampm"] or "").lower().startswith("p") else 0)
        zone, precision = _zone(clock.get("zone"))
        at = datetime(year, month, day, hour, int(clock["min"] or 0), int(clock.get("s") or 0), tzinfo=zone)
        return at.astimezone(UTC), precision
    except (ValueError, OverflowError):
        return None


def _zone(printed: str | None) -> tuple[tzinfo, str]:
    folded = (printed or "").casefold().removeprefix("gmt").removeprefix("utc") or ("z" if printed else "")
    if folded in _ZONES:
        return timezone(timedelta(hours=_ZONES[folded])), "zone"
    if folded[:1] in {"+", "-"}:
        digits = folded[1:].replace(":", "")
        hours, minutes = int(digits[:2] or 0), int(digits[2:4] or 0)
        offset = timedelta(hours=hours, minutes=minutes)
        if offset < timedelta(hours=24):
            return timezone(-offset if folded[0] == "-" else offset), "zone"
    return KYIV, "naive"


def _each(claims: Iterable[tuple[str, str]], fetched_at: datetime) -> Iterator[Moment]:
    for source, raw in claims:
        parsed = parse_date(raw)
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
_META = etree.XPath("//meta[@content]")
_TIMES = etree.XPath("//time[@datetime or @pubdate or normalize-space(text())]")
_DATED = named(
    "div span p time li em small a td b strong h6 font",
    "date|time|publi|posted|calendar|info",
    "class id itemprop",
    "[string-length(normalize-space(.)) < 160]",
)
_ELSEWHERE = re.compile(
    r"comment|related|sidebar|footer|aside|popular|recommend|latest|last-?news|newsfeed|news-?line|lenta|widget|teaser"
    r"|read-?also|promo|archive|banner|menu|copyright",
    re.IGNORECASE,
)
_ABOUT_CHANGE = re.compile(r"modif|updat|оновлен|обновлен|змінен|изменен", re.IGNORECASE)


def _metas(tree: HtmlElement, names: set[str]) -> Iterator[tuple[str, str]]:
    for meta in _META(tree):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        if name in names:
            yield ("itemprop" if meta.get("itemprop") else "meta"), meta.get("content")
    wanted = "datepublished" if names is _PUBLISHED else "datemodified"
    for element in tree.iterfind(".//*[@itemprop]"):
        if element.tag != "meta" and wanted in element.get("itemprop").lower().split():
            yield "itemprop", element.get("content") or element.get("datetime") or element.text_content()


def _printed(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """What a reader sees: first <time>, then elements whose class speaks of a date, then what was changed."""
    later: list[tuple[str, str]] = []
    for element in _TIMES(tree):
        raw = element.get("datetime") or element.get("content") or element.text_content()
        if _ABOUT_CHANGE.search(element.get("class") or "") or _is_elsewhere(element):
            later.append(("time", raw))
        else:
            yield "time", raw
    after_headline: list[tuple[str, str]] = []
    for element in _DATED(tree):
        if _is_elsewhere(element):
            continue
        text = element.get("content") or one_line(element.text_content())
        if re.search(r"\d", text) and not _ABOUT_CHANGE.search(text):
            after_headline.append(("printed", text))
    # a day with its hour says more than the day in the page's head
    yield from sorted(after_headline, key=lambda claim: not re.search(r"\d{1,2}:\d{2}", claim[1]))
    yield from later


def _is_elsewhere(element: HtmlElement) -> bool:
    for depth, parent in enumerate(element.iterancestors()):
        if depth > 6 or parent.tag in {"article", "main"}:
            return False
        if parent.tag in {"aside", "footer", "nav"} or _ELSEWHERE.search(
            f"{parent.get('class') or ''} {parent.get('id') or ''}"
        ):
            return True
    return False


def _of_address(url: str) -> Iterator[tuple[str, str]]:
    path = urlsplit(url).path
    if seconds := _URL_SECONDS.search(path):
        yield "url", seconds[1]
    if day := _URL_DAY.search(path):
        yield "url", f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
