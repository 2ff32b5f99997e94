from crawler.story.spider import StorySpider


class NovayaGazetaEurope(StorySpider):
    """Novaya Gazeta Europe in Russian and English.

    Addresses: eleven real ones of 2022-26 in public notes. English ones end in `-en` or `-en-news`, with or
        without /en/. Nothing shows what a story's languages share.
    Feeds: the Russian one in more than ten public configurations (looked up 2026-11), the English one in
        one.
    """

    name = "novaya"
    title = "Novaya Gazeta Europe"
    home = "https://novayagazeta.eu"
    languages = ("ru", "en")
    confidence = "medium"
    feeds = ["/feed/rss", "/feed/rss/en"]
    article_url = r"/(?:en/)?articles/\d{4}/\d{2}/\d{2}/[\w-]+"
