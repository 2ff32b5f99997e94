"""Times printed without a zone: of the page's own zone, its country or language; else only the day."""

from datetime import UTC, datetime

import pytest

from crawler.extraction.page import extract
from crawler.items import Article, Fetch, Hints
from crawler.outlet.declaration import Outlet

FETCHED = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRINTED = "<time>2026-01-05 10:30</time>"


def read(url: str, language: str, head: str = "", body: str = PRINTED, zone: str | None = None) -> Article:
    text = "<p>The council met in the town hall on Monday and spoke about the budget of the year.</p>" * 3
    page = (
        f"<html lang='{language}'><head>{head}</head><body><h1>The council met</h1>{body}{text}</body></html>"
    )
    fetch = Fetch(url, url, page.encode(), None, 200, FETCHED)
    return extract(fetch, Hints("paper", zone=zone))


@pytest.mark.parametrize(
    ("url", "language", "hour", "minute"),
    [
        # Kyiv: by country, by language, by nothing that says otherwise
        ("https://paper.ua/x", "en", 8, 30),
        ("https://paper.com/x", "uk", 8, 30),
        ("https://paper.com/x", "ru", 8, 30),
        ("https://paper.com/x", "", 8, 30),
        ("https://paper.de/x", "de", 9, 30),
        ("https://paper.co.uk/x", "en", 10, 30),
        ("https://paper.in/x", "en", 5, 0),
        ("https://paper.com/x", "pl-PL", 9, 30),
        ("https://paper.com/x", "ja", 1, 30),
    ],
)
def test_the_country_or_the_language_tells_the_zone(url: str, language: str, hour: int, minute: int) -> None:
    article = read(url, language)
    assert article.published_at == datetime(2026, 1, 5, hour, minute, tzinfo=UTC)
    assert article.published_source == "time naive"


@pytest.mark.parametrize(
    ("url", "language"),
    # of a country with several zones, and of no country in a language of many
    [("https://paper.com.au/x", "en"), ("https://paper.us/x", "de"), ("https://paper.com/x", "es")],
)
def test_where_nothing_tells_the_zone_the_day_remains(url: str, language: str) -> None:
    article = read(url, language)
    assert article.published_at == datetime(2026, 1, 5, tzinfo=UTC)
    assert article.published_source == "time zone-unknown day"
    assert article.published_raw == "2026-01-05 10:30"


def test_a_page_that_declares_no_language_is_of_its_scripts_zone() -> None:
    def of(attribute: str, text: str) -> Article:
        page = f"<html {attribute}><body><h1>{text[:9]}</h1>{PRINTED}{f'<p>{text}</p>' * 3}</body></html>"
        fetch = Fetch("https://paper.com/x", "https://paper.com/x", page.encode(), None, 200, FETCHED)
        return extract(fetch, Hints("paper"))

    german = of("xml:lang='de'", "Der Rat der Stadt kam am Montag zusammen und sprach über den Haushalt.")
    assert german.published_at == datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
    chinese = of("", "市议会星期一在市政厅开会讨论了今年的预算。学校将得到四千万元用于维修屋顶。")
    assert chinese.published_at == datetime(2026, 1, 5, 2, 30, tzinfo=UTC)


def test_the_pages_other_times_tell_its_zone_before_its_country() -> None:
    changed = '<meta property="article:modified_time" content="2026-01-06T09:00:00-05:00">'
    assert read("https://paper.de/x", "en", changed).published_at == datetime(2026, 1, 5, 15, 30, tzinfo=UTC)
    # offsets of two places tell nothing
    other = '<time datetime="2026-01-06T09:00:00+08:00">of another story</time>'
    article = read("https://paper.com/x", "en", changed, PRINTED + other)
    assert article.published_source == "time zone-unknown day"
    # what is called UTC is how machines store it
    stored = '<meta property="article:modified_time" content="2026-01-06T09:00:00+00:00">'
    assert read("https://paper.de/x", "de", stored).published_at == datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


