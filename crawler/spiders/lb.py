from __future__ import annotations

from crawler.story.spider import StorySpider


class LB(StorySpider):
    """LB.ua: Ukrainian on lb.ua, English on en.lb.ua with a counter of its own.

    Addresses: real ones of 2021-2024. The feed: in a configuration. Russian was on the bare domain until
    about 2019 and on rus.lb.ua later: from memory. Day lists: the address is in a configuration, its date
    from memory.
    """

    name = "lb"
    title = "LB.ua"
    home = "https://lb.ua"
    languages = ("uk", "en")
    confidence = "medium"
    feeds = ["/rss/ukr/rss.xml"]
    day_archives = ["/archive/%Y/%m/%d"]
    article_url = r"https?://(?:en\.|rus\.|ukr\.)?lb\.ua/[a-z]+/\d{4}/\d{2}/\d{2}/\d{2,7}_[\w-]+\.html"
