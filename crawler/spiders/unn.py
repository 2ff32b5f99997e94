from __future__ import annotations

from crawler.story.spider import StorySpider


class UNN(StorySpider):
    """UNN: Ukrainian under /uk/, Russian under /ru/, English under /en/.

    Addresses of unn.ua: real ones of 2024-2026. Those of 2020, on www.unn.com.ua, share id and slug: seen
    in a saved page, whose hreflang names the other language. The Ukrainian feed: in configurations; the
    others are inferred.
    """

    name = "unn"
    title = "UNN"
    home = "https://unn.ua"
    languages = ("uk", "ru", "en")
    confidence = "high"
    allowed_domains = ["unn.ua", "unn.com.ua"]
    feeds = ["/rss/news_uk.xml", "/rss/news_ru.xml", "/rss/news_en.xml"]
    article_url = (
        r"/(?:uk|ru|en)/news/(?=[\d-]*[a-z])[\w-]+",
        r"https?://www\.unn\.com\.ua/(?:uk|ru)/(?P<kind>[a-z]+)/(?P<story>\d{5,8})-(?P<slug>[\w-]+)",
    )
    variant_url = {
        "uk": "https://www.unn.com.ua/uk/{kind}/{story}-{slug}",
        "ru": "https://www.unn.com.ua/ru/{kind}/{story}-{slug}",
    }
