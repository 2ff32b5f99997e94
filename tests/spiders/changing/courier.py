"""An outlet whose site changes in each of the ways that sites change, on the test's own server."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

PORT = os.environ.get("HERALD_PORT", "80")


class Courier(StorySpider):
    """The Courier in Ukrainian (no prefix), English (/en/) and Russian (/ru/)."""

    name = "courier"
    title = "Kalynivka Courier"
    home = f"http://courier.example:{PORT}"
    languages = ("uk", "en", "ru")
    allowed_domains = ["courier.example"]
    news_sitemaps = ["/sitemap-news.xml"]
    feeds = ["/rss.xml", "/en/rss.xml"]
    article_url = rf"http://courier\.example:{PORT}/(?:en/|ru/)?news/(?P<slug>[a-z-]+)-(?P<story>\d+)"
    variant_url = {
        "uk": "/news/{slug}-{story}",
        "en": "/en/news/{slug}-{story}",
        "ru": "/ru/news/{slug}-{story}",
    }
    byline = ".author-name"
