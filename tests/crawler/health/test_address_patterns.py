"""Forms of addresses that are proposed for `article_url`, from lists of sites that have changed."""

from __future__ import annotations

import re

import pytest

from crawler.health.address_patterns import MOST_ADDRESSES, proposed_patterns

HOME = "https://www.herald.example"


def made(*paths: str, base: str = HOME) -> list[str]:
    return [pattern for pattern, _ in proposed_patterns([f"{base}{path}" for path in paths], HOME)]


@pytest.mark.parametrize(
    ("paths", "pattern"),
    [
        (("/news/101", "/news/102", "/news/1000"), r"/news/\d{2,5}"),
        (("/2026/11/25/4711/", "/2026/11/26/4712/", "/2026/1/6/4713/"), r"/\d{4}/\d{1,2}/\d{1,2}/\d{3,5}/?"),
        (
            ("/war/8-bridge-on-fire", "/war/9-sea-is-calm", "/sport/7-cup-is-ours"),
            r"/[a-z-]+/\w+(?:-\w+){2,}",
        ),
        (("/war/801-bridge", "/en/war/802-sea", "/ru/war/803-cup"), r"/(?:en/|ru/)?war/\d{2,4}[-_][\w-]+"),
        (("/ua/a-b-c-100.html", "/ua/d-e-101.html", "/ua/f-102.html"), r"/ua/[\w-]+[-_]\d{2,4}\.html"),
        (("/UKRAINE/a-b-c.html", "/TECHNO/a-b-d.html", "/WAR/a-b-e.html"), r"/[\w-]+/\w+(?:-\w+){2,}\.html"),
    ],
)
def test_the_form_is_as_narrow_as_what_was_seen(paths: tuple[str, ...], pattern: str) -> None:
    assert made(*paths) == [pattern]
    assert all(re.fullmatch(pattern, path) for path in paths)
    assert not re.fullmatch(pattern, "/about/us")


def test_another_host_and_a_port_are_written_out() -> None:
    assert made("/news/1", "/news/2", "/news/3", base="https://biz.herald.example:81") == [
        r"https?://biz\.herald\.example:81/news/\d{1,2}"
    ]
    assert made("/news/1", "/news/2", "/news/3", base="http://herald.example") == [r"/news/\d{1,2}"]
    staged = [f"http://www.herald.example:81/news/{n}" for n in range(3)]
    assert proposed_patterns(staged, "http://herald.example:81")[0][0] == r"/news/\d{1,2}"
    assert made("/news/1", "/news/2", "/news/3", base='https://a"+print(1)+r".example') == []


@pytest.mark.parametrize(
    "paths",
    [
        ("/news/1", "/news/2"),
        ("/about", "/contacts", "/rules", "/"),
        ("/tag/bridge", "/tag/sea", "/tag/cup"),
        ('/a"b\\n/1', "/a';import os/2", "/%00/3", "/новини/"),
    ],
    ids=["two", "pages", "tags", "strange"],
)
def test_nothing_is_proposed_of_what_tells_nothing(paths: tuple[str, ...]) -> None:
    assert made(*paths) == []


def test_of_many_forms_the_two_most_frequent_are_proposed() -> None:
    forms = [f"/news/{number}" for number in range(9)]
    forms += [f"/video/{number}-watch-this" for number in range(100, 106)]
    forms += [f"/blog/x/{number}" for number in range(2)]
    assert made(*forms) == [r"/news/\d{1,2}", r"/video/\d{2,4}[-_][\w-]+"]


def test_of_a_list_without_end_a_part_is_read() -> None:
    """An address of a million characters would be matched for minutes."""
    long = [f"{HOME}/{'-' * 1_000_000}", *(f"{HOME}/{'a-' * 600}{number}" for number in range(500))]
    many = [f"{HOME}/news/{number}" for number in range(2 * MOST_ADDRESSES)]
    ((pattern, urls),) = proposed_patterns([*long, *many], HOME)
    assert pattern == r"/news/\d{1,5}"
    assert len(urls) == MOST_ADDRESSES
