from __future__ import annotations

from crawler.story.spider import StorySpider


class BBC(StorySpider):
    """BBC News: Ukrainian and Russian services and the English site; no page names another service's.

    Addresses and hreflang: seen in saved pages of 2019-2026; `en` and `en-gb` are one English text at
    bbc.com and bbc.co.uk. The Ukrainian feed: in configurations; the Russian one is inferred, the English
    one from memory. The sitemaps list all forty services together, so that they are not read.
    """

    name = "bbc"
    title = "BBC News"
    home = "https://www.bbc.com"
    languages = ("uk", "ru", "en")
    confidence = "high"
    allowed_domains = ["bbc.com", "bbc.co.uk", "feeds.bbci.co.uk"]
    feeds = ["/ukrainian/rss.xml", "/russian/rss.xml", "https://feeds.bbci.co.uk/news/world/rss.xml"]
    article_url = (
        r"https?://www\.bbc\.(?:com|co\.uk)/(?:ukrainian|russian|news)/articles/c[a-z0-9]{9,12}o",
        r"https?://www\.bbc\.(?:com|co\.uk)/(?:ukrainian|russian|news)/[a-z][a-z-]*-\d{8}",
    )
