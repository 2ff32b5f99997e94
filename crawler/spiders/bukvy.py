from __future__ import annotations

from crawler.story.spider import StorySpider


class Bukvy(StorySpider):
    """Bukvy: Ukrainian without a prefix, English under /en/; no id, but hreflang names both.

    Addresses and hreflang: seen in a saved page of 2025. The feeds: WordPress's own addresses, unverified.
    """

    name = "bukvy"
    title = "Bukvy"
    home = "https://bukvy.org"
    languages = ("uk", "en")
    confidence = "high"
    feeds = ["/feed/", "/en/feed/"]
    article_url = r"/(?:en/)?[a-z0-9]+(?:-[a-z0-9]+){2,}/?"
