from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.fields.dates.parsing import TOLERANCE, parse_date
from crawler.extraction.fields.dates.timezones import KYIV

SEEN = datetime(2026, 3, 1, 12, 30, 40, tzinfo=UTC)
"""A Sunday, 14:30 in Kyiv."""


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "at", "precision"),
    [
        ("2026-01-08T17:46:00+02:00", utc(2026, 1, 8, 15, 46), "zone"),
        ("2024-04-28 07:00:00Z", utc(2024, 4, 28, 7), "zone"),
        ("2026-01-06 13:55:27 +01:00", utc(2026, 1, 6, 12, 55, 27), "zone"),
        ("2023-06-13T12:15:32.158Z", utc(2023, 6, 13, 12, 15, 32), "zone"),
        ("2020-09-20T23:32:00+0300", utc(2020, 9, 20, 20, 32), "zone"),
        ("1600633920", utc(2020, 9, 20, 20, 32), "zone"),
        ("1600633920000", utc(2020, 9, 20, 20, 32), "zone"),
        ("2025-10-24 15:26:00", utc(2025, 10, 24, 12, 26), "naive"),
        ("2020-12-03T18:47", utc(2020, 12, 3, 16, 47), "naive"),
        ("26 квітня 2024, 07:00", utc(2024, 4, 26, 4), "naive"),
        ("Publié le 07 mai 2019 à 13h59", utc(2019, 5, 7, 10, 59), "naive"),
        ("26 апреля 2024 г. 07:00", utc(2024, 4, 26, 4), "naive"),
        ("April 26, 2024, 7:00 PM", utc(2024, 4, 26, 16), "naive"),
        ("26 April 2024 07:00 GMT", utc(2024, 4, 26, 7), "zone"),
        ("Apr 26th, 2024", utc(2024, 4, 26), "day"),
        ("Четвер, 8 січня 2026, 17:46", utc(2026, 1, 8, 15, 46), "naive"),
        ("17:46, 08.01.2026", utc(2026, 1, 8, 15, 46), "naive"),
        ("18:30 | 5 мая 2023", utc(2023, 5, 5, 15, 30), "naive"),
        ("3 марта 2022 в 09:05 (мск)", utc(2022, 3, 3, 6, 5), "zone"),
        ("2026-01-08", utc(2026, 1, 8), "day"),
        ("20240426", utc(2024, 4, 26), "day"),
    ],
)
def test_forms(raw: str, at: datetime, precision: str) -> None:
    assert parse_date(raw) == (at, precision)


@pytest.mark.parametrize(
    "raw", ["", "сьогодні", "07:00", "2024-13-45", "32 січня 2024", "null", "x" * 300, "99999999999"]
)
def test_what_is_no_date(raw: str) -> None:
    assert parse_date(raw) is None


def test_the_hour_that_comes_twice_and_the_hour_that_does_not_come() -> None:
    assert parse_date("2025-10-26 03:30") == (utc(2025, 10, 26, 0, 30), "naive")
    assert parse_date("2025-03-30 03:30") == (utc(2025, 3, 30, 1, 30), "naive")


@given(st.text(max_size=80))
def test_any_text_is_a_date_or_none(raw: str) -> None:
    parsed = parse_date(raw)
    assert parsed is None or parsed[0].tzinfo is UTC


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2035, 1, 1)))
def test_a_naive_time_is_kyivs(at: datetime) -> None:
    at = at.replace(microsecond=0, fold=0)
    parsed = parse_date(at.isoformat(" "))
    assert parsed is not None
    assert parsed[0] == at.replace(tzinfo=KYIV).astimezone(UTC)


