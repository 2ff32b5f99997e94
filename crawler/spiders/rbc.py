from __future__ import annotations

from crawler.story_spider import StorySpider


class RbcUkraine(StorySpider):
    """RBC-Ukraine: Ukrainian and Russian on www.rbc.ua, English on newsukraine.rbc.ua.

    Since 2022 `/ukr/` carries the Russian text and `/rus/` the Ukrainian one, with slug and number the same;
    the English site has addresses of its own. Source of the rules: addresses of 2013-2026 in public
    repositories; the English feed's address is from one configuration and unverified.
    """

    name = "rbc"
    title = "RBC-Ukraine"
    allowed_domains = ["rbc.ua"]
    feeds = [
        "https://www.rbc.ua/static/rss/all.ukr.rss.xml",
        "https://www.rbc.ua/static/rss/all.rus.rss.xml",
        "https://newsukraine.rbc.ua/rss.xml",
    ]
    day_archives = ["https://www.rbc.ua/ukr/archive/%Y/%m/%d", "https://www.rbc.ua/rus/archive/%Y/%m/%d"]
    article_url = (
        r"https?://www\.rbc\.ua/(?:ukr|rus)/(?P<section>[\w/-]+)/(?P<story>[\w-]+-\d{10,14})\.html",
        r"https?://newsukraine\.rbc\.ua/[\w-]+/[\w-]+-\d{10}\.html",
    )
    variant_url = {
        "uk": "https://www.rbc.ua/rus/{section}/{story}.html",
        "ru": "https://www.rbc.ua/ukr/{section}/{story}.html",
    }
    switcher = "span.lang-publication a, .lang-switcher a"
    drop = "span.lang-publication, div.share, div.read-in-google, div.intext-tags"
