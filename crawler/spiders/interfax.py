from crawler.story.spider import StorySpider


class InterfaxUkraine(StorySpider):
    """Interfax-Ukraine in Ukrainian (interfax.com.ua), Russian (ru.) and English (en.).

    Addresses: real ones of 2019-2026. Until about 2022 the bare domain was Russian and ua. Ukrainian: three
        configurations agree on the change, and the address says nothing of the language. That each language
        has ids of its own is from memory, so that no rule goes by them.
    Feeds: in calibre (2022-24) and other configurations.
    Left out: in a calibre recipe (2022-24).
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
