from crawler.story.spider import StorySpider


class RadioLiberty(StorySpider):
    """Radio Liberty, Krym.Realii and Current Time in Ukrainian, Russian, English, Crimean Tatar.

    Addresses: 2,136,724 of six sites, from a list of 2025-05, of which all have this form; a saved page of
        2025-12. Ukrainian on radiosvoboda.org and ua.krymr.com, Russian on svoboda.org, ru.krymr.com and
        currenttime.tv, English on rferl.org. Those of ktat.krymr.com, Crimean Tatar, are inferred: it runs
        the same system; no list of them was seen, so that none is declared, and their language is read as
        Turkish, which is as near as the detector comes. Ids differ between the sites.
    News sitemaps: the real ones of six sites, 2025-05.
    Feeds: one token in 7 configurations to 2026; tokens change, so that the news sitemaps are the safer
        source.
    Day lists: in configurations of crawlers (2022-2026).
    Expected: in Ukrainian, half of the least and twice the greatest median of three days in a sitemap of
        radiosvoboda.org of 30 days, 2025-11 to 2025-12, by lastmod: 32 and 72; and some a day of
        ua.krymr.com.
    """

    name = "rferl"
    title = "Radio Liberty"
    home = "https://www.radiosvoboda.org"
    languages = ("uk", "ru", "en", "crh")
    confidence = "high"
    allowed_domains = ["radiosvoboda.org", "svoboda.org", "rferl.org", "krymr.com", "currenttime.tv"]
    news_sitemaps = [
        "/sitemap_9_news.xml.gz",
        "https://www.svoboda.org/sitemap_2_news.xml.gz",
        "https://www.rferl.org/sitemap_8_news.xml.gz",
        "https://ru.krymr.com/sitemap_47_news.xml.gz",
        "https://ua.krymr.com/sitemap_48_news.xml.gz",
        "https://www.currenttime.tv/sitemap_54_news.xml.gz",
    ]
    feeds = ["/api/zrqiteuuir"]
    day_archives = [
        f"https://www.{site}.org/z/630/%Y/%-m/%-d" for site in ("radiosvoboda", "svoboda", "rferl")
    ]
    article_url = (
        r"https?://[a-z]+\.(?:radiosvoboda|svoboda|rferl|krymr|currenttime)\.\w+/a/(?:[^/]+/)?\d{5,9}\.html"
    )
    expects = {"articles_a_day": {"uk": (16, 160)}}
