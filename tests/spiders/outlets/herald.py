"""An outlet that exists only on the test's own server, whose port the test puts into the environment."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

BASE = f"http://herald.example:{os.environ.get('HERALD_PORT', '8080')}"


class Herald(StorySpider):
    name = "herald"
    title = "Kalynivka Herald"
    languages = ("uk", "en", "ru")
    allowed_domains = ["herald.example"]
    news_sitemaps = [f"{BASE}/sitemap-news.xml"]
    feeds = [f"{BASE}/rss.xml"]
    archive_sitemaps = [f"{BASE}/sitemap-%Y-%m.xml"]
    day_archives = [f"{BASE}/archive/%Y/%m/%d"]
    article_url = rf"{BASE}/(?:en/|ru/)?news/(?P<story>\d+)"
    variant_url = {
        "uk": f"{BASE}/news/{{story}}",
        "en": f"{BASE}/en/news/{{story}}",
        "ru": f"{BASE}/ru/news/{{story}}",
    }
