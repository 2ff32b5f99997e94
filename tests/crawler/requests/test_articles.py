from __future__ import annotations

import pytest

from crawler.items import Alternate
from crawler.requests.articles import worth_fetching

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


def test_one_address_is_followed_once_by_its_strongest_source() -> None:
    there = "https://www.herald.example/en/news/1"
    named = [Alternate("en", there, "url-rule"), Alternate("en", there, "switcher"), *hreflang(("en", there))]
    assert [alternate.source for alternate in worth_fetching([HERE], named)] == ["hreflang"]
