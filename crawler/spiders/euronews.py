from __future__ import annotations

from crawler.story.spider import StorySpider


class Euronews(StorySpider):
    """Euronews: a subdomain for each language, English on www.; the date is shared, the slug is not.

    Addresses, hreflang and switcher: seen in saved pages of 2024 and 2026. Where there is no translation,
    hreflang and switcher lead to home pages. Feeds: the Russian one in a configuration, the English one is
    inferred from it.
    """

    name = "euronews"
    title = "Euronews"
    home = "https://www.euronews.com"
    languages = ("en", "ru", "de", "fr", "it", "es", "pt")
    confidence = "high"
    feeds = [
        "/rss?format=mrss&level=theme&name=news",
        "https://ru.euronews.com/rss?format=mrss&level=theme&name=news",
    ]
    article_url = r"https?://[a-z]+\.euronews\.com/(?:[\w-]+/){0,3}\d{4}/\d{2}/\d{2}/[\w%-]+"
