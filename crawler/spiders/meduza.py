from crawler.story.spider import StorySpider


class Meduza(StorySpider):
    """Meduza in Russian (no prefix) and English (/en/); the editions are separate and share nothing.

    Addresses: in several crawlers of 2022-26; a real English one of 2026.
    Feeds: both in more than ten public configurations (looked up 2026-11); one has /en/rss/all.
    Note: pages are made by scripts: where one comes without text it is dropped as `no-body`.
    """

    name = "meduza"
    title = "Meduza"
    home = "https://meduza.io"
    languages = ("ru", "en")
    confidence = "high"
    feeds = ["/rss/all", "/rss/en/all"]
    article_url = r"/(?:en/)?[a-z-]+/\d{4}/\d{2}/\d{2}/[\w-]+"
