from __future__ import annotations

from crawler.story.spider import StorySpider


class Obozrevatel(StorySpider):
    """Obozrevatel: Ukrainian and Russian on www., English on eng.

    English addresses: a real one of 2026. Ukrainian under /ukr/: from memory. The feeds: from memory,
    unverified. The JSON interface that named all variants of an item was in a configuration of 2021;
    nothing here uses it.
    """

    name = "obozrevatel"
    title = "Obozrevatel"
    home = "https://www.obozrevatel.com"
    languages = ("uk", "ru", "en")
    confidence = "low"
    feeds = ["/rss.xml", "https://eng.obozrevatel.com/rss.xml"]
    article_url = r"https?://[a-z]+\.obozrevatel\.com/(?:ukr/)?[\w-]+/[\w/-]+\.html?"
