from __future__ import annotations

from crawler.story.spider import StorySpider


class NV(StorySpider):
    """NV: Russian without a prefix, Ukrainian under /ukr/, English on english.nv.ua.

    Addresses: real ones of 2022-2026. Feeds and day lists: in configurations of crawlers. That Ukrainian
    and Russian share the number at the end: from memory, so that no rule goes by it; their slugs differ.
    What to leave out: in a calibre recipe (2022-24).
    """

    name = "nv"
    title = "NV"
    home = "https://nv.ua"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    feeds = ["/ukr/rss/all.xml", "/rss/all.xml", "https://english.nv.ua/rss/all_english.xml"]
    day_archives = ["/sitemap_%Y-%m-%d.html"]
    article_url = r"https?://(?:[a-z]+\.)?nv\.ua/[\w/-]+-\d{8}\.html"
    drop = "section.article-share, blockquote.code"
