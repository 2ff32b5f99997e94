"""What AddressMiddleware refuses, at the last value that passes and at the first that does not."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from scrapy import Spider
from scrapy.http import Request
from scrapy.utils.spider import DefaultSpider
from scrapy.utils.test import get_crawler

from crawler.downloader.failures import Refused
from crawler.middlewares.addresses import AddressMiddleware

URL = "https://outlet.example/a"
NOBODY_ASKED = {"dont_obey_robotstxt": True}
PROXY = "http://10.0.0.1:3128"


class OutletSpider(Spider):
    name = "outlet"


def reason(url: str, meta: dict[str, object], allows: bool | None = None, **settings: object) -> str | None:
    defaults = {"LONGEST_ADDRESS": 0, "MOST_STEPS": 0, "PROXY": "", "ALLOW_PRIVATE_NETWORK": False}
    crawler = get_crawler(OutletSpider, {**defaults, **settings})
    if allows is not None:
        crawler.spider = SimpleNamespace(allows=lambda _: allows)
    try:
        AddressMiddleware.from_crawler(crawler).process_request(Request(url, meta=meta))
    except Refused as refused:
        return refused.reason
    return None


@pytest.mark.parametrize(
    ("meta", "settings", "expected"),
    [
        ({}, {"LONGEST_ADDRESS": len(URL)}, None),
        ({}, {"LONGEST_ADDRESS": len(URL) - 1}, "address-too-long"),
        ({"depth": 9}, {}, None),
        ({"depth": 3}, {"MOST_STEPS": 3}, None),
        ({"depth": 4}, {"MOST_STEPS": 3}, "too-far"),
        ({}, {"MOST_STEPS": 1}, None),
        ({"proxy": PROXY}, {"PROXY": PROXY}, None),
        ({}, {"PROXY": PROXY}, None),
        ({"proxy": "http://10.0.0.2:3128"}, {"PROXY": PROXY}, "proxy"),
        ({"proxy": PROXY}, {}, "proxy"),
        ({}, {"allows": True}, None),
        ({}, {"allows": False}, "offsite"),
        (NOBODY_ASKED, {"allows": False}, None),
        ({**NOBODY_ASKED, "redirect_urls": [URL]}, {"allows": False}, "offsite"),
    ],
)
def test_an_address_is_refused_for_its_length_depth_proxy_or_host(
    meta: dict[str, object], settings: dict[str, object], expected: str | None
) -> None:
    assert reason(URL, meta, **settings) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("is_a_persons", [True, False])
def test_a_person_at_the_shell_is_told_what_is_not_fetched(
    caplog: pytest.LogCaptureFixture, is_a_persons: bool
) -> None:
    assert reason("http://127.0.0.1/", {}, ALLOW_PRIVATE_NETWORK=True) is None
    crawler = get_crawler(DefaultSpider if is_a_persons else OutletSpider, {"PROXY": ""})
    with caplog.at_level(logging.WARNING), pytest.raises(Refused):
        AddressMiddleware(crawler).process_request(Request("http://127.0.0.1/"))
    assert ("http://127.0.0.1/ is not fetched (private-address)" in caplog.text) is is_a_persons
