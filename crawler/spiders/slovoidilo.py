from crawler.story.spider import StorySpider


class SlovoIDilo(StorySpider):
    """Slovo i Dilo in Ukrainian (www.) and Russian (ru.); no id, but hreflang names both.

    Addresses: all 1,076 of a sitemap of 2025-11; Russian ones of 2022-25 in public notes; saved pages of
        2025-11 with their hreflang.
    News sitemaps: in another project's configuration of 2026-06, which found no feed.
    Archive: the real index of 2025-11, a list for each month since 2011-12.
    """

    name = "slovoidilo"
    title = "Slovo i Dilo"
    home = "https://www.slovoidilo.ua"
    languages = ("uk", "ru")
    confidence = "high"
    news_sitemaps = ["/news_sitemap_uk.xml"]
    archive_sitemaps = ["/sitemap/monthly_%Y-%m_uk.xml"]
    article_url = r"https?://(?:www|ru)\.slovoidilo\.ua/\d{4}/\d{2}/\d{2}/[a-z]+(?:/[a-z]+)?/[\w.-]+"
