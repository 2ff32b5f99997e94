from __future__ import annotations

from crawler.story.spider import StorySpider


class PresidentOfUkraine(StorySpider):
    """President of Ukraine: Ukrainian without a prefix, English under /en/, Russian under /ru/.

    That slug and number are the same in all languages: inferred from four addresses, 2022-2026. Lists by
    date: in configurations of crawlers; the feed in one.
    """

    name = "president"
    title = "President of Ukraine"
    home = "https://www.president.gov.ua"
    languages = ("uk", "en", "ru")
    confidence = "medium"
    feeds = ["/en/news/rss/2027"]
    day_archives = ["/en/news/speeches?date-from=%d-%m-%Y&date-to=%d-%m-%Y"]
    article_url = r"/(?:en/|ru/)?news/(?P<slug>[\w-]+)-(?P<story>\d{4,6})"
    variant_url = {
        "uk": "/news/{slug}-{story}",
        "en": "/en/news/{slug}-{story}",
        "ru": "/ru/news/{slug}-{story}",
    }
