from __future__ import annotations

from crawler.story.spider import StorySpider


class UkrainskaPravda(StorySpider):
    """Ukrainska Pravda: Ukrainian without a prefix, Russian under /rus/, English under /eng/, one id for all.

    Addresses, hreflang, switcher and authors: seen in a saved page of 2026. Sitemaps and feeds: in the
    declarations of fundus (2025) and up_crawler (2023). Day lists: in up_crawler (2023). The date in a
    variant's address may differ from the original's by a day; then the switcher tells. What to leave out:
    in the rules of crawlers (2023-2026).
    """

    name = "pravda"
    title = "Ukrainska Pravda"
    home = "https://www.pravda.com.ua"
    languages = ("uk", "ru", "en")
    confidence = "high"
    news_sitemaps = ["/sitemap/sitemap-news.xml"]
    feeds = ["/rss/", "/rus/rss/", "/eng/rss/"]
    archive_sitemaps = ["/sitemap/sitemap-%Y-%m.xml.gz"]
    day_archives = ["/archives/date_%d%m%Y/"]
    article_url = r"/(?:rus/|eng/)?(?P<path>[a-z-]+/\d{4}/\d{2}/\d{1,2})/(?P<story>\d{6,8})/?"
    variant_url = {"uk": "/{path}/{story}/", "ru": "/rus/{path}/{story}/", "en": "/eng/{path}/{story}/"}
    drop = "aside.post_news_service, aside.section_other_news, .advtext_mob, .unit_side_banner"
