from __future__ import annotations

from crawler.story.spider import StorySpider


class Unian(StorySpider):
    """UNIAN: Ukrainian on unian.ua, Russian on unian.net; English on unian.info, not seen active after 2022.

    Addresses: real ones of 2020-2022. Feeds: in three configurations, one saved in 2020. Day
    lists: in several crawlers (2019-2024). Ids differ between
    the languages: from memory, so that no rule goes by them. What to leave out: in a calibre recipe
    (2022-24). The switcher led to home pages in a saved page of 2011.
    """

    name = "unian"
    title = "UNIAN"
    home = "https://www.unian.ua"
    languages = ("uk", "ru")
    confidence = "medium"
    allowed_domains = ["unian.ua", "unian.net", "unian.info"]
    feeds = ["https://rss.unian.net/site/news_ukr.rss", "https://rss.unian.net/site/news_rus.rss"]
    article_url = r"https?://[a-z]+\.unian\.(?:ua|net|info)/[\w/-]+-\d{7,8}\.html"
    day_archives = ["/news/archive/%Y%m%d"]
    drop = ".read-also-slider, .nts-video-wrapper"
