from __future__ import annotations

from crawler.story.spider import StorySpider


class Meduza(StorySpider):
    """Meduza: Russian without a prefix, English under /en/; the editions are separate and share nothing.

    Addresses and feeds: in several crawlers; an English address of 2026 is real. Its pages are made by
    scripts: where one comes without text it is dropped as `no-body`.
    """

    name = "meduza"
    title = "Meduza"
    home = "https://meduza.io"
    languages = ("ru", "en")
    confidence = "high"
    feeds = ["/rss/all", "/en/rss/all"]
    article_url = r"/(?:en/)?[a-z-]+/\d{4}/\d{2}/\d{2}/[\w-]+"
