"""Who may read an article, as its page states it."""

import json
from datetime import UTC, datetime

import pytest

from crawler.extraction.page import extract
from crawler.items import Fetch, Hints
from tests.newsrooms.story_pages import PARAGRAPHS

AT = datetime(2026, 11, 26, tzinfo=UTC)
URL = "https://herald.example/news/1"


def access(head: str, more: str = "") -> str | None:
    body = "".join(f"<p>{line}</p>" for line in PARAGRAPHS["en"])
    page = f"<html><head>{head}</head><body><article><h1>Bridge</h1>{body}{more}</article></body></html>"
    return extract(Fetch(URL, URL, page.encode(), "utf-8", 200, AT), Hints("herald")).access


def data(**said: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Bridge", **said}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def tier(name: str) -> str:
    return f'<meta property="article:content_tier" content="{name}">'


PART = {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".paywall"}
WALL = "<p>Subscribe to read the full story</p>"


@pytest.mark.parametrize(
    ("head", "more", "expected"),
    [
        ("", "", None),
        (data(isAccessibleForFree=True), "", "free"),
        (data(isAccessibleForFree="true"), "", "free"),
        (data(isAccessibleForFree="http://schema.org/True"), "", "free"),
        (data(isAccessibleForFree=False), "", "paid"),
        (data(isAccessibleForFree=False, hasPart=PART), "", "partial"),
        (data(isAccessibleForFree=True, hasPart=[PART]), "", "partial"),
        (data(isAccessibleForFree=True, hasPart={**PART, "isAccessibleForFree": True}), "", "free"),
        (data(isAccessibleForFree="perhaps", hasPart=["?", None, 3]), "", None),
        (tier("free"), "", "free"),
        (tier("metered"), "", "partial"),
        (tier("locked"), "", "paid"),
        (tier("?"), "", None),
        (tier("free") + data(isAccessibleForFree=False), "", "paid"),
        # what is shown counts more than what is stated
        (data(isAccessibleForFree=True), WALL, "partial"),
        ("", WALL, "partial"),
    ],
)
def test_access_is_what_the_page_states(head: str, more: str, expected: str | None) -> None:
    assert access(head, more) == expected
