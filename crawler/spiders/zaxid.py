from __future__ import annotations

from crawler.story.spider import StorySpider


class Zaxid(StorySpider):
    """ZAXID.NET: Ukrainian only.

    Addresses: seen in a saved page of 2020, the older showNews.do among them, which names the story in its
    query. The feed: from memory, unverified.
    """

    name = "zaxid"
    title = "ZAXID.NET"
    home = "https://zaxid.net"
    languages = ("uk",)
    confidence = "high"
    feeds = ["/rss/all.xml"]
    article_url = (r"/[\w-]+_n\d{6,8}/?", r"/(?:news/)?showNews\.do")
