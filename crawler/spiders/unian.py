from crawler.story.spider import StorySpider


class Unian(StorySpider):
    """UNIAN in Ukrainian (unian.ua) and Russian (unian.net).

    Addresses: English on unian.info was not seen active after 2022; real ones of 2019-2026; in 2019 the
        number may stand before the slug. That ids differ between the languages is from memory, so that no
        rule goes by them. The switcher led to home pages in a saved page of 2011.
    Feeds: in three configurations, one saved in 2020.
    Day lists: in 8 crawlers (2019-2024).
    Left out: in a calibre recipe (2022-24) and a filter list of 2026-08.
    """

    name = "unian"
    title = "UNIAN"
    home = "https://www.unian.ua"
    languages = ("uk", "ru")
    confidence = "medium"
    allowed_domains = ["unian.ua", "unian.net", "unian.info"]
    feeds = ["https://rss.unian.net/site/news_ukr.rss", "https://rss.unian.net/site/news_rus.rss"]
    day_archives = ["/news/archive/%Y%m%d"]
    article_url = (
        r"https?://[a-z]+\.unian\.(?:ua|net|info)/[\w/-]+-\d{7,8}\.html",
        r"https?://[a-z]+\.unian\.(?:ua|net|info)/[\w/-]+/\d{7,8}-[\w-]+\.html",
    )
    drop = ".read-also-slider, .nts-video-wrapper, .partner-news"
