from crawler.story.spider import StorySpider


class Ukrinform(StorySpider):
    """Ukrinform, a domain for each language: .ua Ukrainian, .net English, .ru Russian, and six more.

    Addresses: 31,861 from sitemaps of weeks since 2023, all of this form; a saved page of 2020, whose
        hreflang links lead to home pages; real ones of 2026. Each language has ids of its own: nothing in a
        page names its variants.
    News sitemaps: fetched by another project on 2026-09-22; those of .net and .ru are inferred.
    Feeds: in more than ten public configurations (looked up 2026-11), though neither robots.txt nor home
        page named one on 2026-09-22.
    Archive: ISO weeks in several crawlers of 2024-26; those of .net and .ru are inferred.
    Left out: in a calibre recipe (2022-24) and a filter list of 2026-08.
    """

    name = "ukrinform"
    title = "Ukrinform"
    home = "https://www.ukrinform.ua"
    languages = ("uk", "en", "ru", "de", "es", "fr", "ja", "pl", "zh")
    confidence = "high"
    allowed_domains = [f"ukrinform.{tld}" for tld in ("ua", "net", "ru", "de", "es", "fr", "jp", "pl", "org")]
    news_sitemaps = [f"https://www.ukrinform.{tld}/sitemap/last.xml" for tld in ("ua", "net", "ru")]
    feeds = [f"https://www.ukrinform.{tld}/rss/block-lastnews" for tld in ("ua", "net", "ru")]
    archive_sitemaps = [f"https://www.ukrinform.{tld}/sitemap/%G/%V.xml" for tld in ("ua", "net", "ru")]
    article_url = r"https?://www\.ukrinform\.[a-z]{2,3}/rubric-[\w-]+/\d{6,8}-[\w-]+\.html"
    drop = "section.read, aside, div[data-name=int_hidden]"
