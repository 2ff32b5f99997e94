from crawler.story.spider import StorySpider


class BihusInfo(StorySpider):
    """Bihus.Info in Ukrainian only.

    Addresses: 2,452 of 2,461 of three sitemaps of 2025-11; a saved page of 2022. The nine have one or two
        words, as pages about the newsroom have.
    Feeds: fetched by another project on 2026-06-03; in several public configurations.
    Archive: the real index of 2025-11, lists by number, each with lastmod.
    """

    name = "bihus"
    title = "Bihus.Info"
    home = "https://bihus.info"
    languages = ("uk",)
    confidence = "high"
    feeds = ["/feed/"]
    archive_sitemaps = ["/sitemap_index.xml"]
    archive_lists = r"/post-sitemap\d*\.xml"
    article_url = r"/(?=(?:[^/_-]+[_-]){2})[\w%-]+/"
