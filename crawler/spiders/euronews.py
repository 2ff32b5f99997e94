from crawler.story.spider import StorySpider


class Euronews(StorySpider):
    """Euronews in English (www.), Russian and five more languages, each on a host; slugs differ.

    Addresses: saved pages of 2024 and 2026, with hreflang and switcher. Where there is no translation, both
        lead to home pages. The date is shared.
    Feeds: the Russian one in a configuration (undated), the English one is inferred from it.
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