def test_of_offsets_in_summer_and_winter_the_nearest_counts() -> None:
    head = """<meta property="article:modified_time" content="2026-01-06T09:00:00-05:00">
    <meta property="og:updated_time" content="2025-07-06T09:00:00-04:00">"""
    assert read("https://paper.com/x", "en", head).published_at == datetime(2026, 1, 5, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "head"),
    [
        ("https://paper.com/en/x", '<link rel="alternate" hreflang="uk" href="https://paper.com/uk/x">'),
        ("https://kyivpaper.com/en/x", ""),
        ("https://paper.com/en/x", '<meta property="og:site_name" content="The Kyiv Paper">'),
        ("https://paper.com/en/x", "<title>The council met - Ukraine Daily</title>"),
        ("https://paper.com/en/x", "</head><body><a href='/uk'>Українською</a>"),
    ],
)
def test_an_english_page_of_an_outlet_of_ukraine_is_printed_in_kyiv(url: str, head: str) -> None:
    assert read(url, "en", head).published_at == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
    about = "<title>The council of Kyiv met | Politics | Paper</title>"
    assert read("https://paper.com/en/x", "en", about).published_at == datetime(2026, 1, 5, tzinfo=UTC)


def test_a_day_with_dots_in_english_is_of_no_english_speaking_country() -> None:
    dotted = "<div class='date'>05.01.2026 10:30</div>"
    assert read("https://paper.com/x", "en", body=dotted).published_at == datetime(
        2026, 1, 5, 8, 30, tzinfo=UTC
    )
    assert read("https://paper.com/x", "es", body=dotted).published_at == datetime(2026, 1, 5, tzinfo=UTC)


def test_what_is_declared_for_machines_without_a_zone_has_no_hour_where_nothing_tells_it() -> None:
    declared = '<meta property="article:published_time" content="2026-01-05T10:30:00">'
    article = read("https://paper.com/x", "en", declared, body="")
    assert article.published_at == datetime(2026, 1, 5, tzinfo=UTC)
    assert article.published_source == "meta zone-unknown day"
    assert read("https://paper.de/x", "en", declared, "").published_at == datetime(
        2026, 1, 5, 9, 30, tzinfo=UTC
    )


def test_an_outlet_that_publishes_in_ukrainian_prints_kyivs_time() -> None:
    class Paper(Outlet):
        name = "paper"
        languages = ("uk", "en")

    assert Paper.hints("paper").zone == "Europe/Kyiv"
    assert Outlet.hints("paper").zone is None
    article = read("https://paper.com/en/x", "en", zone="Europe/Kyiv")
    assert article.published_at == datetime(2026, 1, 5, 8, 30, tzinfo=UTC)


def test_a_time_after_the_fetch_is_of_another_zone() -> None:
    article = read("https://paper.pe/x", "es", body="<time>2026-03-01 12:30</time>")
    assert (article.published_at, article.published_source) == (
        datetime(2026, 3, 1, tzinfo=UTC),
        "time zone-unknown day",
    )


def test_the_day_of_a_change_is_of_the_pages_zone_too() -> None:
    changed = '<meta property="article:modified_time" content="2026-01-06 09:00">'
    assert read("https://paper.de/x", "de", changed).modified_at == datetime(2026, 1, 6, 8, tzinfo=UTC)
    # and it does not fail without a day
    assert read("https://paper.de/x", "de", body="").published_at is None


@pytest.mark.parametrize(
    ("printed", "at"),
    [
        ("2026-01-05T10:30:0Z", datetime(2026, 1, 5, 10, 30, tzinfo=UTC)),
        ("2026-01-05T10:30-500", datetime(2026, 1, 5, 15, 30, tzinfo=UTC)),
        ("2026-01-05T10:30+3", datetime(2026, 1, 5, 7, 30, tzinfo=UTC)),
    ],
)
def test_mistyped_zones_are_read(printed: str, at: datetime) -> None:
    article = read("https://paper.com/x", "en", body=f"<time datetime='{printed}'>Monday</time>")
    assert (article.published_at, article.published_source) == (at, "time")
