from crawler.story.spider import StorySpider


class Chesno(StorySpider):
    """Chesno, a movement that watches politicians, in Ukrainian only.

    Addresses: 6,164 of a sitemap of 2025-11-21, all of this form.
    News sitemaps: that sitemap, newest first, with all posts since 2012; no feed was found by another
        project on 2026-06-03.
    Archive: the same list, from the real index of 2025-11.
    Page budget: so that the first crawl does not fetch all posts of a small site at once (2025-11).
    """

    name = "chesno"
    title = "Chesno"
    home = "https://www.chesno.org"
    languages = ("uk",)
    confidence = "high"
    page_budget = 200
    news_sitemaps = ["/sitemap-posts.xml"]
    archive_sitemaps = ["/sitemap.xml"]
    archive_lists = r"/sitemap-posts\.xml"
    article_url = r"/post/\d{1,6}/"
