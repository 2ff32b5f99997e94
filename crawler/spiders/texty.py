from crawler.story.spider import StorySpider


class Texty(StorySpider):
    """Texty.org.ua in Ukrainian only, with a few pages in English.

    Addresses: 2,999 of 3,000 of a sitemap of 2025-11-24; fragments and projects in public notes of 2020-22.
    Feeds: fetched by another project on 2026-06-03.
    Archive: the real index of 2025-11-24, lists by number, each with lastmod.
    """

    name = "texty"
    title = "Texty.org.ua"
    home = "https://texty.org.ua"
    languages = ("uk",)
    confidence = "high"
    feeds = ["/feed.xml"]
    archive_sitemaps = ["/sitemap.xml"]
    archive_lists = r"/sitemap-(?:articles|fragments|projects)\.xml(?:\?p=\d+)?"
    article_url = r"/(?:articles|fragments|projects)/\d{4,7}/[\w-]+/"
