from crawler.story.spider import StorySpider


class Espreso(StorySpider):
    """Espreso in Ukrainian (espreso.tv), Russian (ru., few after 2022) and English (global.).

    Addresses: 6,176 of 6,179 of a sitemap of 2025-12-14, three of them Russian; the others have one or two
        words; English ones in public notes (undated); with a date in 2014-2020.
    News sitemaps: in the real index of 2025-12-14, what it lists was not seen.
    Feeds: fetched by another project on 2026-06-03, and in more than ten public configurations; the other
        two are inferred.
    Archive: the real index of 2025-12-14, one list of three months.
    """

    name = "espreso"
    title = "Espreso"
    home = "https://espreso.tv"
    languages = ("uk", "ru", "en")
    confidence = "high"
    news_sitemaps = ["/sitemapnews/1"]
    feeds = ["/rss", "https://global.espreso.tv/rss", "https://ru.espreso.tv/rss"]
    archive_sitemaps = ["/sitemap.xml"]
    archive_lists = r"/sitemap_news_\d+\.xml"
    article_url = (
        r"https?://(?:www\.|ru\.|global\.)?espreso\.tv/[a-z0-9]+(?:-[a-z0-9]+){2,}",
        r"https?://(?:ru\.)?espreso\.tv/(?:news|article)/\d{4}/\d{2}/\d{2}/\w+",
    )
