from __future__ import annotations

from crawler.story.spider import StorySpider


class ZerkaloNedeli(StorySpider):
    """ZN.UA: Ukrainian under /ukr/, Russian without a prefix, sections in capitals.

    Addresses: a real one of 2022; Ukrainian ones from memory. Feeds: in configurations of crawlers. The
    addresses of 2011, on news.zn.ua and news.dt.ua, with the same path and id: seen in a saved page, with
    its switcher. Day lists: in a configuration of 2021, the form of the date from memory.
    """

    name = "zn"
    title = "ZN.UA"
    home = "https://zn.ua"
    languages = ("uk", "ru")
    confidence = "medium"
    allowed_domains = ["zn.ua", "dt.ua"]
    feeds = ["/ukr/rss/full.rss", "/rus/rss/full.rss"]
    day_archives = ["/ukr/all-news/date=%Y-%m-%d"]
    article_url = (
        r"/(?:ukr/)?[A-Z][A-Z_-]+/[\w.,-]+\.html",
        r"https?://news\.(?:zn|dt)\.ua/[A-Z_-]+/[\w.,-]+-(?P<story>\d+)\.html",
    )
