from crawler.story.spider import StorySpider


class Korrespondent(StorySpider):
    """Korrespondent in Russian (korrespondent.net) and Ukrainian (ua.).

    Addresses: real ones of 2019-2023. One counter for both languages, but no pair of ids was seen, so that
        no rule goes by it.
    Feeds: both in configurations of crawlers, 2025-26.
    Archive: the index is in a crawler's configuration (undated); what its lists are called was not seen, so
        that all of them are taken.
    Day lists: `/all/2026/february/8/` in a configuration of 2021 and crawlers of 2025-26.
    Left out: the last line of a text, on Telegram, from memory.
    """

    name = "korrespondent"
    title = "Korrespondent"
    home = "https://korrespondent.net"
    languages = ("uk", "ru")
    confidence = "medium"
    allowed_domains = ["korrespondent.net", "k.img.com.ua"]
    feeds = ["http://k.img.com.ua/rss/ua/all_news2.0.xml", "http://k.img.com.ua/rss/ru/all_news2.0.xml"]
    archive_sitemaps = ["https://ua.korrespondent.net/sitemap/ua/sitemap.xml"]
    archive_lists = r"https?://(?:ua\.)?korrespondent\.net/.+"
    day_archives = ["https://ua.korrespondent.net/all/%Y/%B/%-d/", "/all/%Y/%B/%-d/"]
    article_url = r"https?://(?:ua\.)?korrespondent\.net/[\w/-]+/\d{5,8}-[\w-]+"
    drop = ".post-item__text p:last-child > em"
