from __future__ import annotations

from crawler.story.spider import StorySpider


class Korrespondent(StorySpider):
    """Korrespondent: Russian on korrespondent.net, Ukrainian on ua.korrespondent.net.

    Addresses: real ones of 2019-2021. One counter for both languages, but no pair of ids was seen, so that
    no rule goes by it. The Ukrainian feed: in configurations of crawlers; the Russian one is inferred from
    it. Day lists: in a configuration of 2021. What to leave out, the last line of a text, on Telegram: from
    memory.
    """

    name = "korrespondent"
    title = "Korrespondent"
    home = "https://korrespondent.net"
    languages = ("uk", "ru")
    confidence = "medium"
    allowed_domains = ["korrespondent.net", "k.img.com.ua"]
    feeds = ["http://k.img.com.ua/rss/ua/all_news2.0.xml", "http://k.img.com.ua/rss/ru/all_news2.0.xml"]
    day_archives = ["https://ua.korrespondent.net/all/%Y/%B/%-d/", "/all/%Y/%B/%-d/"]
    article_url = r"https?://(?:ua\.)?korrespondent\.net/[\w/-]+/\d{5,8}-[\w-]+"
    drop = ".post-item__text p:last-child > em"
