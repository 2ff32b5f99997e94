from __future__ import annotations

from crawler.story.spider import StorySpider


class CabinetOfMinisters(StorySpider):
    """Cabinet of Ministers of Ukraine: Ukrainian without a prefix, English under /en/, one slug for both.

    The shared slug: inferred from six addresses, 2022. Feeds: in configurations of crawlers.
    """

    name = "kmu"
    title = "Cabinet of Ministers of Ukraine"
    home = "https://www.kmu.gov.ua"
    languages = ("uk", "en")
    confidence = "medium"
    feeds = ["/news/rss/news/all", "/en/news/rss"]
    article_url = r"/(?:en/)?news/(?P<story>[a-z0-9]+(?:-[a-z0-9]+){2,})"
    variant_url = {"uk": "/news/{story}", "en": "/en/news/{story}"}
