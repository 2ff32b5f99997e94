from __future__ import annotations

from crawler.story.spider import StorySpider


class EuropeanPravda(StorySpider):
    """European Pravda: Ukrainian without a prefix, Russian under /rus/, English under /eng/, one id for all.

    Addresses: real ones of 2022-2024. One id for all languages: in up_crawler (2023), "the same across the
    UP sites". Feeds and day lists: inferred from Ukrainska Pravda's, unverified. Switcher: not seen.
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
