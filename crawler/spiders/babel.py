from __future__ import annotations

from crawler.story.spider import StorySpider


class Babel(StorySpider):
    """Babel: Ukrainian without a prefix, English under /en/, Russian under /ru/.

    Addresses: real ones of 2022-2026. Day lists: in two configurations, 2021 and 2024. The feed: from
    memory, unverified. That a story has one number in all languages: from memory, so that no rule goes by
    it.
    """

    name = "babel"
    title = "Babel"
    home = "https://babel.ua"
    languages = ("uk", "en", "ru")
    confidence = "medium"
    feeds = ["/rss"]
    day_archives = ["/text-sitemap/%Y-%m/%d"]
    article_url = r"/(?:en/|ru/)?[a-z-]+/\d{3,7}-[\w-]+"
