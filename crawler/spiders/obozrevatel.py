from crawler.story.spider import StorySpider


class Obozrevatel(StorySpider):
    """Obozrevatel in Russian and Ukrainian (/ukr/) on www., and in English on eng.

    Addresses: real ones of 2024-2026, those under /ukr/ Ukrainian.
    Feeds: /rss.xml in 7 configurations of 2025-26; the English one is inferred from it.
    Note: its pages have two canonical addresses (StormCrawler issue 832). The JSON interface that named all
        variants of an item was in a configuration of 2021; nothing here uses it.
    """

    name = "obozrevatel"
    title = "Obozrevatel"
    home = "https://www.obozrevatel.com"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    feeds = ["/rss.xml", "https://eng.obozrevatel.com/rss.xml"]
    article_url = r"https?://[a-z]+\.obozrevatel\.com/(?:ukr/)?[\w-]+/[\w/-]+\.html?"
