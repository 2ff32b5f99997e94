from __future__ import annotations

from crawler.story.spider import StorySpider


class Kanal24(StorySpider):
    """24 Kanal: Ukrainian without a prefix, Russian under /ru/; ids differ, only the switcher knows both.

    Addresses, switcher, author and the differing ids: seen in a saved page of 2020; addresses of 2026 are
    alike. The feed: in a configuration of a crawler. Day lists: in two crawlers, 2022.
    """

    name = "kanal24"
    title = "24 Kanal"
    home = "https://24tv.ua"
    languages = ("uk", "ru")
    confidence = "high"
    feeds = ["/rss/all.xml"]
    day_archives = ["/archive/%d_%B_%Y/"]
    article_url = r"https?://(?:[a-z]+\.)?24tv\.ua/(?:ru/)?[\w-]+_n\d{5,8}/?"
    byline = ".news-author .authors"
