from crawler.story.spider import StorySpider


class Focus(StorySpider):
    """Focus in Russian (no prefix) and Ukrainian (/uk/), with the same Russian slug and number.

    Addresses: real ones of 2022, one of them a number without a slug.
    Variants: that both languages have the same path is inferred from its Russian slug (2022), so that it is
        tried as an address but is no shared id.
    Feeds: the one without /uk/ in 4 configurations of 2025-26, the Ukrainian one in one (undated).
    """

    name = "focus"
    title = "Focus"
    home = "https://focus.ua"
    languages = ("uk", "ru")
    confidence = "medium"
    feeds = ["/uk/modules/rss.php", "/modules/rss.php"]
    article_url = r"/(?:uk/)?(?P<path>(?!uk/)[a-z-]+/\d{5,7}(?:-[\w-]+)?)"
    variant_url = {"uk": "/uk/{path}", "ru": "/{path}"}
