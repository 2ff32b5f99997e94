from crawler.story.spider import StorySpider


class KyivIndependent(StorySpider):
    """Kyiv Independent in English only.

    Addresses: four real ones of 2025-26 in public notes, words alone.
    News sitemaps: in two configurations of 2026.
    Feeds: valid on 2026-08-08 in another project's check, and in more than ten configurations; /feed/ and
        /rss/ answer 404 (2026).
    """

    name = "kyivindependent"
    title = "The Kyiv Independent"
    home = "https://kyivindependent.com"
    languages = ("en",)
    confidence = "medium"
    news_sitemaps = ["/news-sitemap.xml"]
    feeds = ["/news-archive/rss/"]
    article_url = r"/[a-z0-9]+(?:-[a-z0-9]+){2,}/"
