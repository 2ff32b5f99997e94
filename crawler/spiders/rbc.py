from __future__ import annotations

from crawler.story.spider import StorySpider


class RbcUkraine(StorySpider):
    """RBC-Ukraine: Ukrainian and Russian on www.rbc.ua, English on newsukraine.rbc.ua.

    Since 2022 `/ukr/` carries the Russian text and `/rus/` the Ukrainian one, with slug and number the
    same; the English site has addresses of its own. Addresses: real ones of 2013-2026. Feeds, day lists and
    what to leave out: in configurations of crawlers; the English feed in a single one.
    """

    name = "rbc"
    title = "RBC-Ukraine"
    home = "https://www.rbc.ua"
    languages = ("uk", "ru", "en")
    confidence = "high"
    feeds = ["/static/rss/all.ukr.rss.xml", "/static/rss/all.rus.rss.xml", "//newsukraine.rbc.ua/rss.xml"]
    day_archives = ["/ukr/archive/%Y/%m/%d", "/rus/archive/%Y/%m/%d"]
    article_url = (
        r"/(?:ukr|rus)/(?P<section>[\w/-]+)/(?P<story>[\w-]+-\d{10,14})(?:\.html)?",
        r"https?://newsukraine\.rbc\.ua/[\w-]+/[\w-]+-\d{10}\.html",
    )
    variant_url = {"uk": "/rus/{section}/{story}.html", "ru": "/ukr/{section}/{story}.html"}
    drop = "span.lang-publication, div.share, div.read-in-google, div.intext-tags"
