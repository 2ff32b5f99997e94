from crawler.story.spider import StorySpider


class AntiCorruptionActionCentre(StorySpider):
    """Anti-Corruption Action Centre in Ukrainian (no prefix) and English (/en/), named by hreflang.

    Addresses: all 1,520 of two sitemaps of 2025-11; a saved page of 2025 with its hreflang.
    Feeds: linked in that page, and fetched by another project on 2026-06-03; the English one is WordPress's
        own address, inferred.
    Archive: the real index of 2025-11, lists by number, each with lastmod.
    """

    name = "antac"
    title = "Anti-Corruption Action Centre"
    home = "https://antac.org.ua"
    languages = ("uk", "en")
    confidence = "high"
    feeds = ["/feed/", "/en/feed/"]
    archive_sitemaps = ["/sitemap_index.xml"]
    archive_lists = r"/news-sitemap\d*\.xml"
    article_url = r"/(?:en/)?news/[\w%-]+/"
