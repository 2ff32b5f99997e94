"""An outlet behind TLS, on the test's own server."""

from __future__ import annotations

import os

from crawler.story.spider import StorySpider


class Safe(StorySpider):
    name = "safe"
    title = "Safe"
    home = f"https://safe.example:{os.environ.get('SAFE_PORT', '443')}"
    languages = ("uk",)
    allowed_domains = ["safe.example"]
    feeds = ["/rss.xml"]
    article_url = r"https://safe\.example:\d+/news/\d+"
