from __future__ import annotations

from crawler.story.spider import StorySpider


class EkonomichnaPravda(StorySpider):
    """Ekonomichna Pravda: Ukrainian without a prefix, Russian under /rus/; the id is shared, not the slug.

    Addresses, switcher, author and the shared id: seen in a saved page of 2025; it has no hreflang. Feeds:
    in configurations of crawlers. Addresses of before 2025, with a date: real ones; their Russian variant
    is inferred from Ukrainska Pravda's. Day lists: in a configuration of 2021.
    """

    name = "epravda"
    title = "Ekonomichna Pravda"
    home = "https://epravda.com.ua"
    languages = ("uk", "ru")
    confidence = "high"
    feeds = ["/rss/news/", "/rss/"]
    day_archives = ["/archives/date_%d%m%Y/"]
    article_url = (
        r"/(?:rus/)?[a-z-]+/[a-z0-9-]+-(?P<story>\d{6,7})/?",
        r"/(?:rus/)?(?P<path>[a-z-]+/\d{4}/\d{2}/\d{1,2})/(?P<story>\d{6,7})/?",
    )
    variant_url = {"uk": "/{path}/{story}/", "ru": "/rus/{path}/{story}/"}
