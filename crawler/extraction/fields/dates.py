"""Dates: publication and last change of a page in UTC, by the most trusted statement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.extraction.document.outline import outline
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.date_parsing import (
    TOLERANCE,
    is_bare,
    parse_date,
    weekday_of,
)
from crawler.extraction.fields.month_names import MONTHS_IN_ENGLISH
from crawler.extraction.fields.placement import Placement
from crawler.extraction.fields.printed_dates import WEAK, printed_dates
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
_TITLE_DAY = re.compile(r"(?:^|[|,/–—-])\s*(\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2}))\s*(?=$|[|/–—])")
_TITLE_PARTS = re.compile(r"\s*[|/,–—]\s*|\s-\s")
_URL_DAY = re.compile(r"[/_-](20\d{2}|19\d{2})[/_-](\d{1,2})[/_-](\d{1,2})(?=[/_.-]|$)")
_URL_NAMED = re.compile(
    rf"/(20\d{{2}}|19\d{{2}})/({'|'.join(MONTHS_IN_ENGLISH)})[a-z]*/(\d{{1,2}})(?=[/_-]|$)", re.I
)
_URL_COMPACT = re.compile(r"[/_-](20[0-3]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?=[/_-]|$)")
_URL_DAY_FIRST = re.compile(r"[/~_-]([0-2]?\d|3[01])-(0?\d|1[0-2])-(20[0-3]\d)(?=[/_.-]|$)")
_URL_SECONDS = re.compile(r"-(1\d{9})\.html?$")
_SLASHES = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/((?:19|20)?\d{2})(?![\d/])")
_CAPITALS = re.compile(r"\d[AP]M\b")
_OF_A_COUNTRY = re.compile(r"\.(?!us$)[a-z]{2}$")


@dataclass(frozen=True, slots=True)
class Moment:
    raw: str
    at: datetime
    """Aware, in UTC."""
    source: str
    """Source on the page (`json-ld`, `meta`, `itemprop`, `time`, `printed`, `title`, `url`,
    `script`), and notes on the precision: `naive`, `day`, `no-year`, `relative`
    (crawler/extraction/fields/date_parsing.py), `local-as-utc`."""


@dataclass(frozen=True, slots=True)
class StatedDate:
    source: str
    raw: str
    at: datetime | None
    """Aware, in UTC; None if it is no date, or an impossible one."""
    why: str = ""
    """Place and form of a printed date, and `too weak alone` where that is why it was not believed."""


@dataclass(frozen=True, slots=True)
class _Statement:
    source: str
    raw: str
    weight: float
    """Points of trust; see _WEIGHTS."""
    why: str = ""

    @property
    def family(self) -> str:
        """Statements of one family repeat each other, and confirm nothing."""
        return "printed" if self.source in _PRINTED else self.source


_PRINTED = {"time", "printed", "itemprop"}
_WEIGHTS = {"json-ld": 6.0, "meta": 5.5, "meta of the page": 3.0, "title": 2.0, "url": 3.0}
"""Trust in one statement. `meta of the page` are names such as `date`, which may be the day of a change."""
_BEST_PRINTED = 5.0
"""Trust in a printed date beside the headline with its year and hour: less than the page's metadata for
machines, more than its address or a mere `<meta name=date>`."""
_UNCHANGED = 1.5
"""Taken from a publication that is stated to be the last change, too."""


def stated(
    tree: HtmlElement, data: LinkedData, url: str, fetched_at: datetime, headline: str | None = None
) -> Iterator[StatedDate]:
    """Yield all statements about the publication, in order of trust."""
    reading = _Reading(page := outline(tree), data, url, fetched_at, Placement(page, headline))
    seen = set()
    for said in (*reading.declared, *reading.printed, *reading.beside):
        if (said.source, said.raw) in seen:
            continue
        seen.add((said.source, said.raw))
        moment = reading.moment(said)
        weak = reading.is_weak(said)
        why = ", ".join(part for part in (said.why, "too weak alone" if weak else "") if part)
        yield StatedDate(
            moment.source if moment else said.source, one_line(said.raw), moment.at if moment else None, why
        )


def read_published(
    page: Outline,
    data: LinkedData,
    url: str,
    fetched_at: datetime,
    headline: str | None = None,
    *,
    place: Placement | None = None,
) -> Moment | None:
    """Return the day that the page's statements agree on most, as the most trusted of them says it.

    A printed date that nothing confirms must stand where a date of this article may stand.
    """
    return _Reading(page, data, url, fetched_at, place or Placement(page, headline)).published()


class _Reading:
    """All statements of one page about its publication."""

    def __init__(
        self, page: Outline, data: LinkedData, url: str, fetched_at: datetime, place: Placement
    ) -> None:
        self._page, self._data, self._url, self._fetched_at = page, data, url, fetched_at
        self._place = place
        self._moments: dict[tuple[str, str], Moment | None] = {}

    @cached_property
    def declared(self) -> list[_Statement]:
        modified = set(self._data.modified)
        found = [
            _Statement("json-ld", raw, _WEIGHTS["json-ld"] - (_UNCHANGED if raw in modified else 0))
            for raw in self._data.published
        ]
        changes = {raw for _, _, raw in _metas(self._page, _MODIFIED)}
        metas = []
        for source, name, raw in _metas(self._page, _PUBLISHED):
            weight = _WEIGHTS["meta of the page" if name in _OF_THE_PAGE else "meta"]
            if raw in changes and weight > _UNCHANGED * 2:
                weight -= _UNCHANGED
            metas.append(_Statement("meta" if source == "meta" else "itemprop of the page", raw, weight))
        return found + sorted(metas, key=lambda said: -said.weight)

    @cached_property
    def printed(self) -> list[_Statement]:
        found = []
        for one in printed_dates(self._page, self._place, self._is_date):
            points, why = one.points, one.why
            moment = self.moment(_Statement(one.source, one.raw, 0))
            if moment is None:
                continue
            if self._last_change is not None and moment.at > self._last_change + timedelta(hours=36):
                points, why = points - 3, f"{why}, after the page's last change"
            if moment.source == "printed day" and _is_today(moment.at, self._fetched_at):
                # the head of a page prints the day on which it is read
                points, why = (
                    points - ((4 if one.named else 8) if one.above else 1),
                    f"{why}, the day of the fetch",
                )
            found.append(_Statement(one.source, one.raw, _weight_of(points), why))
        return sorted(found, key=lambda said: -said.weight)

    @cached_property
    def beside(self) -> list[_Statement]:
        """Statements beside the page: the end of its title, and its address."""
        named = [
            (source, raw)
            for claims in (_of_title(self._page), _of_address(self._url))
            for source, raw in claims
        ]
        return [_Statement(source, raw, _WEIGHTS[source]) for source, raw in named]

    @cached_property
    def _last_change(self) -> datetime | None:
        moment = read_modified(self._page, self._data, self._fetched_at)
        return moment.at if moment else None

    def _is_date(self, source: str, raw: str) -> bool:
        return self.moment(_Statement(source, raw, 0)) is not None

    def moment(self, said: _Statement) -> Moment | None:
        """Return the moment that a statement says, parsed once."""
        key = said.source, said.raw
        if key not in self._moments:
            self._moments[key] = self._parsed(said)
        return self._moments[key]

    def _parsed(self, said: _Statement) -> Moment | None:
        source = "itemprop" if said.source.startswith("itemprop") else said.source
        found = _first([(source, said.raw)], self._fetched_at)
        both = _SLASHES.search(said.raw) if found is not None and source in _PRINTED else None
        if found is None or both is None or max(int(both[1]), int(both[2])) > 12 or both[1] == both[2]:
            return found
        swapped = f"{said.raw[: both.start()]}{both[2]}/{both[1]}/{both[3]}{said.raw[both.end() :]}"
        other = _first([(source, swapped)], self._fetched_at)
        if other is None:
            return found
        stated = weekday_of(said.raw)
        first = self._month_first if stated is None else other.at.astimezone(KYIV).weekday() == stated
        # in the capitals of `4:27PM` it is American, unless the site is of another country
        if stated is None and not first and _CAPITALS.search(said.raw):
            first = not _OF_A_COUNTRY.search(urlsplit(self._url).hostname or "")
        return Moment(found.raw, other.at, other.source) if first else found

    @cached_property
    def _month_first(self) -> bool:
        """Tell if the page writes the month first: its other dates show it, or it says `en-US`."""
        shown = [
            (int(day[1]), int(day[2]))
            for text in self._page.texts
            if "/" in text and len(text) < 200
            for day in _SLASHES.finditer(text)
        ]
        american, european = sum(b > 12 for _, b in shown), sum(a > 12 for a, _ in shown)
        if american != european:
            return american > european
        return self._page.attributes[0].get("lang", "").lower() == "en-us"

    def published(self) -> Moment | None:
        # most pages declare one time and nothing against it: their printed lines are not looked for
        sure = [(said, moment) for said in (*self.declared, *self.beside) if (moment := self.moment(said))]
        if not self._is_settled(sure):
            printed = ((said, moment) for said in self.printed if (moment := self.moment(said)))
            sure = sorted((*sure, *printed), key=_order)
        # beside a good line, those far below it say nothing
        least = 0.6 * max((said.weight for said, _ in sure if said.source in _PRINTED), default=0.0)
        sure = [one for one in sure if one[0].source not in _PRINTED or one[0].weight >= least]
        best: tuple[float, _Statement, Moment] | None = None
        for said, moment in sure:
            agreeing: dict[str, float] = {}
            for other, its in sure:
                if _agree(moment, its):
                    agreeing[other.family] = max(agreeing.get(other.family, 0.0), _trust(other, its))
            if best is None or sum(agreeing.values()) > best[0] + 0.001:
                best = sum(agreeing.values()), said, moment
        if best is None or (best[0] == best[1].weight and self.is_weak(best[1])):
            return _first(_of_scripts(self._page), self._fetched_at)
        # a day in an address may agree with several: then the most trusted of them says it
        alike = (one for one in sure if _agree(one[1], best[2]) and not self.is_weak(one[0]))
        return self._in_full(*next(alike, best[1:]))

    def _is_settled(self, sure: list[tuple[_Statement, Moment]]) -> bool:
        """Tell if what is declared outweighs whatever may be printed, and says the hour."""
        if not sure or sure[0][1].source.endswith("day") or not all(_agree(sure[0][1], m) for _, m in sure):
            return False
        families = {said.family: said.weight for said, _ in reversed(sure)}
        whole = sure[0][0].weight in {_WEIGHTS["json-ld"], _WEIGHTS["meta"]}
        return whole or sum(families.values()) > _BEST_PRINTED + _WEIGHTS["url"]

    @staticmethod
    def is_weak(said: _Statement) -> bool:
        return said.source in _PRINTED and said.weight < _weight_of(WEAK)

    def _in_full(self, said: _Statement, moment: Moment) -> Moment:
        """Return the moment in its zone, and with the hour of another statement about the same day."""
        claims = [(one.source, one.raw) for one in self.declared if not one.source.startswith("itemprop")]
        claims += [("itemprop", one.raw) for one in self.declared if one.source.startswith("itemprop")]
        if moment.source.endswith("day"):
            strong = (one for one in (*self.declared, *self.printed) if not self.is_weak(one))
            of_all = (m for one in strong if (m := self.moment(one)))
            finer = (m for m in of_all if not m.source.endswith("day"))
            return next((m for m in finer if m.at.astimezone(KYIV).date() == moment.at.date()), moment)
        if moment.source.endswith(("-ld", "meta", "itemprop", "naive")) and said in self.declared:
            return self._in_its_zone(moment, claims)
        return moment

    def _in_its_zone(self, moment: Moment, claims: list[tuple[str, str]]) -> Moment:
        """Correct a time that may be some hours off, by the page's other statements.

        Some sites write local time and call it UTC. Then another claim has the same clock with an offset, or
        the page prints the same clock to Ukrainian readers, or the time would be in the future. Of the hour
        that occurs twice in autumn, a claim with a zone tells which is meant.
        """
        others = [other for other in _each(claims, self._fetched_at) if other.raw != moment.raw]
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
        if moment.at > self._fetched_at + _SLOW_CLOCK >= local:
            return corrected
        language = self._page.attributes[0].get("lang", "").lower()[:2]
        if not (language in {"uk", "ru", "ua"} or (urlsplit(self._url).hostname or "").endswith(".ua")):
            return moment
        lines = [(said.source, said.raw) for said in self.printed]
        printed = {
            m.at.replace(second=0) for m in _each(lines, self._fetched_at) if m.source == "printed naive"
        }
        if local.replace(second=0) in printed and moment.at.replace(second=0) not in printed:
            return corrected
        return moment


def _weight_of(points: float) -> float:
    """Return the trust in a printed date by its points."""
    return min(points, 8.0) * _BEST_PRINTED / 8


def _trust(said: _Statement, moment: Moment) -> float:
    # `yesterday` and a day without its year may be another story's
    halved = said.source in _PRINTED and re.search(r"no-year|relative", moment.source)
    return said.weight / 2 if halved and said.weight > 0 else said.weight


def _order(one: tuple[_Statement, Moment]) -> tuple[int, float]:
    """Order statements by where they stand first, as one of several that agree speaks for all."""
    families = ("json-ld", "meta", "itemprop of the page", "printed", "title", "url")
    weak = one[0].weight == _WEIGHTS["meta of the page"] and one[0].family == "meta"
    return families.index(one[0].family) if not weak else 2, -_trust(*one)


def _is_today(at: datetime, fetched_at: datetime) -> bool:
    return at.astimezone(KYIV).date() == fetched_at.astimezone(KYIV).date()


def _agree(one: Moment, other: Moment) -> bool:
    """Tell if two statements may be of one day, in whatever zone a day without its hour was meant."""
    if one.source.endswith("day") and other.source.endswith("day"):
        return one.at.date() == other.at.date()
    if one.source.endswith("day") or other.source.endswith("day"):
        day, at = (one.at, other.at) if one.source.endswith("day") else (other.at, one.at)
        return timedelta(hours=-14) <= at - day < timedelta(hours=36)
    apart = abs(one.at - other.at)
    if one.source.endswith("naive") == other.source.endswith("naive"):
        return (
            apart < timedelta(hours=4) or one.at.astimezone(KYIV).date() == other.at.astimezone(KYIV).date()
        )
    return apart < timedelta(hours=14)


def _clock(raw: str) -> datetime | None:
    """Return the clock as printed, to the minute, whatever its zone."""
    found = _CLOCK.search(raw)
    return datetime.fromisoformat(f"{found[1]}T{found[2]}") if found else None


def read_modified(page: Outline, data: LinkedData, fetched_at: datetime) -> Moment | None:
    claims = [("json-ld", raw) for raw in data.modified]
    return _first(claims + [(source, raw) for source, _, raw in _metas(page, _MODIFIED)], fetched_at)


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
_OF_THE_PAGE = {"date", "dc.date", "dcterms.date"}
"""Names of <meta> that some sites fill with the day of a change."""
_MODIFIED = {
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified",
    "dcterms.modified",
    "dc.date.modified", "lastmod", "last-modified", "article:modified", "revised", "dateupdated",
    "dateupdate",
    "revision_date",
}  # fmt: skip


def _metas(page: Outline, names: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (source, name, content) of the page's metadata."""
    for meta in page.metas:
        if meta.name in names and meta.content.strip():
            yield ("itemprop" if meta.itemprop else "meta"), meta.name, meta.content
    if names is _MODIFIED:
        for said, found in page.by_itemprop.items():
            for i in found if "datemodified" in said.lower().split() else ():
                if page.tags[i] != "meta":
                    at = page.attributes[i]
                    raw = at.get("content") or at.get("datetime") or page.elements[i].text_content()
                    yield "itemprop", "datemodified", raw


def _of_title(page: Outline) -> Iterator[tuple[str, str]]:
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


def _of_scripts(page: Outline) -> list[tuple[str, str]]:
    """Return the day in the page's data for its scripts, if they have one day only: else it may be any."""
    found = [raw.decode("ascii", "replace").upper() for raw in _STATE.findall(page.source or b"")]
    return [("script", found[0])] if len({raw[:10] for raw in found}) == 1 else []


def _of_address(url: str) -> Iterator[tuple[str, str]]:
    path = urlsplit(url).path
    if seconds := _URL_SECONDS.search(path):
        yield "url", seconds[1]
    if day := _URL_DAY.search(path) or _URL_COMPACT.search(path):
        yield "url", f"{day[1]}-{int(day[2]):02}-{int(day[3]):02}"
    elif day := _URL_DAY_FIRST.search(path):
        yield "url", f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}"
    elif day := _URL_NAMED.search(path):
        yield "url", f"{day[1]}-{MONTHS_IN_ENGLISH.index(day[2].lower()) + 1:02}-{int(day[3]):02}"
