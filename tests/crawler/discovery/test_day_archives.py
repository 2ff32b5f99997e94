from __future__ import annotations

import datetime as dt
import gzip

import pytest

from crawler.discovery.day_archives import dated, read_day_archive, recent
from crawler.exceptions import DiscoveryError

URL = "https://herald.example/archive/2026/03/17"
SITEMAP = b"<urlset><url><loc>https://herald.example/news/1</loc><lastmod>2026-03-17</lastmod></url></urlset>"


def test_every_link_once_in_the_order_of_the_page() -> None:
    page = (
        b'<html><body><a href="/news/2">Two</a><a href="/news/1#top">One</a><a href="/news/2">2</a><a>0</a>'
    )
    assert [(lead.url, lead.source) for lead in read_day_archive(page, URL).leads] == [
        ("https://herald.example/news/2", "archive"),
        ("https://herald.example/news/1", "archive"),
    ]


GZIPPED = gzip.compress(SITEMAP, mtime=0)


@pytest.mark.parametrize("body", [SITEMAP, b'<?xml version="1.0"?>\n' + SITEMAP, GZIPPED])
def test_a_days_sitemap_is_read_as_one(body: bytes) -> None:
    (lead,) = read_day_archive(body, URL).leads
    assert (lead.url, lead.modified_raw, lead.source) == (
        "https://herald.example/news/1",
        "2026-03-17",
        "sitemap",
    )


def test_what_is_no_page_is_refused() -> None:
    with pytest.raises(DiscoveryError, match="expected a page of links"):
        read_day_archive(b"", URL)


@pytest.mark.parametrize(
    ("template", "address"),
    [
        ("/archive/%Y/%m/%d", "/archive/2026/03/05"),
        ("/z/630/%Y/%-m/%-d", "/z/630/2026/3/5"),
        ("/archive/%d_%B_%Y/", "/archive/05_march_2026/"),
        ("/sitemap-%Y-%m.xml.gz", "/sitemap-2026-03.xml.gz"),
        ("/sitemap_index.xml", "/sitemap_index.xml"),
        ("/sitemap/%G/%V.xml", "/sitemap/2026/10.xml"),
    ],
)
def test_an_address_has_its_day(template: str, address: str) -> None:
    assert dated(template, dt.date(2026, 3, 5)) == address


@pytest.mark.parametrize(
    ("template", "today", "addresses"),
    [
        ("/posts/%Y/%-m.xml", dt.date(2026, 3, 5), ("/posts/2026/3.xml",)),
        ("/posts/%Y/%-m.xml", dt.date(2026, 1, 1), ("/posts/2026/1.xml", "/posts/2025/12.xml")),
        ("/sitemap/%G/%V.xml", dt.date(2026, 1, 1), ("/sitemap/2026/01.xml",)),
        ("/tag/%d0%bc/sitemap.xml", dt.date(2026, 1, 1), ("/tag/%d0%bc/sitemap.xml",)),
    ],
)
def test_a_list_of_the_month_is_asked_for_the_night_before_too(
    template: str, today: dt.date, addresses: tuple[str, ...]
) -> None:
    assert recent(template, today) == addresses
