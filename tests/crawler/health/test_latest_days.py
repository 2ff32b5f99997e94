"""An outlet against its own past: each death is told within a day, and no holiday or quiet outlet is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from crawler.health.expectation_check import Verdict, judge
from crawler.health.latest_days import LatestDays, RecentArticles
from tests.spiders.expecting.gazette import Gazette

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

END = datetime(2026, 3, 20, 6, tzinfo=UTC)
_HOUR = 3_600_000_000


class Plain(Gazette):
    """The same without expectations; a subclass, whose name stays."""

    expects = {}


@dataclass(frozen=True)
class Visit:
    """One article; `ago` is days before END."""

    ago: float
    story: int
    language: str = "uk"
    characters: int = 2000
    byline: bool = True
    picture: bool = True


def weeks(a_day: Callable[[int], int], days: int = 29) -> list[Visit]:
    """Stories in both languages, between six and sixteen o'clock, the latest day first."""
    draw = np.random.default_rng(4)
    visits: list[Visit] = []
    for day in range(days):
        count = a_day(day)
        for number in range(count):
            ago = day + 0.6 + 0.4 * number / max(count, 1)
            for language, later in (("uk", 0.0), ("en", 0.01)):
                length = int(2000 * np.exp(draw.normal(0, 0.4)))
                visits.append(Visit(ago - later, day * 1000 + number, language, length, draw.random() < 0.8))
    return visits


def days_of(visits: list[Visit], *, is_covered: bool = True) -> LatestDays:
    """As a crawl every six hours would have archived them."""
    end = int(END.timestamp()) * 1_000_000

    def column(values: list[object], kind: type) -> npt.NDArray[np.object_]:
        return np.asarray(values, kind)

    published = np.asarray([end - int(visit.ago * 24 * _HOUR) for visit in visits], np.int64)
    articles = RecentArticles(
        published,
        end - (end - published) // (6 * _HOUR) * 6 * _HOUR + _HOUR // 60,
        np.asarray([visit.characters for visit in visits], np.int64),
        {
            "byline": np.asarray([visit.byline for visit in visits], np.bool_),
            "date": np.ones(len(visits), np.bool_),
            "picture": np.asarray([visit.picture for visit in visits], np.bool_),
        },
        column([visit.language for visit in visits], np.object_),
        column([str(visit.story) for visit in visits], np.object_),
        column([f"https://gazette.example/{visit.story}/{visit.language}" for visit in visits], np.object_),
    )
    return LatestDays(articles, END, is_covered, ("uk", "en"))


def missed(days: LatestDays) -> dict[str, str]:
    return {
        verdict.expectation: verdict.message for verdict in judge(Plain, days) if verdict.state == "missed"
    }


def with_death(change: Callable[[Visit], Visit | None]) -> list[Visit]:
    """Twenty stories a day; the last day is changed."""
    visits: list[Visit] = []
    for visit in weeks(lambda day: 20 + day % 4):
        changed = change(visit) if visit.ago <= 1 else visit
        if changed is not None:
            visits.append(changed)
    return visits


