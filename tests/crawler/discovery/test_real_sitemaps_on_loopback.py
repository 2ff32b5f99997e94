"""Backfills over the sitemaps that outlets served in 2025, at their real addresses on a loopback internet.

Pages are not there: what is looked at is which lists and which addresses a backfill asks for.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.newsrooms.loopback_crawls import XML, Internet
from tests.newsrooms.newsroom import Answer, Site

CENSOR = "assets.censor.net/sitemap/censor.net/sitemap_uk_resonance_202512.xml"
LISTS = {
    "babel.ua/sitemap_full.xml": "babel-sitemap_full",
    "babel.ua/ukrainian/default/2025/11-12-11-26.xml": "babel-11-12-11-26",
    CENSOR: "censor-sitemap_uk_resonance_202512",
    "hromadske.ua/sitemaps/posts/2025/12.xml": "hromadske-https_hromadske_ua_sitemaps_posts_2025_12",
    "suspilne.media/suspilne/sitemap/sitemap.xml": "suspilne-sitemap",
    "suspilne.media/suspilne/sitemap/post-sitemap0.xml": "suspilne-news0",
    "suspilne.media/suspilne/sitemap/post-sitemap1.xml": "suspilne-news1",
}
"""Where each list was served -> its file in newsrooms_2025."""


class Backfill(NamedTuple):
    lists: set[str]
    pages: list[str]


def entries_of(shared_data: Path, file: str, first: str, last: str) -> int:
    """Addresses of a list whose lastmod is one of the days; read without the project's parsers."""
    text = gzip.decompress((shared_data / f"newsrooms_2025/sitemaps/{file}.xml.gz").read_bytes()).decode()
    days = re.findall(r"<url>.*?<loc>.*?<lastmod>(\d{4}-\d\d-\d\d).*?</url>", text, re.DOTALL)
    return sum(first <= day <= last for day in days)


@pytest.fixture
def site(shared_data: Path) -> Iterator[Site]:
    folder = shared_data / "newsrooms_2025/sitemaps"
    if not folder.is_dir():
        pytest.skip(f"NOT TESTED on real sitemaps: {folder} is missing")
    with Site() as site:
        for path, file in LISTS.items():
            site[path] = Answer(gzip.decompress((folder / f"{file}.xml.gz").read_bytes()), headers=XML)
        yield site


def backfill(site: Site, archive: Path, name: str, days: str) -> Backfill:
    Internet(site, archive, [name]).run(f"backfill+{days}")
    asked = [path for path in site.requests if not path.endswith("/robots.txt")]
    lists = {path for path in asked if path in LISTS}
    return Backfill(lists, [path for path in asked if re.search(r"/\d{5,}[-/]", path)])


def test_babel_by_the_window_of_the_days(site: Site, shared_data: Path, tmp_path: Path) -> None:
    found = backfill(site, tmp_path / "archive", "babel", "2025-11-14+2025-11-16")
    assert found.lists == {"babel.ua/sitemap_full.xml", "babel.ua/ukrainian/default/2025/11-12-11-26.xml"}
    assert len(found.pages) == entries_of(shared_data, "babel-11-12-11-26", "2025-11-14", "2025-11-15") > 20


def test_suspilne_by_the_lastmod_of_its_lists(site: Site, shared_data: Path, tmp_path: Path) -> None:
    found = backfill(site, tmp_path / "archive", "suspilne", "2025-11-23+2025-11-24")
    assert found.lists == {
        f"suspilne.media/suspilne/sitemap/{name}.xml" for name in ("sitemap", "post-sitemap0")
    }
    assert len(found.pages) == entries_of(shared_data, "suspilne-news0", "2025-11-23", "2025-11-23") > 20


def test_hromadske_and_censor_by_the_month(site: Site, tmp_path: Path) -> None:
    hromadske = backfill(site, tmp_path / "archive", "hromadske", "2025-12-03+2025-12-04")
    assert hromadske.lists == {"hromadske.ua/sitemaps/posts/2025/12.xml"}
    assert len([path for path in hromadske.pages if path.startswith("hromadske.ua/ru/")]) > 5
    site.requests.clear()
    censor = backfill(site, tmp_path / "archive", "censor", "2025-12-01+2025-12-31")
    assert censor.lists == {CENSOR}
    assert [path for path in censor.pages if path.startswith("censor.net/biz/")]
