import re
from datetime import UTC, datetime

import pytest

from crawler.items import Article, Claim, Observation
from pipelines.validate import ValidateStage

AT = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)
TEXT = "The council of the harbour town approved the repair of three bridges over the river. " * 4

VIDEO = (
    Claim("kind", "video"),
    Claim("kind_source", "og:type video"),
    Claim("page_type", "json-ld NewsArticle"),
)
GALLERY = (Claim("kind", "gallery"), Claim("page_type", "og:type article"))


def article(**fields):
    known = {
        "outlet": "courier",
        "url": "https://courier.example/news/2026/05/14/815/",
        "requested_url": "https://courier.example/news/2026/05/14/815/",
        "http_status": 200,
        "fetched_at": AT,
        "headline": "Council repairs three bridges",
        "body": TEXT,
        "published_at": AT,
        "extra": (Claim("kind", "article"), Claim("page_type", "json-ld NewsArticle")),
    }
    return Article(**(known | fields))


def refusal(**fields):
    refused = ValidateStage().decide(article(**fields)).refused
    assert refused is not None
    return refused.reason


def test_an_article_passes_untouched():
    item = article()
    assert ValidateStage().process_item(item) is item


def test_a_look_passes_whatever_it_says():
    look = Observation(
        "https://courier.example/", "https://courier.example/", "courier", "failed", "http-500", AT
    )
    assert ValidateStage().process_item(look) is look


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"headline": None}, "no-headline"),
        ({"headline": "  "}, "no-headline"),
        ({"body": " \n\n "}, "no-body"),
        ({"url": "https://courier.example/"}, "home-page"),
        ({"url": "https://courier.example/eng/"}, "home-page"),
        ({"canonical_url": "https://courier.example/", "published_at": None}, "home-page"),
        ({"body": "Weather, rates, horoscope.", "published_at": None}, "too-short"),
        ({"body": "The bridge is open again.", "extra": ()}, "too-short"),
        ({"body": "The bridge is open again.", "published_at": None}, "too-short"),
        ({"body": "The bridge is open.\n\nLook.", "extra": VIDEO}, "not-an-article"),
        ({"body": "The bridge is open.\n\nLook.", "extra": GALLERY}, "not-an-article"),
        ({"headline": "Just a moment...", "body": "courier.example", "published_at": None}, "blocked-page"),
        (
            {"headline": "Courier", "body": "Підтвердіть, що ви не робот", "published_at": None},
            "blocked-page",
        ),
        ({"headline": "Доступ ограничен", "body": TEXT, "published_at": None}, "blocked-page"),
        ({"headline": "Сторінку не знайдено", "published_at": None}, "error-page"),
        ({"headline": "404", "body": "Back to the front page", "published_at": None}, "error-page"),
    ],
)
def test_what_is_no_article_is_dropped_with_its_reason(fields, reason):
    assert refusal(**fields) == reason


def test_the_sentence_names_the_page_and_what_it_has():
    refused = ValidateStage().decide(article(body="Weather, rates, horoscope.", published_at=None)).refused
    assert refused is not None
    assert re.search(r"https://courier\.example/.* has 26 characters of text and no date", refused.detail)


@pytest.mark.parametrize(
    "fields",
    [
        {"body": "The bridge is open again."},
        {"body": "The bridge is open again.", "extra": (Claim("page_type", "og:type article"),)},
        {"body": TEXT, "extra": VIDEO},
        {"body": TEXT, "extra": ()},
        {"published_at": None},
        {"canonical_url": "https://courier.example/"},
        {"headline": "Access denied: why the mayor locked out reporters"},
        {"headline": "404 days of siege"},
        {"body": TEXT + "Доступ заборонено, сказано на табличці.", "published_at": None},
    ],
    ids=[
        "dated brief",
        "og article",
        "text below a video",
        "text of no type",
        "undated article",
        "canonical says front page",
        "news of a wall",
        "a number",
        "a sign",
    ],
)
def test_what_only_looks_wrong_stays(fields):
    item = article(**fields)
    assert ValidateStage().process_item(item) is item
