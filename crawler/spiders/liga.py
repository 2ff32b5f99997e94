from __future__ import annotations

from crawler.story.spider import StorySpider


class Liga(StorySpider):
    """LIGA.net: Russian without a prefix, Ukrainian under /ua/, the slug shared; subdomains alike.

    Addresses: real ones of 2020-2022. The shared slug: inferred from one address. Feeds: in configurations,
    one of 2026. The switcher `hreflang-link`: in a calibre recipe (2022-24); in a page of 2012 it led to a
    home page. Day lists: a real address of 2022; of each day only the first page.
    """

    name = "liga"
    title = "LIGA.net"
    home = "https://www.liga.net"
    languages = ("uk", "ru")
    confidence = "medium"
    feeds = ["/news/rss.xml", "/newsua/all/rss.xml", "https://news.liga.net/ua/top/rss.xml"]
    day_archives = ["/archive/%Y-%m-%d/all/page/1"]
    article_url = (
        r"https?://(?P<host>[a-z]+)\.liga\.net/(?:ua/)?(?P<path>[a-z-]+/(?:news|articles|interview|opinion)/[\w-]+)",
        r"https?://news\.liga\.net/news/[a-z]+/\d+-\w+\.html?",
    )
    variant_url = {"uk": "https://{host}.liga.net/ua/{path}", "ru": "https://{host}.liga.net/{path}"}
    switcher = "a.hreflang-link, .hreflang-link a"
