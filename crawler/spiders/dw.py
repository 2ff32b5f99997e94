from crawler.story.spider import StorySpider


class DeutscheWelle(StorySpider):
    """Deutsche Welle in Ukrainian, Russian, English and German, the language first in the path; ids differ.

    Addresses: saved pages of 2019-2024; no page names a variant.
    Feeds: the Ukrainian and the Russian one in configurations (undated), the English one in ten of 2025-26.
    """

    name = "dw"
    title = "Deutsche Welle"
    home = "https://www.dw.com"
    languages = ("uk", "ru", "en", "de")
    confidence = "high"
    feeds = [
        "https://rss.dw.com/xml/rss-uk-all",
        "https://rss.dw.com/rdf/rss-ru-pol",
        "https://rss.dw.com/xml/rss-en-all",
    ]
    article_url = r"/(?:uk|ru|en|de)/[^/]+/a-\d{7,8}"
