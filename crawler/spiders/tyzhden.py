from crawler.story.spider import StorySpider


class Tyzhden(StorySpider):
    """Ukrainian Week (Tyzhden) in Ukrainian only.

    Addresses: 5,369 of 5,400 of three sitemaps of 2025-11; the others are a single word, as sections are;
        saved pages of 2025.
    Feeds: fetched by another project on 2026-06-03.
    Archive: the real index of 2025-11, 124 lists without lastmod: each of them is asked for by a backfill.
    """

    name = "tyzhden"
    title = "Ukrainian Week"
    home = "https://tyzhden.ua"
    languages = ("uk",)
    confidence = "high"
    feeds = ["/feed/"]
    archive_sitemaps = ["/wp-sitemap.xml"]
    archive_lists = r"/wp-sitemap-posts-post-\d+\.xml"
    article_url = r"/[a-z0-9]+(?:-[a-z0-9]+)+/"
