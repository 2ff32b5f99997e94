"""Dates: publication and last change of a page in UTC, by the most trusted statement."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extraction.document.outline import Outline, outline
from crawler.extraction.document.text import one_line
from crawler.extraction.fields.dates.agreement import (
    BEST_PRINTED,
    LARGEST_OFFSET,
    PRINTED,
    WEIGHTS,
    Moment,
    Statement,
    agree,
    by_trust,
    first_moment,
    moments_of,
    most_agreed,
    other_than_the_naive_clock,
    second_of_the_hour_that_comes_twice,
    weight_of,
)
from crawler.extraction.fields.dates.declared import (
    MODIFIED,
    OF_THE_PAGE,
    PUBLISHED,
    dates_of_address,
    dates_of_metas,
    dates_of_scripts,
    dates_of_title,
    period_of_address,
)
from crawler.extraction.fields.dates.page_zone import in_zone_of_page
from crawler.extraction.fields.dates.parsing import TOLERANCE, weekday_of
from crawler.extraction.fields.dates.printed import (
    IN_THE_HEAD,
    OF_A_CHANGE,
    WEAK,
    changes_in_time_elements,
    days_with_their_year,
    printed_dates,
)
from crawler.extraction.fields.dates.timezones import KYIV
from crawler.extraction.fields.linked_data import LinkedData
from crawler.extraction.fields.placement import Placement

_UTC = re.compile(r"\d(?:Z|\s*\+00:?00)$")
_OFFSET = re.compile(r"[+-](?!00:?00)\d{2}:?\d{2}$")
_CLOCK = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})")
_SLOW_CLOCK = timedelta(minutes=5)
_SLASHES = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/((?:19|20)?\d{2})(?![\d/])")
_CAPITALS = re.compile(r"\d\s?[AP]M\b")
_ZONE_OF_AMERICA = re.compile(r"\d(?:\s?[AaPp]\.?[Mm]\.?)?\s*\(?(?:[ECMP][SD]?T)\b")
_OF_A_COUNTRY = re.compile(r"\.(?!us$)[a-z]{2}$")


_A_DAY, _HALF_A_YEAR = timedelta(days=1), timedelta(days=183)
_SEVERAL = 2
"""Days on the page from which their latest tells in which year it was made."""
_UNCHANGED = 1.5
"""Taken from a publication that is stated to be the last change, too."""


@dataclass(frozen=True, slots=True)
class StatedDate:
    source: str
    raw: str
    at: datetime | None
    """Aware, in UTC; None if it is no date, or an impossible one."""
    why: str = ""
    """Place and form of a printed date, and `too weak alone` where that is why it was not believed."""


def stated(
    tree: HtmlElement, data: LinkedData, url: str, fetched_at: datetime, headline: str | None = None
) -> Iterator[StatedDate]:
    """Yield all statements about the publication, in order of trust."""
    reading = _Reading(page := outline(tree), data, url, fetched_at, Placement(page, headline))
    yielded = set()
    for statement in (*reading.declared, *reading.printed, *reading.beside):
        if (statement.source, statement.raw) in yielded:
            continue
        yielded.add((statement.source, statement.raw))
        moment = reading.moment(statement)
        weak = reading.is_weak(statement)
        why = ", ".join(part for part in (statement.why, "too weak alone" if weak else "") if part)
        yield StatedDate(
            moment.source if moment else statement.source,
            one_line(statement.raw),
            moment.at if moment else None,
            why,
        )


def read_published(
    page: Outline,
    data: LinkedData,
    url: str,
    fetched_at: datetime,
    headline: str | None = None,
    *,
    place: Placement | None = None,
    zone: str | None = None,
) -> Moment | None:
    """Return the day that the page's statements agree on most, as the most trusted of them says it.

    A printed date that nothing confirms must stand where a date of this article may stand. `zone` is the
    outlet's, where it is known.
    """
    moment = _Reading(page, data, url, fetched_at, place or Placement(page, headline)).published()
    return in_zone_of_page(moment, page, data, url=url, fetched_at=fetched_at, zone=zone)


class _Reading:
    """All statements of one page about its publication."""

    def __init__(
        self, page: Outline, data: LinkedData, url: str, fetched_at: datetime, place: Placement
    ) -> None:
        self._page, self._data, self._url, self._fetched_at = page, data, url, fetched_at
        self._place = place
        self._moments: dict[tuple[str, str], Moment | None] = {}

    @cached_property
    def declared(self) -> list[Statement]:
        modified = set(self._data.modified)
        of_data = []
        for raw in self._data.published:
            weight = WEIGHTS["json-ld"] - (_UNCHANGED if raw in modified else 0)
            of_data.append(Statement("json-ld", raw, weight))
        changes = {raw for _, _, raw in dates_of_metas(self._page, MODIFIED)}
        metas = []
        for source, name, raw in dates_of_metas(self._page, PUBLISHED):
            weight = WEIGHTS["meta of the page" if name in OF_THE_PAGE else "meta"]
            if raw in changes and weight > _UNCHANGED * 2:
                weight -= _UNCHANGED
            metas.append(Statement("meta" if source == "meta" else "itemprop of the page", raw, weight))
        statements = of_data + sorted(metas, key=lambda statement: -statement.weight)
        return [*map(self._by_address, statements)]

    def _by_address(self, statement: Statement) -> Statement:
        """Halve the trust in a day long before the month of the address: templates declare a constant."""
        period, moment = period_of_address(self._url), self.moment(statement)
        if period is None or moment is None or moment.at > period[0] - period[1] - _HALF_A_YEAR:
            return statement
        return replace(statement, weight=statement.weight / 2)

    @cached_property
    def printed(self) -> list[Statement]:
        statements = []
        for line in printed_dates(self._page, self._place, self._is_date):
            points, why = line.points, line.why
            moment = self.moment(Statement(line.source, line.raw, 0))
            if moment is None:
                continue
            if self._last_change is not None and moment.at > self._last_change + timedelta(hours=36):
                points, why = points - 3, f"{why}, after the page's last change"
            may_be_todays = moment.source == "printed day" or IN_THE_HEAD in line.why
            if may_be_todays and _is_today(moment.at, self._fetched_at):
                # the head of a page prints the day on which it is read
                of_the_head = 4 if line.is_called_date else 8
                points -= of_the_head if line.above else 1
                why = f"{why}, the day of the fetch"
            may_be_the_only_day = line.may_be_the_only_day and why == line.why
            weight = weight_of(points)
            if line.changed:
                # however well it stands, it counts less than the same line without that word
                weight = weight_of(points + OF_A_CHANGE) - weight_of(OF_A_CHANGE)
            statements.append(
                Statement(line.source, line.raw, weight, why, line.changed, may_be_the_only_day)
            )
        return sorted(statements, key=lambda statement: -statement.weight)

    @cached_property
    def beside(self) -> list[Statement]:
        """Statements beside the page: the end of its title, and its address."""
        claimed_dates = (*dates_of_title(self._page), *dates_of_address(self._url))
        return [Statement(source, raw, WEIGHTS[source]) for source, raw in claimed_dates]

    @cached_property
    def _last_change(self) -> datetime | None:
        moment = _last_change(self._page, self._data, self._fetched_at, self._place)
        return moment.at if moment else None

    def _is_date(self, source: str, raw: str) -> bool:
        return self.moment(Statement(source, raw, 0)) is not None

    def moment(self, statement: Statement) -> Moment | None:
        """Return the moment that a statement says, parsed once."""
        key = statement.source, statement.raw
        if key not in self._moments:
            self._moments[key] = self._parsed(statement)
        return self._moments[key]

    def _parsed(self, statement: Statement) -> Moment | None:
        source = "itemprop" if statement.source.startswith("itemprop") else statement.source
        moment = first_moment([(source, statement.raw)], self._fetched_at)
        if moment is None or source not in PRINTED:
            return moment
        if "no-year" in moment.source:
            return self._with_the_pages_year(moment)
        figures = _SLASHES.search(statement.raw)
        if figures is None or not _is_ambiguous(figures):
            return moment
        swapped_raw = (
            f"{statement.raw[: figures.start()]}{figures[2]}/{figures[1]}/{figures[3]}"
            f"{statement.raw[figures.end() :]}"
        )
        swapped = first_moment([(source, swapped_raw)], self._fetched_at)
        if swapped is None or not self._is_american(statement.raw, swapped):
            return moment
        return Moment(moment.raw, swapped.at, swapped.source)

    def _with_the_pages_year(self, moment: Moment) -> Moment:
        """Return a day without its year in the year of the page's other dates, if the page has such dates."""
        year = self._year
        if year is None:
            return moment
        middle, half = year
        by_page = first_moment([(moment.source.split()[0], moment.raw)], min(middle + half, self._fetched_at))
        if by_page is None or by_page.at < middle - half - TOLERANCE:
            return moment
        return by_page

    @cached_property
    def _year(self) -> tuple[datetime, timedelta] | None:
        """The time in which a day without its year lies: its middle, and half of its length.

        It is the half year before and after a declared day, or the day of the address; the year or the month
        of the address; the year before the latest of the page's dates, where it has several.
        """
        for statement, moment in self._dated((*self.declared, *self.beside)):
            if statement.weight >= WEIGHTS["url"]:
                return moment.at, _HALF_A_YEAR
        if self._last_change is not None:
            return self._last_change - _HALF_A_YEAR + TOLERANCE, _HALF_A_YEAR
        if period := period_of_address(self._url):
            return period
        claims = [("time", raw) for raw in dict.fromkeys(days_with_their_year(self._page))]
        moments = [m.at for m in moments_of(claims, self._fetched_at) if "no-year" not in m.source]
        if len(moments) < _SEVERAL:
            return None
        return max(moments) - _HALF_A_YEAR + TOLERANCE, _HALF_A_YEAR

    def _is_american(self, raw: str, swapped: Moment) -> bool:
        """Tell if `01/10/2025` begins with its month; `swapped` is that reading of it."""
        weekday = weekday_of(raw)
        if weekday is not None:
            return swapped.at.astimezone(KYIV).weekday() == weekday
        if self._month_first or _ZONE_OF_AMERICA.search(raw):
            return True
        # in the capitals of `4:27PM` it is American, unless the site is of another country
        is_of_a_country = _OF_A_COUNTRY.search(urlsplit(self._url).hostname or "") is not None
        return _CAPITALS.search(raw) is not None and not is_of_a_country

    @cached_property
    def _month_first(self) -> bool:
        """Tell if the page writes the month first: its other dates show it, or it says `en-US`."""
        american = european = 0
        for text in self._page.texts:
            for day in _SLASHES.finditer(text) if "/" in text and len(text) < 200 else ():
                european += int(day[1]) > 12
                american += int(day[2]) > 12
        if american != european:
            return american > european
        return self._page.attributes[0].get("lang", "").lower() == "en-us"

    def published(self) -> Moment | None:
        candidates = self._candidates()
        best = most_agreed(candidates)
        if best is None or (best.score == best.statement.weight and self.is_weak(best.statement)):
            return first_moment(dates_of_scripts(self._page), self._fetched_at) or self._only_day()
        # a day in an address may agree with several: then the most trusted of them says it
        for statement, moment in candidates:
            if agree(moment, best.moment) and not self.is_weak(statement):
                return self._in_full(statement, moment)
        return self._in_full(best.statement, best.moment)

    def _only_day(self) -> Moment | None:
        """Return the one day with its year that stands in the article's element, wherever in it."""
        statements = [s for s in self.printed if s.may_be_the_only_day]
        moments = [moment for _, moment in self._dated(statements)]
        if moments and all(agree(moments[0], moment) for moment in moments):
            return moments[0]
        return None

    def _candidates(self) -> list[tuple[Statement, Moment]]:
        """Return the statements that are dates, in order of trust."""
        candidates = self._dated((*self.declared, *self.beside))
        # most pages declare one time and nothing against it: their printed lines are not read
        if not self._is_settled(candidates):
            candidates = sorted((*candidates, *self._dated(self.printed)), key=by_trust)
            candidates = self._without_day_of_change(candidates)
        # next to a good line, those far below it say nothing
        best_printed = max((s.weight for s, _ in candidates if s.source in PRINTED), default=0.0)
        return [
            (statement, moment)
            for statement, moment in candidates
            if statement.source not in PRINTED or statement.weight >= 0.6 * best_printed
        ]

    def _without_day_of_change(
        self, candidates: list[tuple[Statement, Moment]]
    ) -> list[tuple[Statement, Moment]]:
        """Leave out a `<meta name=date>` of the day of `Last updated`, where a line says another day."""
        changes = {moment.at.date() for statement, moment in candidates if statement.changed}
        own_days: set[date] = set()
        for statement, moment in candidates:
            if statement.source in PRINTED and not (statement.changed or self.is_weak(statement)):
                own_days.add(moment.at.date())
        if not changes or not own_days or not own_days.isdisjoint(changes):
            return candidates
        weak = WEIGHTS["meta of the page"]
        return [
            (statement, moment)
            for statement, moment in candidates
            if statement.family != "meta" or statement.weight != weak or moment.at.date() not in changes
        ]

    def _dated(self, statements: Iterable[Statement]) -> list[tuple[Statement, Moment]]:
        dated = []
        for statement in statements:
            if moment := self.moment(statement):
                dated.append((statement, moment))
        return dated

    def _is_settled(self, candidates: list[tuple[Statement, Moment]]) -> bool:
        """Tell if what is declared outweighs whatever may be printed, and says the hour."""
        if not candidates or candidates[0][1].source.endswith("day"):
            return False
        first_statement, first_moment = candidates[0]
        if not all(agree(first_moment, moment) for _, moment in candidates):
            return False
        weights = {statement.family: statement.weight for statement, _ in reversed(candidates)}
        is_declared_in_full = first_statement.weight in {WEIGHTS["json-ld"], WEIGHTS["meta"]}
        return is_declared_in_full or sum(weights.values()) > BEST_PRINTED + WEIGHTS["url"]

    @staticmethod
    def is_weak(statement: Statement) -> bool:
        return statement.source in PRINTED and statement.weight < weight_of(WEAK)

    def _in_full(self, statement: Statement, moment: Moment) -> Moment:
        """Return the moment in its zone, and with the hour of another statement about the same day."""
        if moment.source.endswith("day"):
            moment = self._with_an_hour(moment)
        if moment.source.endswith(" naive"):
            moment = self._same_time_with_a_zone(moment) or self._on_the_day_of_others(moment)
        if statement in self.declared and moment.source.endswith(("-ld", "meta", "itemprop", "naive")):
            by_itemprop = [s for s in self.declared if s.source.startswith("itemprop")]
            further = [s for s in self.declared if s not in by_itemprop]
            claims = [(s.source, s.raw) for s in further] + [("itemprop", s.raw) for s in by_itemprop]
            return self._in_its_zone(moment, claims)
        return moment

    def _same_time_with_a_zone(self, naive: Moment) -> Moment | None:
        """Return a statement with a zone that may be of the same moment: its clock differs by whole hours."""
        clock = naive.at.astimezone(KYIV).replace(tzinfo=UTC)
        for statement, moment in self._dated((*self.declared, *self.printed)):
            if moment.source.endswith(("naive", "day")) or "relative" in moment.source or statement.changed:
                continue
            offset = clock.replace(second=0) - moment.at.replace(second=0)
            printed_offset = _OFFSET.search(statement.raw)
            if printed_offset is None and not offset and self._is_read_in_ukrainian_time:
                # what is called UTC may be local
                continue
            is_whole = offset % timedelta(hours=1) == timedelta(0) and abs(offset) <= LARGEST_OFFSET
            if is_whole and not self.is_weak(statement):
                return moment
        return None

    def _on_the_day_of_others(self, naive: Moment) -> Moment:
        """Return the printed time for one without a zone that print and address put on the day before."""
        day = naive.at.astimezone(KYIV).date()
        if day not in {moment.at.date() + _A_DAY for _, moment in self._dated(self.beside)}:
            return naive
        printed = [moment for statement, moment in self._dated(self.printed) if not self.is_weak(statement)]
        days = {moment.at.astimezone(KYIV).date() for moment in printed}
        return printed[0] if days == {day - _A_DAY} else naive

    def _with_an_hour(self, day: Moment) -> Moment:
        for statement, moment in self._dated((*self.declared, *self.printed)):
            if self.is_weak(statement) or moment.source.endswith("day"):
                continue
            # of a day in UTC, too, where a time is stated so
            if day.at.date() in {moment.at.astimezone(KYIV).date(), moment.at.date()}:
                return moment
        return day

    def _in_its_zone(self, moment: Moment, claims: list[tuple[str, str]]) -> Moment:
        """Correct a time that may be some hours off, by the page's other statements."""
        candidates = [
            candidate for candidate in moments_of(claims, self._fetched_at) if candidate.raw != moment.raw
        ]
        if moment.source.endswith("naive"):
            return second_of_the_hour_that_comes_twice(moment, candidates) or moment
        if not _UTC.search(moment.raw):
            return moment
        return (
            _same_clock_with_an_offset(moment, candidates)
            or other_than_the_naive_clock(moment, candidates)
            or self._local_called_utc(moment)
            or moment
        )

    @property
    def _is_read_in_ukrainian_time(self) -> bool:
        language = self._page.attributes[0].get("lang", "").lower()[:2]
        return language in {"uk", "ru", "ua"} or (urlsplit(self._url).hostname or "").endswith(".ua")

    def _local_called_utc(self, moment: Moment) -> Moment | None:
        """Return Kyiv's reading of a time that is called UTC, where the page shows that it is local.

        The time would be in the future, or the page prints the same clock to Ukrainian readers.
        """
        local = moment.at.replace(tzinfo=KYIV).astimezone(UTC)
        corrected = Moment(moment.raw, local, f"{moment.source} local-as-utc")
        if moment.at > self._fetched_at + _SLOW_CLOCK >= local:
            return corrected
        if not self._is_read_in_ukrainian_time:
            return None
        lines = [(statement.source, statement.raw) for statement in self.printed]
        printed = {
            m.at.replace(second=0) for m in moments_of(lines, self._fetched_at) if m.source == "printed naive"
        }
        is_printed = local.replace(second=0) in printed and moment.at.replace(second=0) not in printed
        return corrected if is_printed else None


