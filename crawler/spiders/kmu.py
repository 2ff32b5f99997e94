from crawler.story.spider import StorySpider


class CabinetOfMinisters(StorySpider):
    """Cabinet of Ministers of Ukraine in Ukrainian (no prefix) and English (/en/), with one slug for both.

    Addresses: ten real English ones to 2026, all with a Ukrainian slug.
    Variants: the shared slug is inferred from those ten (2026).
    Feeds: in configurations of crawlers (undated).
    """

    name = "kmu"
    title = "Cabinet of Ministers of Ukraine"
    home = "https://www.kmu.gov.ua"
    languages = ("uk", "en")
    confidence = "medium"
    feeds = ["/news/rss/news/all", "/en/news/rss"]
    article_url = r"/(?:en/)?news/(?P<story>[a-z0-9]+(?:-[a-z0-9]+){2,})"
    variant_url = {"uk": "/news/{story}", "en": "/en/news/{story}"}
