from crawler.story.spider import StorySpider


class UkrainskaPravda(StorySpider):
    """Ukrainska Pravda in Ukrainian (no prefix), Russian (/rus/) and English (/eng/), with one id.

    Addresses: all 486 of a sitemap of 2025-12 and 3,275 of 2023; saved pages of 2025 and 2026, with
        hreflang, switcher and authors.
    Variants: right for 972 of 972 claims in that sitemap's hreflang (2025-12). The date in a variant's
        address may differ by a day; then the switcher tells.
    News sitemaps: in the declarations of fundus (2025); 403 to another project on 2026-09-22.
    Feeds: fetched by that project on 2026-09-22, 20 items with the text; in up_crawler (2023).
    Archive: the real index and a month of 2025-12; 403 to that project on 2026-09-22.
    Day lists: in up_crawler (2023); `/news/date_%d%m%Y/`, too, in a crawler of 2026.
    Left out: in the rules of crawlers (2023-2026).
    Expected: 162 stories in each of three languages in the sitemap of one Monday, 2025-12-01; a weekend may
        have a third, and of the feeds alone more may be missed.
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
    article_url = r"/(?:rus/|eng/)?(?P<path>[a-z-]+(?:/[a-z0-9-]+)?/\d{4}/\d{2}/\d{1,2})/(?P<story>\d{6,8})/?"
    variant_url = {"uk": "/{path}/{story}/", "ru": "/rus/{path}/{story}/", "en": "/eng/{path}/{story}/"}
    drop = "aside.post_news_service, aside.section_other_news, .advtext_mob, .unit_side_banner"
    expects = {"articles_a_day": {"uk": (40, 400), "ru": (40, 400), "en": (40, 400)}, "all_languages": 0.3}
