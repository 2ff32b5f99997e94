from __future__ import annotations

from crawler.story.spider import StorySpider


class Ukrinform(StorySpider):
    """Ukrinform: a domain for each language, .ua Ukrainian, .net English, .ru Russian, and six more.

    Addresses and hreflang: seen in a saved page of 2020 and real ones of 2026. The hreflang links lead to
    home pages, and each language has ids of its own: nothing in a page names its variants. Feeds: in
    configurations of crawlers. What to leave out: in a calibre recipe (2022-24).
    """

    name = "ukrinform"
    title = "Ukrinform"
    home = "https://www.ukrinform.ua"
    languages = ("uk", "en", "ru", "de", "es", "fr", "ja", "pl", "zh")
    confidence = "high"
    allowed_domains = [f"ukrinform.{tld}" for tld in ("ua", "net", "ru", "de", "es", "fr", "jp", "pl", "org")]
    feeds = [f"https://www.ukrinform.{tld}/rss/block-lastnews" for tld in ("ua", "net", "ru")]
    article_url = r"https?://www\.ukrinform\.[a-z]{2,3}/rubric-[\w-]+/\d{6,8}-[\w-]+\.html"
    drop = "section.read, aside, div[data-name=int_hidden]"
