"""Which lists of an archive's index a backfill asks for."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from crawler.discovery.archive_lists import Days, days_of, due_lists, kyiv_day
from crawler.discovery.sitemaps import ChildSitemap, read_sitemap
from crawler.outlet.address_pattern import address_pattern

BASE = "https://outlet.example.com"
WINDOWS = (
    r"/default/(?P<year>\d{4})/(?P<month>\d\d)-(?P<day>\d\d)-(?P<last_month>\d\d)-(?P<last_day>\d\d)\.xml"
)
PATTERNS = {
    "windows": WINDOWS,
    "days": r"/(?P<year>\d{4})/(?P<month>\d\d)/(?P<day>\d\d)\.xml",
    "weeks": r"/(?P<year>\d{4})/w(?P<week>\d\d)\.xml",
    "months": r"/news_(?P<year>\d{4})(?P<month>\d\d)\.xml",
    "years": r"/y(?P<year>\d{4})\.xml",
    "numbers": r"/posts\d+\.xml",
}


def compiled(name: str) -> list[re.Pattern[str]]:
    return [address_pattern(re.escape(BASE) + PATTERNS[name])]


@pytest.mark.parametrize(
    ("name", "path", "first", "after"),
    [
        ("windows", "/default/2025/11-12-11-26.xml", "2025-11-12", "2025-11-27"),
        ("windows", "/default/2024/12-26-01-09.xml", "2024-12-26", "2025-01-10"),
        ("windows", "/default/2024/02-29-02-29.xml", "2024-02-29", "2024-03-01"),
        ("days", "/2025/12/31.xml", "2025-12-31", "2026-01-01"),
        ("weeks", "/2026/w01.xml", "2025-12-29", "2026-01-05"),
        ("months", "/news_202512.xml", "2025-12-01", "2026-01-01"),
        ("months", "/news_202511.xml", "2025-11-01", "2025-12-01"),
        ("years", "/y2025.xml", "2025-01-01", "2026-01-01"),
    ],
)
def test_the_days_in_an_address(name: str, path: str, first: str, after: str) -> None:
    days = Days(dt.date.fromisoformat(first), dt.date.fromisoformat(after))
    assert days_of(BASE + path, compiled(name)) == days


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("months", "/news_202513.xml"),
        ("windows", "/default/2025/02-30-03-15.xml"),
        ("weeks", "/2025/w54.xml"),
        ("years", "/y0000.xml"),
        ("years", "/y9999.xml"),
        ("numbers", "/posts7.xml"),
        ("months", "/tags_1.xml"),
    ],
)
def test_an_address_without_days_that_exist_has_none(name: str, path: str) -> None:
    assert days_of(BASE + path, compiled(name)) is None


def due(name: str, children: list[ChildSitemap], since: str, until: str | None) -> list[str]:
    bounds = dt.date.fromisoformat(since), dt.date.fromisoformat(until) if until else None
    found = due_lists(children, compiled(name), *bounds)
    return [child.url.removeprefix(BASE) for child, _ in found]


def test_of_an_index_of_windows_those_of_the_days_are_asked_for() -> None:
    """Of Babel's form; a window may have been written anew long after its days, or have no lastmod."""
    paths = [f"/default/2025/{days}.xml" for days in ("10-28-11-11", "11-12-11-26", "11-27-12-11")]
    children = [ChildSitemap(BASE + path, "2026-06-01T00:00:00Z") for path in paths]
    children.append(ChildSitemap(f"{BASE}/tags/1.xml"))
    assert due("windows", children, "2025-11-12", "2025-11-27") == paths[1:2]
    assert due("windows", children, "2025-11-11", "2025-11-13") == paths[:2]
    assert due("windows", children, "2025-11-26", None) == paths[1:]
    assert due("windows", children, "2026-01-01", None) == []


def test_an_index_without_days_is_walked_by_lastmod() -> None:
    """What was last changed before the first day wanted has no article of it; all else may have one."""
    dates = {
        "1": "2025-11-21T13:48:58+02:00", "2": "2025-11-14", "3": "2025-11-13T22:30:00Z",
        "4": "2025-11-13T21:00:00Z", "5": None, "6": "yesterday", "7": "2099-01-01", "8": "0000-00-00",
    }  # fmt: skip
    children = [ChildSitemap(f"{BASE}/posts{number}.xml", date) for number, date in dates.items()]
    found = due("numbers", children, "2025-11-14", "2025-11-15")
    assert found == [f"/posts{number}.xml" for number in "1235678"]


def test_an_index_of_862_files_is_left_but_for_its_month() -> None:
    """Of Censor's size: ten years of news and four other kinds of lists, 7 of tags and 1 of themes."""
    months = [f"{year}{month:02}" for year in range(2016, 2026) for month in range(1, 13)]
    kinds = ["news", "resonance", "blogs", "columns", "photoshops", "videonews", "events"]
    names = [f"{kind}_{month}" for kind in kinds for month in months]
    names += [f"tags_{n}" for n in range(22)]
    entries = "".join(f"<sitemap><loc>{BASE}/{name}.xml</loc></sitemap>" for name in names)
    index = read_sitemap(f"<sitemapindex>{entries}</sitemapindex>".encode(), f"{BASE}/sitemap.xml")
    assert len(index.children) == 862
    assert due("months", [*index.children], "2025-12-05", "2025-12-06") == ["/news_202512.xml"]


def test_an_index_that_names_itself_does_not_lead_to_itself() -> None:
    url = f"{BASE}/sitemap.xml"
    entries = (
        f"<sitemap><loc>{url}</loc></sitemap><sitemap><loc>/a.xml</loc><lastmod> 2026-03 </lastmod></sitemap>"
    )
    index = read_sitemap(f"<sitemapindex>{entries}</sitemapindex>".encode(), url)
    assert index.children == (ChildSitemap(f"{BASE}/a.xml", "2026-03"),)


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2026-03-31T22:30:00Z", "2026-04-01"),
        ("2026-03-31T23:59:59+03:00", "2026-03-31"),
        ("2026-03-31", "2026-03-31"),
        ("2025-11-24T20:02:09.539426+02:00", "2025-11-24"),
        ("2025-04-20T18:40:15.8498088Z", "2025-04-20"),
    ],
)
def test_a_day_is_that_of_kyiv(printed: str, day: str) -> None:
    assert kyiv_day(printed) == dt.date.fromisoformat(day)


@pytest.mark.parametrize("printed", ["", "2026-13-01", "soon", "9999-12-31T23:59:59Z", "\x00", "١٢٣٤-٠١-٠١"])
def test_what_is_no_date_has_no_day(printed: str) -> None:
    assert kyiv_day(printed) is None
