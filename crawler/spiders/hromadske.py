from crawler.story.spider import StorySpider


class Hromadske(StorySpider):
    """Hromadske in Ukrainian (no prefix), Russian (/ru/) and English (/en/), with one id.

    Addresses: all 358 of a sitemap of 2025-12; a real English one of 2026.
    Variants: the id is one in all 66 hreflang groups of that sitemap (2025-12); the English slug is often
        the Ukrainian one.
    News sitemaps: the list of the month, which the real index of 2025-12-05 says was changed in that hour.
        Another project found no feed that can be relied on (2026-06-03).
    Archive: months from 2013-11 on in that index.
    Expected: 44 to 63 a day in Ukrainian, 6 to 15 in Russian, 3 to 7 in English by lastmod, Monday to Friday
        in that sitemap of 2025-12; of weekends nothing was seen, so that the floor is a quarter of it.
    """

    name = "hromadske"
    title = "Hromadske"
    home = "https://hromadske.ua"
    languages = ("uk", "ru", "en")
    confidence = "high"
    news_sitemaps = ["/sitemaps/posts/%Y/%-m.xml"]
    archive_sitemaps = ["/sitemaps/posts/%Y/%-m.xml"]
    article_url = r"/(?:en/|ru/)?[a-z-]+/(?P<story>\d{4,7})-[\w-]+"
    expects = {"articles_a_day": {"uk": (11, 126), "ru": (2, 30), "en": (1, 14)}}
