# ruff: noqa: E501 - a line of a page reads better whole
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.extraction.dates import KYIV, Moment, parse_date, read_modified, read_published
from crawler.extraction.linked_data import LinkedData, read_linked_data

FETCHED = datetime(2026, 3, 1, 12, tzinfo=UTC)


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


def published(body: str = "", head: str = "", url: str = "https://a.example/news/x") -> Moment | None:
    tree = html.document_fromstring(f"<html><head>{head}</head><body><h1>Заголовок</h1>{body}</body></html>")
    return read_published(tree, read_linked_data(tree), url, FETCHED)


def test_the_second_json_ld_block_with_a_unix_string_does_not_overrule_the_first() -> None:
    head = """<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2020-09-20T23:32:00+03:00"}</script>
    <script type="application/ld+json">{"@type": "WebPage", "datePublished": "1600633920"}</script>"""
    assert published(head=head) == Moment("2020-09-20T23:32:00+03:00", utc(2020, 9, 20, 20, 32), "json-ld")


def test_json_ld_before_meta_before_time_before_print() -> None:
    meta = '<meta property="article:published_time" content="2024-04-26T08:00:00+03:00">'
    body = '<time datetime="2024-04-26T09:00:00+03:00">9:00</time><div class="post_date">26 квітня 2024, 10:00</div>'
    assert published(body, meta) == Moment("2024-04-26T08:00:00+03:00", utc(2024, 4, 26, 5), "meta")
    assert published(body) == Moment("2024-04-26T09:00:00+03:00", utc(2024, 4, 26, 6), "time")
    printed = published('<div class="post_date">26 квітня 2024, 10:00</div>')
    assert printed == Moment("26 квітня 2024, 10:00", utc(2024, 4, 26, 7), "printed naive")


def test_a_bare_day_gets_its_hour_from_elsewhere() -> None:
    meta = '<meta name="date" content="2024-04-26">'
    assert published('<time datetime="2024-04-26T09:00:00+03:00"></time>', meta) == Moment(
        "2024-04-26T09:00:00+03:00", utc(2024, 4, 26, 6), "time"
    )
    assert published("", meta) == Moment("2024-04-26", utc(2024, 4, 26), "meta day")


def test_the_address_only_where_the_page_says_nothing() -> None:
    url = "https://a.example/news/2024/4/5/123/"
    assert published(url=url) == Moment("2024-04-05", utc(2024, 4, 5), "url day")
    assert published('<time datetime="2024-04-06T09:00:00Z"></time>', url=url) == Moment(
        "2024-04-06T09:00:00Z", utc(2024, 4, 6, 9), "time"
    )
    assert published(url="https://a.example/rus/news/slug-1669456054.html") == Moment(
        "1669456054", utc(2022, 11, 26, 9, 47, 34), "url"
    )


def test_never_in_the_future() -> None:
    later = (FETCHED + timedelta(days=2)).isoformat()
    assert published(head=f'<meta property="article:published_time" content="{later}">') is None


def test_dates_of_other_articles_are_not_this_ones() -> None:
    assert published('<aside><time datetime="2024-04-26T09:00:00Z"></time></aside>') == Moment(
        "2024-04-26T09:00:00Z", utc(2024, 4, 26, 9), "time"
    )
    both = '<aside><time datetime="2026-02-26T09:00:00Z"></time></aside><time datetime="2024-04-26T09:00:00Z"></time>'
    moment = published(both)
    assert moment is not None
    assert moment.at == utc(2024, 4, 26, 9)


def test_modified() -> None:
    tree = html.document_fromstring(
        '<html><head><meta property="article:modified_time" content="2024-04-26T08:00:00Z"></head><body>x</body></html>'
    )
    moment = read_modified(tree, LinkedData(), FETCHED)
    assert moment == Moment("2024-04-26T08:00:00Z", utc(2024, 4, 26, 8), "meta")
    assert read_modified(tree, LinkedData(modified=("2023-01-01T00:00:00Z",)), FETCHED) == Moment(
        "2023-01-01T00:00:00Z", utc(2023, 1, 1), "json-ld"
    )
