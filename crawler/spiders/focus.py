from __future__ import annotations

from crawler.story.spider import StorySpider


class Focus(StorySpider):
    """Focus: Russian without a prefix, Ukrainian under /uk/, with the same Russian slug and number.

    Addresses: a real one of 2022. That both languages have the same path: inferred from its Russian slug,
    so that it is tried as an address but is no shared id. The Ukrainian feed: in a configuration; the
    Russian one is inferred.
    """

    name = "focus"
    title = "Focus"
    home = "https://focus.ua"
    languages = ("uk", "ru")
    confidence = "medium"
    feeds = ["/uk/modules/rss.php", "/modules/rss.php"]
    article_url = r"/(?:uk/)?(?P<path>(?!uk/)[a-z-]+/\d{5,7}-[\w-]+)"
    variant_url = {"uk": "/uk/{path}", "ru": "/{path}"}
