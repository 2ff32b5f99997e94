from crawler.story.spider import StorySpider


class Suspilne(StorySpider):
    """Suspilne in Ukrainian only.

    Addresses: 4,000 of sitemaps of 2025, all of this form.
    News sitemaps: fetched by another project on 2026-09-22; in 2025-11 it was called news.xml.
    Feeds: /rss/all.rss linked in a saved page of 2025-11 and fetched on 2026-09-22 (200 items); that of the
        sport desk in a configuration of 2026.
    Archive: the real index of 2025-11, lists by number, each with lastmod.
    Day lists: in three crawlers, 2025.
    Expected: half of the least and twice the greatest median of three days in sitemaps of 19 days of 2025-11,
        by lastmod: 39 and 62.
    """

    name = "suspilne"
    title = "Suspilne"
    home = "https://suspilne.media"
    languages = ("uk",)
    confidence = "high"
    news_sitemaps = ["/suspilne/sitemap/sitemap-news.xml"]
    feeds = ["/rss/all.rss", "/sport/rss/latest.rss"]
    archive_sitemaps = ["/suspilne/sitemap/sitemap.xml"]
    archive_lists = r"/suspilne/sitemap/post-sitemap\d+\.xml"
    day_archives = ["/archive/%Y/%-m/%-d/"]
    article_url = r"/(?:[a-z-]+/)?\d{4,8}-(?=[\d-]*[a-z])[\w-]+/?"
    expects = {"articles_a_day": (19, 124)}
