from crawler.story.spider import StorySpider


class PresidentOfUkraine(StorySpider):
    """President of Ukraine in Ukrainian (no prefix), English (/en/) and Russian (/ru/).

    Addresses: ten real English ones to 2026, all with a Ukrainian slug.
    Variants: that slug and number are the same in all languages is inferred from those ten (2026).
    Feeds: in a configuration (undated).
    Day lists: lists by date in configurations of crawlers (undated).
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
