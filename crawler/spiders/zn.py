from crawler.story.spider import StorySpider


class ZerkaloNedeli(StorySpider):
    """ZN.UA in Ukrainian (/ukr/) and Russian (no prefix), most sections in capitals.

    Addresses: real ones of 2022-2026, the section war in small letters (2026). Those of 2011, on news.zn.ua
        and news.dt.ua: a saved page, with its switcher.
    Variants: path and id were the same on news.zn.ua and news.dt.ua in that page of 2011; nothing is known
        of later ones.
    Feeds: in configurations of crawlers (undated).
    Day lists: in a configuration of 2021, the form of the date from memory.
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
        r"/(?:ukr/)?[a-z_-]{2,20}/[\w.,]+(?:-[\w.,]+){2,}\.html",
        r"https?://news\.(?:zn|dt)\.ua/[A-Z_-]+/[\w.,-]+-(?P<story>\d+)\.html",
    )