def _same_clock_with_an_offset(moment: Moment, candidates: list[Moment]) -> Moment | None:
    """Return the claim that has the clock of a time called UTC, with another offset."""
    clock = moment.at.replace(tzinfo=None, second=0)
    for candidate in candidates:
        if _OFFSET.search(candidate.raw) and candidate.at != moment.at and _clock(candidate.raw) == clock:
            return candidate
    return None


def _is_ambiguous(figures: re.Match[str]) -> bool:
    """Tell if both figures may be the month, and it matters which is."""
    first, second = int(figures[1]), int(figures[2])
    return max(first, second) <= 12 and first != second


def _is_today(at: datetime, fetched_at: datetime) -> bool:
    return at.astimezone(KYIV).date() == fetched_at.astimezone(KYIV).date()


def _clock(raw: str) -> datetime | None:
    """Return the clock as printed, to the minute, whatever its zone."""
    match = _CLOCK.search(raw)
    return datetime.fromisoformat(f"{match[1]}T{match[2]}") if match else None


def read_modified(
    page: Outline,
    data: LinkedData,
    fetched_at: datetime,
    place: Placement | None = None,
    *,
    url: str = "",
    zone: str | None = None,
) -> Moment | None:
    """Return the last change that the page declares, or prints beside its headline as machines read it."""
    moment = _last_change(page, data, fetched_at, place)
    return in_zone_of_page(moment, page, data, url=url, fetched_at=fetched_at, zone=zone)


def _last_change(
    page: Outline, data: LinkedData, fetched_at: datetime, place: Placement | None
) -> Moment | None:
    declared = first_moment([("json-ld", raw) for raw in data.modified], fetched_at)
    if declared is not None:
        return declared
    claims = [(source, raw) for source, _, raw in dates_of_metas(page, MODIFIED)]
    claims += [("time", raw) for raw in changes_in_time_elements(page, place)]
    moments = [*moments_of(claims, fetched_at)]
    # of claims about one change, the one with a zone
    zoned = (m for m in moments if not m.source.endswith(("naive", "day")) and m.at <= moments[0].at + _A_DAY)
    return next(zoned, moments[0] if moments else None)
