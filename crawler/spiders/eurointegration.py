from crawler.story.spider import StorySpider


class EuropeanPravda(StorySpider):
    """European Pravda in Ukrainian (no prefix), Russian (/rus/) and English (/eng/), with one id.

    Addresses: real ones of 2022-2024.
    Variants: one id for all languages, "the same across the UP sites" in up_crawler (2023).
    Feeds: the Ukrainian and the English one in 7 configurations of 2025-26; the Russian one inferred from
        them.
    Day lists: inferred from Ukrainska Pravda's, unverified.
    """

    name = "eurointegration"
    title = "European Pravda"
    home = "https://www.eurointegration.com.ua"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    feeds = ["/rss/", "/rus/rss/", "/eng/rss/"]
    day_archives = ["/archives/date_%d%m%Y/"]
    article_url = r"/(?:rus/|eng/)?(?P<path>[a-z-]+/\d{4}/\d{2}/\d{1,2})/(?P<story>\d{6,8})/?"
    variant_url = {"uk": "/{path}/{story}/", "ru": "/rus/{path}/{story}/", "en": "/eng/{path}/{story}/"}