@pytest.mark.parametrize(
    ("change", "expectation", "told"),
    [
        (lambda x: replace(x, characters=x.characters // 2), "length",
         "median of 876 characters in 40 texts of the last day, usually 1884 to 2148; see https://gazette.example/0/en"),
        (lambda x: replace(x, characters=x.characters // 2) if x.language == "en" else x, "length en",
         "median of 874 characters in 20 texts of the last day, usually 1884 to 2268; see https://gazette.example/0/en"),
        (lambda x: None, "newest",
         "nothing new for 38 hours, usually 14 hours at most; see https://gazette.example/1000/en"),
        (lambda x: None if x.language == "en" else x, "newest en",
         "nothing new for 38 hours, usually 14 hours at most; see https://gazette.example/1000/en"),
        (lambda x: replace(x, byline=False), "byline",
         "0% of 40 articles of the last day, usually 76% to 86%; see https://gazette.example/0/en"),
        (lambda x: replace(x, picture=False), "picture",
         "0% of 40 articles of the last day, usually 100% to 100%; see https://gazette.example/0/en"),
        (lambda x: replace(x, story=x.story + 500 * (x.language == "en")), "all_languages",
         "0% of 40 stories of the last day, usually 100% to 100%; see https://gazette.example/500/en"),
    ],
    ids=["half", "half of a language", "frozen", "language", "byline", "picture", "unpaired"],
)  # fmt: skip
def test_a_death_is_told_within_a_day(
    change: Callable[[Visit], Visit | None], expectation: str, told: str
) -> None:
    sentences = missed(days_of(with_death(change)))
    assert sentences[expectation].startswith(told), sentences
    # the stories of a lost language are not whole either
    assert {*sentences} - {expectation} <= (
        {"all_languages"} if "language" in told or "en" in expectation else set()
    )


@pytest.mark.parametrize(
    "visits",
    [
        weeks(lambda day: 20),
        # a holiday yesterday, after five weeks of free Sundays; two of them
        weeks(lambda day: 8 if day == 0 else 6 if day % 7 == 4 else 24),
        weeks(lambda day: 9 if day < 2 else 24),
        # a holiday and a day out of order in the weeks before
        weeks(lambda day: {3: 0, 12: 4}.get(day, 24)),
        # one story a day, not on each
        weeks(lambda day: 0 if day in {0, 5, 6, 12, 13} else 1),
        weeks(lambda day: 1),
        [x for x in weeks(lambda day: 20) if x.language == "uk" or x.story // 1000 % 7 > 1],
    ],
    ids=["usual", "holiday", "two holidays", "odd days before", "few", "one a day", "English on weekdays"],
)
def test_what_is_no_death_is_not_told(visits: list[Visit]) -> None:
    assert missed(days_of(visits)) == {}


def test_a_language_that_ended_is_told_before_its_day_is_empty() -> None:
    visits: list[Visit] = []
    for number in range(6 * 28):
        visits.append(Visit(number / 6, number))
        if number >= 4:
            visits.append(Visit(number / 6, number, "en"))
    sentences = missed(days_of(visits))
    address = "https://gazette.example/4/en"
    assert sentences == {"newest en": f"nothing new for 16 hours, usually 4 hours at most; see {address}"}


def test_three_days_at_a_third_of_their_weekdays_are_told() -> None:
    sentences = missed(days_of(weeks(lambda day: 8 if day < 3 else 24)))
    assert sentences["articles_a_day"].startswith(
        "16 in the 24 hours before 2026-03-20 06:00 UTC, usually 48"
    )
    assert list(sentences) == ["articles_a_day"]


def states(days: LatestDays) -> dict[str, set[str]]:
    by_message: dict[str, set[str]] = {}
    for verdict in judge(Plain, days):
        if verdict.state == "unknown":
            by_message.setdefault(verdict.message, set()).add(verdict.expectation)
    return by_message


def test_a_young_archive_says_so_and_a_gap_between_crawls_too() -> None:
    learnt = {"articles_a_day", "articles_a_day uk", "articles_a_day en", "length", "length uk", "length en"}
    learnt |= {"byline", "date", "picture", "all_languages"}
    young = weeks(lambda day: 0 if day == 0 else 20, days=7)
    assert missed(days_of(young)) == {}
    assert states(days_of(young)) == {"not enough days yet: 5 of 7": learnt}
    gap = days_of(with_death(lambda _: None), is_covered=False)
    (message,) = states(gap)
    assert message == "the last crawl came more than two days after the one before, or is the first"
    assert list(missed(gap)) == ["newest"]


def test_how_long_nothing_new_may_come_can_be_set() -> None:
    quiet = days_of(weeks(lambda day: 0 if day == 0 else 20))

    def newest(silent_after: timedelta | None) -> Verdict:
        return judge(Plain, quiet, silent_after=silent_after)[0]

    assert newest(None).state == newest(timedelta(hours=38)).state == "missed"
    assert newest(timedelta(hours=39)).state == "met"


def test_without_a_crawl_nothing_is_judged() -> None:
    assert judge(Plain, LatestDays()) == []


def test_an_outlet_whose_list_has_been_frozen_for_months_is_still_told() -> None:
    assert missed(LatestDays(end=END, is_covered=True)) == {"newest": "nothing new in the last 42 days"}
    # the first crawl of an outlet of old texts
    assert missed(LatestDays(end=END)) == {}


def test_half_texts_of_all_languages_are_one_alarm_though_one_language_is_in_doubt() -> None:
    """Of six stories a day Ukrainian is judged by three days, half of which were well."""
    visits: list[Visit] = []
    for visit in weeks(lambda day: 6):
        is_half = visit.ago <= 1 or (visit.ago <= 2 and (visit.language == "en" or visit.story % 2 == 0))
        length = 2000 + visit.story % 7
        visits.append(replace(visit, characters=length // 2 if is_half else length))
    assert list(missed(days_of(visits))) == ["length"]
