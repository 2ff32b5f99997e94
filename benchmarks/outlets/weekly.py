"""Outlet of benchmarks/start.py; its port comes from the environment."""

import os

from crawler.story.spider import StorySpider

PORT = os.environ.get("WEEKLY_PORT", "80")
WEEKLY = f"http://weekly.example:{PORT}"


class Weekly(StorySpider):
    name = "weekly"
    title = "Kalynivka Weekly"
    allowed_domains = ["weekly.example"]
    news_sitemaps = [f"{WEEKLY}/sitemap.xml"]
    article_url = rf"{WEEKLY}/uk/(?P<story>\d+)"
