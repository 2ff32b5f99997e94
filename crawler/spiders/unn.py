from crawler.story.spider import StorySpider


class UNN(StorySpider):
    """UNN in Ukrainian (no prefix), Russian (/ru/) and English (/en/); slugs differ.

    Addresses: real ones of 2024-2026, Ukrainian without a prefix and Russian under /ru/ in 2026; /uk/ is
        taken, too. Those of 2020 were on www.unn.com.ua.
    Variants: on www.unn.com.ua id and slug are shared: a saved page of 2020, whose hreflang names the other
        language.
    Feeds: the Ukrainian one in 6 public configurations (looked up 2026-11); the others are inferred.
    """

    name = "unn"
    title = "UNN"
    home = "https://unn.ua"
    languages = ("uk", "ru", "en")
    confidence = "high"
    allowed_domains = ["unn.ua", "unn.com.ua"]
    feeds = ["/rss/news_uk.xml", "/rss/news_ru.xml", "/rss/news_en.xml"]
    article_url = (
        r"/(?:(?:uk|ru|en)/)?news/(?=[\d-]*[a-z])[\w-]+",
        r"https?://www\.unn\.com\.ua/(?:uk|ru)/(?P<kind>[a-z]+)/(?P<story>\d{5,8})-(?P<slug>[\w-]+)",
    )
    variant_url = {
        "uk": "https://www.unn.com.ua/uk/{kind}/{story}-{slug}",
        "ru": "https://www.unn.com.ua/ru/{kind}/{story}-{slug}",
    }