def test_both_nights_on_which_the_clock_is_changed() -> None:
    """At 4:00 on the last Sunday of October it is 3:00 again; at 3:00 on the last of March it is 4:00."""
    autumn = {clock: parse_date(f"2025-10-26 {clock}") for clock in ("02:59", "03:00", "03:59", "04:00")}
    assert [moment[0] for moment in autumn.values() if moment] == [
        utc(2025, 10, 25, 23, 59), utc(2025, 10, 26, 0, 0), utc(2025, 10, 26, 0, 59), utc(2025, 10, 26, 2, 0),
    ]  # fmt: skip
    spring = {clock: parse_date(f"2025-03-30 {clock}") for clock in ("02:59", "03:00", "03:59", "04:00")}
    assert [moment[0] for moment in spring.values() if moment] == [
        utc(2025, 3, 30, 0, 59), utc(2025, 3, 30, 1, 0), utc(2025, 3, 30, 1, 59), utc(2025, 3, 30, 1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "at", "precision"),
    [
        ("24 жовтня, 15:26", utc(2025, 10, 24, 12, 26), "no-year naive"),
        ("24 октября в 15:26", utc(2025, 10, 24, 12, 26), "no-year naive"),
        ("Oct 24, 15:26 GMT", utc(2025, 10, 24, 15, 26), "no-year"),
        ("28 лютого", utc(2026, 2, 28), "no-year day"),
        ("1 березня, 14:29", utc(2026, 3, 1, 12, 29), "no-year naive"),
        ("2 березня", utc(2026, 3, 2), "no-year day"),
        ("4 березня", utc(2025, 3, 4), "no-year day"),
        ("22.11 22:06", utc(2025, 11, 22, 20, 6), "no-year naive"),
        ("22:06, 22.11", utc(2025, 11, 22, 20, 6), "no-year naive"),
        ("Вторник, 17 января", utc(2023, 1, 17), "no-year day"),
        ("Сегодня, 10 апреля", utc(2025, 4, 10), "no-year day"),
        ("29 лютого, четвер", utc(2024, 2, 29), "no-year day"),
        ("сьогодні, 09:15", utc(2026, 3, 1, 7, 15), "relative naive"),
        ("Сегодня в 9:15", utc(2026, 3, 1, 7, 15), "relative naive"),
        ("Today at 9:15 AM", utc(2026, 3, 1, 7, 15), "relative naive"),
        ("вчора о 9:15", utc(2026, 2, 28, 7, 15), "relative naive"),
        ("вчера, 23:59", utc(2026, 2, 28, 21, 59), "relative naive"),
        ("Yesterday", utc(2026, 2, 28), "relative day"),
        ("позавчора, 10:00", utc(2026, 2, 27, 8), "relative naive"),
        ("3 години тому", utc(2026, 3, 1, 9, 30), "relative"),
        ("3 год тому", utc(2026, 3, 1, 9, 30), "relative"),
        ("3 часа назад", utc(2026, 3, 1, 9, 30), "relative"),
        ("час назад", utc(2026, 3, 1, 11, 30), "relative"),
        ("годину тому", utc(2026, 3, 1, 11, 30), "relative"),
        ("45 хв. тому", utc(2026, 3, 1, 11, 45), "relative"),
        ("45 минут назад", utc(2026, 3, 1, 11, 45), "relative"),
        ("Published 45 minutes ago", utc(2026, 3, 1, 11, 45), "relative"),
        ("an hour ago", utc(2026, 3, 1, 11, 30), "relative"),
        ("2 дні тому", utc(2026, 2, 27), "relative day"),
        ("2 дня назад", utc(2026, 2, 27), "relative day"),
        ("a week ago", utc(2026, 2, 22), "relative day"),
    ],
)
def test_forms_that_need_the_day_on_which_they_are_read(raw: str, at: datetime, precision: str) -> None:
    assert parse_date(raw, SEEN) == (at, precision)
    assert parse_date(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        "15:26",
        "24.10",
        "10.05",
        "1.5 млн",
        "рік тому",
        "год назад",
        "30 лютого",
        "5 коментарів",
        "12 чоловік",
        "Маріуполь 12, 2024",
        "Маршрут 20 2024",
        "липа 12, 2024",
        "",
    ],
)
def test_what_is_no_date_on_any_day(raw: str) -> None:
    assert parse_date(raw, SEEN) is None


ZONES = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timedelta(minutes=15 * quarters))
TIMES = st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2035, 1, 1))


