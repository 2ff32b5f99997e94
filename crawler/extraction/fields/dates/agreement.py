"""Agreement of a page's statements about its day, and the trust in each of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crawler.extraction.document.text import one_line
from crawler.extraction.fields.dates.parsing import TOLERANCE, parse_date
from crawler.extraction.fields.dates.timezones import KYIV

LARGEST_OFFSET = timedelta(hours=14)
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    raw: str
    at: datetime
    """Aware, in UTC."""
    source: str
    """Source on the page (`json-ld`, `meta`, `itemprop`, `time`, `printed`, `title`, `url`,
    `script`), and notes on the precision: `naive`, `day`, `no-year`, `relative`
    (crawler/extraction/fields/dates/parsing.py), `local-as-utc`."""


@dataclass(frozen=True, slots=True)
class Statement:
    source: str
    raw: str
    weight: float
    """Points of trust; see WEIGHTS."""
    why: str = ""
    changed: bool = False
    """True if it is called the day of a change."""
    may_be_the_only_day: bool = False

    @property
    def family(self) -> str:
        """Statements of one family repeat each other, and confirm nothing."""
        return "printed" if self.source in PRINTED else self.source


PRINTED = {"time", "printed", "itemprop"}
WEIGHTS = {"json-ld": 6.0, "meta": 5.5, "meta of the page": 3.0, "title": 2.0, "url": 3.0}
"""Trust in one statement. `meta of the page` are names such as `date`, which may be the day of a change."""
BEST_PRINTED = 5.0
"""Trust in a printed date beside the headline with its year and hour: less than the page's metadata for
machines, more than its address or a mere `<meta name=date>`."""


@dataclass(frozen=True, slots=True)
class Best:
    score: float
    statement: Statement
    moment: Moment


def most_agreed(candidates: list[tuple[Statement, Moment]]) -> Best | None:
    """Return the statement whose day has the most trust, one statement of each family counted."""
    best: Best | None = None
    for statement, moment in candidates:
        trust_by_family: dict[str, float] = {}
        is_of_change = {"printed": True, "meta": True}
        for supporter, its_moment in candidates:
            if not agree(moment, its_moment):
                continue
            trust = max(trust_by_family.get(supporter.family, 0.0), _trust(supporter, its_moment))
            trust_by_family[supporter.family] = trust
            is_of_change[supporter.family] = is_of_change.get(supporter.family, False) and (
                supporter.changed or supporter.weight == WEIGHTS["meta of the page"]
            )
        score = sum(trust_by_family.values())
        if trust_by_family.keys() == {"printed", "meta"} and all(is_of_change.values()):
            # `Last updated` and a <meta name=date> may both be the day of a change
            score = max(trust_by_family.values())
        if best is None or score > best.score + 0.001:
            best = Best(score, statement, moment)
    return best


def weight_of(points: float) -> float:
    """Return the trust in a printed date by its points."""
    return min(points, 8.0) * BEST_PRINTED / 8


def _trust(statement: Statement, moment: Moment) -> float:
    # `yesterday` and a day without its year may be another story's
    is_vague = "no-year" in moment.source or "relative" in moment.source
    halved = is_vague and statement.source in PRINTED and statement.weight > 0
    return statement.weight / 2 if halved else statement.weight


def by_trust(parsed: tuple[Statement, Moment]) -> tuple[int, float]:
    """Order statements by where they stand first, as one of several that agree speaks for all."""
    families = ("json-ld", "meta", "itemprop of the page", "printed", "title", "url")
    weak = parsed[0].weight == WEIGHTS["meta of the page"] and parsed[0].family == "meta"
    return families.index(parsed[0].family) if not weak else 2, -_trust(*parsed)


def agree(a: Moment, b: Moment) -> bool:
    """Tell if two statements may be of one day, in whatever zone a day without its hour was meant."""
    if a.source.endswith("day") and b.source.endswith("day"):
        return a.at.date() == b.at.date()
    if a.source.endswith("day") or b.source.endswith("day"):
        day, at = (a.at, b.at) if a.source.endswith("day") else (b.at, a.at)
        return timedelta(hours=-14) <= at - day < timedelta(hours=36)
    apart = abs(a.at - b.at)
    if a.source.endswith("naive") == b.source.endswith("naive"):
        return apart < timedelta(hours=4) or a.at.astimezone(KYIV).date() == b.at.astimezone(KYIV).date()
    return apart < timedelta(hours=14)


def moments_of(claims: Iterable[tuple[str, str]], fetched_at: datetime) -> Iterator[Moment]:
    for source, raw in claims:
        parsed = parse_date(raw, fetched_at)
        if parsed and _FIRST <= parsed[0] <= fetched_at + TOLERANCE:
            suffix = "" if parsed[1] == "zone" else f" {parsed[1]}"
            yield Moment(one_line(raw), parsed[0], source + suffix)


def first_moment(claims: Iterable[tuple[str, str]], fetched_at: datetime) -> Moment | None:
    return next(moments_of(claims, fetched_at), None)


def second_of_the_hour_that_comes_twice(moment: Moment, candidates: list[Moment]) -> Moment | None:
    """Return the claim with a zone which shows that the second of two equal hours in autumn is meant."""
    second = moment.at.astimezone(KYIV).replace(fold=1).astimezone(UTC)
    for candidate in candidates:
        if not candidate.source.endswith(("naive", "day")) and candidate.at == second != moment.at:
            return candidate
    return None


def other_than_the_naive_clock(moment: Moment, candidates: list[Moment]) -> Moment | None:
    """Return the claim some hours from a time called UTC whose clock another claim has without a zone."""
    clock, other, is_local = moment.at.replace(tzinfo=None), None, False
    for candidate in candidates:
        apart = abs(candidate.at - moment.at)
        if candidate.source.endswith(" naive"):
            is_local = is_local or candidate.at.astimezone(KYIV).replace(tzinfo=None) == clock
        elif not candidate.source.endswith("day") and timedelta() < apart <= LARGEST_OFFSET:
            other = other or (candidate if apart % timedelta(hours=1) == timedelta() else None)
    return other if is_local else None
