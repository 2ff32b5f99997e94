from crawler.story.spider import StorySpider


class RbcUkraine(StorySpider):
    """RBC-Ukraine in Ukrainian and Russian on www.rbc.ua, in English on newsukraine.rbc.ua.

    Addresses: real ones of 2013-2026; the number at the end is the Unix time of publication.
    Variants: slug and number are the same in Ukrainian and Russian. Since autumn 2022 `/ukr/` carries the
        Russian text and `/rus/` the Ukrainian one (nine addresses of 2022-11 to 2026-05); before that each
        its own (a page of 2022-03-28, hreflang of 2019). The change is taken to be 2022-10-05; the English
        site has addresses of its own.
    Feeds: in configurations of crawlers (undated); the English one in a single one.
    Day lists: in crawlers of 2021 and 2024.
    Left out: in configurations of crawlers (2021, 2024) and a filter list of 2026-08.
    Note: 429 and Cloudflare's challenge were seen by another project in 2026-04.
    """

    name = "rbc"
    title = "RBC-Ukraine"
    home = "https://www.rbc.ua"
    languages = ("uk", "ru", "en")
    confidence = "high"
    feeds = ["/static/rss/all.ukr.rss.xml", "/static/rss/all.rus.rss.xml", "//newsukraine.rbc.ua/rss.xml"]
    day_archives = ["/ukr/archive/%Y/%m/%d", "/rus/archive/%Y/%m/%d"]
    article_url = (
        r"/(?:ukr|rus)/(?P<swapped>[\w/-]+)/(?P<story>[\w-]+-(?:166[5-9]|16[7-9]\d|1[7-9]\d\d)\d{6})(?:\.html)?",
        r"/(?:ukr|rus)/(?P<section>[\w/-]+)/(?P<story>[\w-]+-\d{10,14})(?:\.html)?",
        r"https?://newsukraine\.rbc\.ua/[\w-]+/[\w-]+-\d{10}\.html",
    )
    variant_url = {
        "uk": ("/rus/{swapped}/{story}.html", "/ukr/{section}/{story}.html"),
        "ru": ("/ukr/{swapped}/{story}.html", "/rus/{section}/{story}.html"),
    }
    drop = "span.lang-publication, div.share, div.read-in-google, div.intext-tags"
