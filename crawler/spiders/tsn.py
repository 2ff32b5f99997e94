from crawler.story.spider import StorySpider


class TSN(StorySpider):
    """TSN in Ukrainian (no prefix), Russian (/ru/) and English (/en/); slugs differ.

    Addresses: real ones of 2022-2026. Whether the number at the end is shared was not seen, so that no rule
        goes by it.
    Feeds: in several public configurations (looked up 2026-11).
    Archive: the index of 199 lists in a configuration (undated).
    Day lists: in a crawler of 2024-10 and another; of each day only the first page. An older list of a day,
        `/sitemap/text/%Y/%-m/%-d/index.html`, is in two configurations (undated).
    """

    name = "tsn"
    title = "TSN"
    home = "https://tsn.ua"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    feeds = ["/rss/full.rss", "/ru/rss/full.rss"]
    archive_sitemaps = ["/ru/sitemap_index.xml"]
    day_archives = ["/news/page-1?day=%d&month=%m&year=%Y"]
    article_url = r"/(?:ru/|en/)?[\w/-]+-\d{5,8}\.html"
