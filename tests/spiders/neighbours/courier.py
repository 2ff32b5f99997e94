"""A second outlet on the server of the Herald, which copies from it, or is copied."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider

BASE = f"http://courier.example:{os.environ.get('HERALD_PORT', '80')}"


class Courier(StorySpider):
    name = "courier"
    title = "Kalynivka Courier"
    languages = ("uk",)
    allowed_domains = ["courier.example"]
    news_sitemaps = [f"{BASE}/courier.xml"]
    article_url = rf"{BASE}/news/\d+"
