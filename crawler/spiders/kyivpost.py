from crawler.story.spider import StorySpider


class KyivPost(StorySpider):
    """Kyiv Post in English (no prefix) and Ukrainian (/uk/).

    Addresses: some twenty real ones of 2023-26 in public notes, one of them Ukrainian; `thread` is no
        article but a page of live updates. Whether the number is shared was not seen, so that no rule goes
        by it.
    Feeds: in more than ten public configurations (looked up 2026-11).
    """

    name = "kyivpost"
    title = "Kyiv Post"
    home = "https://www.kyivpost.com"
    languages = ("en", "uk")
    confidence = "medium"
    feeds = ["/feed"]
    article_url = r"/(?:uk/)?(?:post|analysis|opinion)/\d{2,6}"
