from crawler.story.spider import StorySpider


class Censor(StorySpider):
    """Censor.net in Ukrainian (/ua/; business desk /biz/), Russian (/ru/) and English (/en/), slugs differ.

    Addresses: a sitemap of 2025-12 (11 of 11) and a saved page of that month; real ones of 2022-2026. That
        the id is shared is from memory, so that no rule goes by it.
    News sitemaps: the Ukrainian one stands in the real index of 2025-12; the other two are named after it,
        from memory.
    Feeds: those of the business desk are linked in a saved page of 2025-12, `rss_uk_news.xml` is in 5
        configurations of 2025-26, the English one in one; the Russian one is inferred.
    Archive: months from 2016-01 on in the real index of 2025-12, 862 files in all; of Russian and English
        ones nothing was seen.
    Day lists: in a configuration of 2021, which also says that wide ranges of dates lead to a ban.
    """

    name = "censor"
    title = "Censor.net"
    home = "https://censor.net"
    languages = ("uk", "ru", "en")
    confidence = "high"
    allowed_domains = ["censor.net", "censor.net.ua"]
    news_sitemaps = [
        f"https://assets.censor.net/sitemap/censor.net/sitemap_{tag}_googlenews.xml"
        for tag in ("uk", "ru", "en")
    ]
    feeds = [
        *(f"https://assets.censor.net/rss/censor.net/rss_{tag}_news.xml" for tag in ("uk", "ru", "en")),
        *(
            f"https://assets.censor.net/rss/biz.censor.net/rss_uk_{kind}.xml"
            for kind in ("news", "resonance")
        ),
    ]
    archive_sitemaps = [
        f"https://assets.censor.net/sitemap/censor.net/sitemap_uk_{kind}_%Y%m.xml"
        for kind in ("news", "resonance")
    ]
    day_archives = ["/ua/news/all/page/1/archive/%Y-%m-%d/category/0/sortby/date"]
    article_url = r"https?://(?:www\.)?censor\.net(?:\.ua)?/(?:(?:ua|ru|en)/(?:biz/)?|biz/)\w+/\d{5,8}/[\w-]+"
