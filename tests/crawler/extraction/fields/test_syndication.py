"""The original that a copy names: another outlet's article, never a front page or an address of its own."""

from datetime import UTC, datetime

import pytest

from crawler.extraction.page import extract
from crawler.items import Fetch, Hints
from crawler.spiders.page import AnyPage
from tests.newsrooms.story_pages import Page
from tests.spiders.outlets.herald import Herald

URL = "https://www.herald.example/news/9"
THEIRS = "https://courier.example/news/1"


def original(head, hints, url=URL):
    page = Page("uk").render().replace("</head>", f"{head}</head>")
    return extract(
        Fetch(url, url, page.encode(), None, 200, datetime(2026, 3, 17, tzinfo=UTC)), hints
    ).syndicated_from


def canonical(url):
    return f'<link rel="canonical" href="{url}">'


def meta(name, url):
    return f'<meta property="{name}" content="{url}">'


def linked(value):
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "isBasedOn": {value}}}</script>'


@pytest.mark.parametrize(
    "head",
    [
        canonical(THEIRS),
        canonical(URL) + linked(f'"{THEIRS}"'),
        canonical(URL) + linked(f'[{{"@type": "NewsArticle", "url": "{THEIRS}"}}]'),
        canonical(URL) + meta("syndication-source", THEIRS),
        meta("original-source", THEIRS),
        meta("og:url", THEIRS),
        canonical(THEIRS) + linked('"https://third.example/news/2"'),
    ],
)
@pytest.mark.parametrize("hints", [Herald.hints("herald"), AnyPage.hints("herald.example"), Hints("herald")])
def test_the_original_is_named(head, hints):
    assert original(head, hints) == THEIRS


@pytest.mark.parametrize(
    "head",
    [
        "",
        canonical(URL),
        canonical("/news/9"),
        canonical("https://m.herald.example/news/9/"),
        canonical("https://amp.herald.example/news/9"),
        canonical("https://news.herald.example/news/9"),
        canonical("https://courier.example/"),
        canonical("https://courier.example/ukr/"),
        canonical("mailto:desk@courier.example"),
        canonical("http://[broken"),
        canonical(URL) + meta("og:url", THEIRS),
        meta("original-source", "https://agency.example/"),
        linked("17") + linked("{}") + linked("null") + linked('["", {"name": "An agency"}]'),
    ],
)
@pytest.mark.parametrize("hints", [Herald.hints("herald"), AnyPage.hints("herald.example")])
def test_what_is_no_original(head, hints):
    assert original(head, hints) is None


def test_the_domains_of_an_outlet_are_its_own():
    hints = Hints("herald", domains=("herald.example", "вісник.укр"))
    assert original(canonical("https://www.вісник.укр/новини/1"), hints) is None
    assert original(canonical(THEIRS), hints) == THEIRS
