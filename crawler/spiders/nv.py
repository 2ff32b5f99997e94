from crawler.story.spider import StorySpider


class NV(StorySpider):
    """NV in Russian (no prefix), Ukrainian (/ukr/) and English (english.nv.ua).

    Addresses: real ones of 2022-2026. That Ukrainian and Russian share the number at the end is from memory,
        so that no rule goes by it; their slugs differ.
    News sitemaps: "working" in another project's check, autumn 2026.
    Feeds: in several public configurations (looked up 2026-11).
    Day lists: in a configuration of 2021.
    Left out: in a calibre recipe (2022-24).
    """

    name = "nv"
    title = "NV"
    home = "https://nv.ua"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    news_sitemaps = ["/sitemap_v2/news-sitemap.xml"]
    feeds = ["/ukr/rss/all.xml", "/rss/all.xml", "https://english.nv.ua/rss/all_english.xml"]
    day_archives = ["/sitemap_%Y-%m-%d.html"]
    article_url = r"https?://(?:[a-z]+\.)?nv\.ua/[\w/-]+-\d{8}\.html"
    drop = "section.article-share, blockquote.code"
