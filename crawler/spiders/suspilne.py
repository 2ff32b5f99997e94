from __future__ import annotations

from crawler.story.spider import StorySpider


class Suspilne(StorySpider):
    """Suspilne: Ukrainian only.

    Addresses: a real one of 2025. Feeds: in three configurations, which disagree with three others; that of
    the sport desk in one of 2026. Day lists: in three crawlers, 2025.
    """

    name = "suspilne"
    title = "Suspilne"
    home = "https://suspilne.media"
    languages = ("uk",)
    confidence = "medium"
    feeds = ["/rss/all.rss", "/sport/rss/latest.rss"]
    day_archives = ["/archive/%Y/%-m/%-d/"]
    article_url = r"/(?:[a-z-]+/)?\d{4,8}-(?=[\d-]*[a-z])[\w-]+/?"
