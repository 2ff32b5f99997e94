from __future__ import annotations

from crawler.story_spider import StorySpider


class UkrainskaPravda(StorySpider):
    """Ukrainska Pravda: Ukrainian without a prefix, Russian under /rus/, English under /eng/, one id for all.

    Source of the rules: a saved page of 2026, and the declarations of fundus (2025) and up_crawler (2023).
    The date in a variant's address may differ from the original's by a day; then the switcher tells.
    """

    name = "pravda"
    title = "Ukrainska Pravda"
    allowed_domains = ["pravda.com.ua"]
    news_sitemaps = ["https://www.pravda.com.ua/sitemap/sitemap-news.xml"]
    feeds = [
        "https://www.pravda.com.ua/rss/",
        "https://www.pravda.com.ua/rus/rss/",
        "https://www.pravda.com.ua/eng/rss/",
    ]
    archive_sitemaps = ["https://www.pravda.com.ua/sitemap/sitemap-%Y-%m.xml.gz"]
    article_url = r"https?://www\.pravda\.com\.ua/(?:rus/|eng/)?(?P<path>[a-z-]+/\d{4}/\d{2}/\d{1,2})/(?P<story>\d{6,8})/?"
    variant_url = {
        "uk": "https://www.pravda.com.ua/{path}/{story}/",
        "ru": "https://www.pravda.com.ua/rus/{path}/{story}/",
        "en": "https://www.pravda.com.ua/eng/{path}/{story}/",
    }
    switcher = "a.lang_menu_item"
    byline = ".post_news_author, .post_article_author .post_author_name"
    drop = "aside.post_news_service, aside.section_other_news, .advtext_mob, .unit_side_banner"
