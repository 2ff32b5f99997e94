from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.items import Alternate, Article
from crawler.requests.articles import variants_to_fetch, worth_fetching
from tests.newsrooms.herald import XML, Herald
from tests.newsrooms.newsroom import Answer

HERE = "https://www.herald.example/news/1"


def hreflang(*pairs: tuple[str | None, str]) -> list[Alternate]:
    return [Alternate(tag, url, "hreflang") for tag, url in pairs]


@pytest.mark.parametrize(
    ("own", "other", "followed"),
    [
        ("en", "en-GB", False),
        ("en-US", "en-GB", False),
        ("uk", "ru", True),
        ("uk-UA", "ru-UA", True),
        # both wrong, as RBC's paths are: each names the other all the same
        ("uk", "uk", True),
        (None, "en", True),
        ("en", None, True),
    ],
)
def test_a_page_that_differs_in_region_alone_is_the_same_text(
    own: str | None, other: str | None, followed: bool
) -> None:
    there = "https://www.herald.test/news/1"
    found = worth_fetching([HERE], hreflang((own, HERE), (other, there)))
    assert [alternate.url for alternate in found] == ([there] if followed else [])


def test_neither_the_page_itself_nor_a_home_page_is_followed() -> None:
    named = hreflang(
        ("uk", HERE + "?utm_source=x"), ("ru", "https://ru.herald.example/"), ("en", "https://h.example/en/")
    )
    assert worth_fetching([HERE], named) == ()


def test_the_address_that_a_page_calls_itself_is_followed_if_it_is_said_to_be_another_language_s() -> None:
    """A page without a translation shows the original's text, or a part of it, and declares the original."""
    there = "https://www.herald.example/rus/news/1"
    at = datetime(2026, 3, 17, tzinfo=UTC)
    page = Article("herald", HERE, HERE, 200, at, canonical_url=there, language="uk")
    named = tuple(hreflang(("uk", HERE), ("ru", there)))
    assert [x.url for x in variants_to_fetch(page.with_(alternates=named))] == [there]
    own = tuple(hreflang(("uk", there)))
    assert variants_to_fetch(page.with_(alternates=own)) == ()


def test_one_address_is_followed_once_by_its_strongest_source() -> None:
    there = "https://www.herald.example/en/news/1"
    named = [Alternate("en", there, "url-rule"), Alternate("en", there, "switcher"), *hreflang(("en", there))]
    assert [alternate.source for alternate in worth_fetching([HERE], named)] == ["hreflang"]


def test_a_late_translation_that_a_sitemap_alone_names_is_paired_by_it(herald: Herald) -> None:
    """It was paired by its content, if that was alike enough: the sitemap's link was lost on the way."""
    herald.publish(1, languages=("uk",))
    herald.announce(1)
    assert herald.crawl().exit_code == 0
    original, translation = (f"{herald.base}{herald.path(*at)}" for at in ((1,), (9, "en")))
    herald.publish(9, languages=("en",))
    herald.site["/sitemap-news.xml"] = Answer(
        f'''<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
        xmlns:x="http://www.w3.org/1999/xhtml"><url><loc>{original}</loc>
        <x:link rel="alternate" hreflang="uk" href="{original}"/>
        <x:link rel="alternate" hreflang="en" href="{translation}"/></url></urlset>'''.encode(),
        headers=XML,
    )
    assert herald.crawl("-s", "PAIR_SECONDS=0").exit_code == 0
    assert list(herald.table("pairs")["evidence"]) == ["sitemap"]
