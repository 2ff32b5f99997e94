from __future__ import annotations

from crawler.story.spider import StorySpider


class InterfaxUkraine(StorySpider):
    """Interfax-Ukraine: Ukrainian on interfax.com.ua, Russian on ru., English on en.

    Until about 2022 the bare domain was Russian and ua. Ukrainian: three configurations agree on the
    change, and the address says nothing of the language. Addresses: real ones of 2019-2026. Each language
    has ids of its own: from memory, so that no rule goes by them. Feeds and what to leave out: in calibre
    (2022-24) and others.
    """

    name = "interfax"
    title = "Interfax-Ukraine"
    home = "https://interfax.com.ua"
    languages = ("uk", "ru", "en")
    confidence = "high"
    feeds = [
        "/news/last.rss",
        "https://ru.interfax.com.ua/news/last.rss",
        "https://en.interfax.com.ua/news/last.rss",
    ]
    article_url = r"https?://(?:ru\.|en\.|ua\.|www\.)?interfax\.com\.ua/news/[\w-]+/\d{4,8}\.html"
    drop = ".article-content-secondary-header, .article-tags"
