from __future__ import annotations

from crawler.story.spider import StorySpider


class InstituteOfMassInformation(StorySpider):
    """Institute of Mass Information: Ukrainian without a prefix, English under /en/ with slugs of its own.

    Addresses, authors and switcher: seen in saved pages of 2024-25. Where there is no translation the
    switcher leads to a section, which is no article. The feed: in configurations of crawlers.
    """

    name = "imi"
    title = "Institute of Mass Information"
    home = "https://imi.org.ua"
    languages = ("uk", "en")
    confidence = "high"
    feeds = ["/feed"]
    article_url = r"/(?:en/)?(?:news|monitorings|articles|blogs|interviews|advices)/[\w-]+/?"
