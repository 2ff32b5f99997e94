from crawler.story.spider import StorySpider


class Liga(StorySpider):
    """LIGA.net in Russian (no prefix), Ukrainian (/ua/) and English (/en/), on several hosts; slugs differ.

    Addresses: real ones of 2020-2026, the English ones of 2025-26; liga.net leads to /ua (2026-09-22). Slugs
        of 2026 differ between the languages, so that no rule makes an address of another's.
    News sitemaps: fetched by another project on 2026-09-22.
    Feeds: the Ukrainian one fetched by that project on 2026-09-22; the Russian one in older configurations
        (undated), the English one inferred from both.
    Day lists: a real address of 2022; of each day only the first page.
    Switcher: in a calibre recipe (2022-24); in a page of 2012 it led to a home page.
    """

    name = "liga"
    title = "LIGA.net"
    home = "https://www.liga.net"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    news_sitemaps = ["/sitemap-main/sitemap-news.xml"]
    feeds = [f"https://news.liga.net/{edition}all/rss.xml" for edition in ("ua/", "", "en/")]
    day_archives = ["/archive/%Y-%m-%d/all/page/1"]
    article_url = (
        r"https?://[a-z]+\.liga\.net/(?:ua/|en/)?(?:[a-z-]+/){1,2}"
        r"(?:news|novosti|articles?|stati|interview|opinion|blogs?)/[\w-]+",
        r"https?://news\.liga\.net/news/[a-z]+/\d+-\w+\.html?",
    )
    switcher = "a.hreflang-link, .hreflang-link a"