@given(TIMES, ZONES)
def test_an_offset_is_obeyed(at: datetime, offset: timedelta) -> None:
    minutes = int(offset.total_seconds() // 60)
    sign = "-" if minutes < 0 else "+"
    raw = f"{at:%Y-%m-%dT%H:%M:%S}{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    assert parse_date(raw) == (at.replace(microsecond=0, tzinfo=UTC) - offset, "zone")


@given(TIMES)
def test_seconds_since_1970_are_utc(at: datetime) -> None:
    at = at.replace(microsecond=0, tzinfo=UTC)
    if at.timestamp() >= 1e9:
        assert parse_date(str(int(at.timestamp()))) == (at, "zone")
        assert parse_date(f"{int(at.timestamp())}000") == (at, "zone")


MONTHS = {
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "en": "January February March April May June July August September October November December",
}


@given(TIMES, st.sampled_from(sorted(MONTHS)))
def test_all_months_in_three_languages_with_the_year_and_without(at: datetime, language: str) -> None:
    month = MONTHS[language].split()[at.month - 1]
    # what is printed cannot say which of the hour that comes twice it means
    at = at.replace(second=0, microsecond=0, fold=0)
    expected = at.replace(tzinfo=KYIV).astimezone(UTC)
    assert parse_date(f"{at.day} {month} {at.year}, {at:%H:%M}") == (expected, "naive")
    seen = expected + timedelta(days=3)
    assert parse_date(f"{at.day} {month}, {at:%H:%M}", seen) == (expected, "no-year naive")


@given(st.text(max_size=80), TIMES)
def test_any_text_read_on_any_day(raw: str, at: datetime) -> None:
    seen = at.replace(tzinfo=UTC)
    parsed = parse_date(raw, seen)
    assert parsed is None or parsed[0].tzinfo is UTC
    if parsed and parsed[1].startswith(("no-year", "relative")):
        assert parsed[0] <= seen + TOLERANCE


NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


NEWSROOMS = [
    ("26 квітня 2024, 07:00", at(2024, 4, 26, 4)),
    ("26 квітня 2024 р. 07:00", at(2024, 4, 26, 4)),
    ("П'ятниця, 26 квітня 2024, 07:00", at(2024, 4, 26, 4)),
    ("26.04.2024 07:00", at(2024, 4, 26, 4)),
    ("07:00 26.04.2024", at(2024, 4, 26, 4)),
    ("26.04.24, 07:00", at(2024, 4, 26, 4)),
    ("26-04-2024 07:00", at(2024, 4, 26, 4)),
    ("26 кві 2024 07:00", at(2024, 4, 26, 4)),
    ("Опубліковано: 26 квіт. 2024 о 07:00", at(2024, 4, 26, 4)),
    ("26 апреля 2024 года, 07:00", at(2024, 4, 26, 4)),
    ("26 апр. 2024 в 07:00", at(2024, 4, 26, 4)),
    ("April 26, 2024 7:00 AM EDT", at(2024, 4, 26, 11)),
    ("Apr. 26, 2024, 7:00 a.m. ET", at(2024, 4, 26, 11)),
    ("26 Apr 2024 07:00 GMT", at(2024, 4, 26, 7)),
    ("Fri, 26 Apr 2024 07:00:00 +0300", at(2024, 4, 26, 4)),
    ("Fri Apr 26 2024 07:00:00 GMT+0300 (EEST)", at(2024, 4, 26, 4)),
    ("2024-04-26T07:00:00.000+03:00", at(2024, 4, 26, 4)),
    ("2024-04-26 07:00:00 UTC", at(2024, 4, 26, 7)),
    ("2024/04/26 07:00", at(2024, 4, 26, 4)),
    ("7:00 pm, April 26, 2024", at(2024, 4, 26, 16)),
    ("26th April 2024 at 19:00 BST", at(2024, 4, 26, 18)),
    ("2024-04-26T07:00Z", at(2024, 4, 26, 7)),
    ("20240426070000", at(2024, 4, 26, 4)),
    ("1714104000", at(2024, 4, 26, 4)),
    ("Оновлено 26.04.2024 | 07:00", at(2024, 4, 26, 4)),
    ("26 квітня, 07:00", at(2026, 4, 26, 4)),
    ("сьогодні, 07:00", at(2026, 11, 20, 5)),
    ("вчора 23:15", at(2026, 11, 19, 21, 15)),
    ("2 год тому", at(2026, 11, 20, 10)),
    ("15 хвилин тому", at(2026, 11, 20, 11, 45)),
    ("26 Квітня 2024 07.00", at(2024, 4, 26, 4)),
    ("Kyiv, April 26, 2024", at(2024, 4, 26)),
    ("2024-04-26T07:00:00+03", at(2024, 4, 26, 4)),
    ("26 Apr, 2024, 07:00 EEST", at(2024, 4, 26, 4)),
    ("Friday 26 April 2024 07.00 BST", at(2024, 4, 26, 6)),
    ("12 мая 2024 в 10:05", at(2024, 5, 12, 7, 5)),
    ("3 травня 2024", at(2024, 5, 3)),
    ("24 лютого 2022 05:00", at(2022, 2, 24, 3)),
    ("31 октября 2021, 3:30", at(2021, 10, 31, 0, 30)),
    ("12 травня 2024, 10:00 за Варшавою", at(2024, 5, 12, 8)),
    ("12 травня 2024, 10:00 за Берлінською угодою", at(2024, 5, 12, 7)),
    ("12 мая 2024, 10:00, удар по Ташкенту", at(2024, 5, 12, 7)),
    ("2024-05-12 10:00 за варшавським часом", at(2024, 5, 12, 8)),
    ("May 12, 2024 10:00 West Bank", at(2024, 5, 12, 7)),
    ("May 12, 2024 10:00 Get the app", at(2024, 5, 12, 7)),
    ("May 12, 2024 10:00 WEST", at(2024, 5, 12, 9)),
    ("2024-05-12 10:00 PM", at(2024, 5, 12, 19)),
    ("2024-05-12 13:00 Amsterdam", at(2024, 5, 12, 10)),
    ("12 мая 2024 в 5 частях", at(2024, 5, 12)),
    ("12 травня 2024 у 10 чоловіків", at(2024, 5, 12)),
    ("12 мая 2024 в 5 часов", at(2024, 5, 12, 2)),
    ("12 травня 2024 о 25 год", at(2024, 5, 12)),
    ("April 26th, 2024, 7 a.m.", at(2024, 4, 26, 4)),
]


@pytest.mark.parametrize(("printed", "expected"), NEWSROOMS)
def test_forms_of_newsrooms(printed: str, expected: datetime) -> None:
    found = parse_date(printed, NOW)
    assert found is not None
    assert found[0] == expected


@pytest.mark.parametrize(
    ("printed", "hour"),
    [
        ("May 5, 2025 3:00 p.m. New York time", 19),
        ("5 травня 2025, 10:00 за Нью-Йорком", 14),
        ("5 травня 2025, 12:00 за Гринвічем", 12),
    ],
)
def test_places_of_two_words_and_of_greenwich(printed: str, hour: int) -> None:
    assert parse_date(printed) == (datetime(2025, 5, 5, hour, tzinfo=UTC), "zone")


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("Monday , July 13 , 2026", "2026-07-13"),
        ("17 января 12", "2012-01-17"),
        ("Ноя 27th 11 17:46", "2011-11-27"),
        ("Опубликовано 16 января 12 (19:28)", "2012-01-16"),
        ("Jan 12,2012", "2012-01-12"),
        ("Published on 12/01/12 at 09:49am", "2012-01-12"),
        ("on 2012, January 17 - 12:54", "2012-01-17"),
        ("Wed Dec 14 12:07:17 GMT 2011", "2011-12-14"),
        ("01. Dez. 2017, 12:01 Uhr", "2017-12-01"),
        ("3 de março de 2024", "2024-03-03"),
        ("14. října 2024", "2024-10-14"),
        ("5 Şubat 2024 10:15", "2024-02-05"),
        ("الأربعاء، 07 أكتوبر 2020 - 12:09", "2020-10-07"),
        ("2026年1月5日 10:00", "2026-01-05"),
        ("2026. 01. 05 18:40", "2026-01-05"),
        ("12 жніўня 2025", "2025-08-12"),
    ],
)
def test_the_year_of_two_figures_and_months_elsewhere(printed: str, day: str) -> None:
    found = parse_date(printed)
    assert found is not None
    assert found[0].date().isoformat() == day


@pytest.mark.parametrize(
    "printed", ["17 января 12:30", "On May 5 11 people were hurt", "у травні 12 автобусів"]
)
def test_an_hour_or_a_number_is_no_year(printed: str) -> None:
    assert parse_date(printed) is None


@pytest.mark.parametrize(
    ("raw", "parsed"),
    [
        ("сьогодні, 00:10", (utc(2026, 3, 1, 22, 10), "relative naive")),
        ("вчора, 23:15", (utc(2026, 3, 1, 21, 15), "relative naive")),
        ("2 дні тому", (utc(2026, 2, 28), "relative day")),
    ],
)
def test_after_midnight_in_kyiv_today_is_the_next_day(raw: str, parsed: tuple[datetime, str]) -> None:
    assert parse_date(raw, utc(2026, 3, 1, 22, 30)) == parsed
