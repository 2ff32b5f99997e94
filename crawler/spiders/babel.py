from crawler.story.spider import StorySpider


class Babel(StorySpider):
    """Babel in Ukrainian (no prefix), English (/en/) and Russian (/ru/), with one number for a story.

    Addresses: 369 of a sitemap of 2025-11-26; Russian ones of 2022.
    Variants: the number is one in all 256 hreflang groups of that sitemap (2025-11), the slug in none; no
        Russian in those two weeks.
    Feeds: /rss.xml fetched by another project on 2026-06-03; /rss in 8 configurations of 2025-26, some with
        a fallback.
    Archive: the real index of 2025-12-06, 299 windows of 15 days, which overlap; it is named so by another
        crawler.
    Day lists: in two configurations, 2021 and 2024.
    Expected: half of the least and twice the greatest median of three days in that window of 2025-11,
        Ukrainian ones by lastmod: 18 and 31.
    """

    name = "babel"
    title = "Babel"
    home = "https://babel.ua"
    languages = ("uk", "en", "ru")
    confidence = "high"
    feeds = ["/rss.xml", "/rss"]
    archive_sitemaps = ["/sitemap_full.xml"]
    archive_lists = (
        r"/ukrainian/default/(?P<year>\d{4})/(?P<month>\d\d)-(?P<day>\d\d)"
        r"-(?P<last_month>\d\d)-(?P<last_day>\d\d)\.xml"
    )
    day_archives = ["/text-sitemap/%Y-%m/%d"]
    article_url = r"/(?:en/|ru/)?[a-z-]+/(?P<story>\d{3,7})-[\w-]+"
    expects = {"articles_a_day": {"uk": (9, 62)}}
