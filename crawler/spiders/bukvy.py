from crawler.story.spider import StorySpider


class Bukvy(StorySpider):
    """Bukvy in Ukrainian (no prefix) and English (/en/); no id, but hreflang names both.

    Addresses: a saved page of 2025, with its hreflang.
    Feeds: the addresses that WordPress gives them, inferred, unverified.
    """

    name = "bukvy"
    title = "Bukvy"
    home = "https://bukvy.org"
    languages = ("uk", "en")
    confidence = "high"
    feeds = ["/feed/", "/en/feed/"]
    article_url = r"/(?:en/)?[a-z0-9]+(?:-[a-z0-9]+){2,}/?"
