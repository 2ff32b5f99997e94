"""The Herald, as if its archive were an index: of windows of days, and of lists that no address dates."""

from __future__ import annotations

from tests.spiders.outlets.herald import BASE, Herald


class Almanac(Herald):
    name = "almanac"
    day_archives = []
    archive_sitemaps = [f"{BASE}/sitemap.xml"]
    archive_lists = (
        rf"{BASE}/(?P<year>\d{{4}})/(?P<month>\d\d)-(?P<day>\d\d)-(?P<last_month>\d\d)-(?P<last_day>\d\d)\.xml",
        rf"{BASE}/posts\d+\.xml",
    )
