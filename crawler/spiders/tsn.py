from __future__ import annotations

from crawler.story.spider import StorySpider


class TSN(StorySpider):
    """TSN: Ukrainian without a prefix, Russian under /ru/, English under /en/; a slug of its own for each.

    Addresses: real ones of 2022-2026. Sitemap index and feeds: in configurations of crawlers. Whether the
    number at the end is shared was not seen, so that no rule goes by it.
    """

    name = "tsn"
    title = "TSN"
    home = "https://tsn.ua"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    feeds = ["/rss/full.rss", "/ru/rss/full.rss"]
    archive_sitemaps = ["/ru/sitemap_index.xml"]
    article_url = r"/(?:ru/|en/)?[\w/-]+-\d{5,8}\.html"
