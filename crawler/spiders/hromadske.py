from __future__ import annotations

from crawler.story.spider import StorySpider


class Hromadske(StorySpider):
    """Hromadske: Ukrainian without a prefix, English under /en/.

    English addresses: a real one of 2026; Ukrainian ones are inferred from it. The feed: in a configuration
    of a crawler. What a page looks like today was not seen.
    """

    name = "hromadske"
    title = "Hromadske"
    home = "https://hromadske.ua"
    languages = ("uk", "en")
    confidence = "low"
    feeds = ["/rss"]
    article_url = r"/(?:en/)?[a-z-]+/\d{4,7}-[\w-]+"
