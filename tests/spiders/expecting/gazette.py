"""An outlet with expectations, on the test's own server."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

BASE = f"http://herald.example:{os.environ.get('HERALD_PORT', '80')}"


class Gazette(StorySpider):
    name = "gazette"
    title = "Kalynivka Gazette"
    home = BASE
    languages = ("uk", "en")
    allowed_domains = ["herald.example"]
    news_sitemaps = ["/sitemap-news.xml"]
    article_url = r"http://herald\.example:\d+/(?:en/)?news/(?P<story>\d+)"
    expects = {"articles_a_day": {"uk": (8, 40), "en": (1, 3)}, "byline": 0.5, "all_languages": 0.2}
