from crawler.story.spider import StorySpider


class EkonomichnaPravda(StorySpider):
    """Ekonomichna Pravda in Ukrainian (no prefix) and Russian (/rus/); the id is shared, the slug is not.

    Addresses: a saved page of 2025, with its switcher and author; it has no hreflang. Those of before 2025,
        with a date: real ones of 2023.
    Variants: the shared id in the saved page of 2025; for addresses with a date the rule is inferred from
        Ukrainska Pravda's.
    Feeds: in several public configurations (looked up 2026-11).
    Day lists: in a configuration of 2021.
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
