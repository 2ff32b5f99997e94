from crawler.story.spider import StorySpider


class Zaxid(StorySpider):
    """ZAXID.NET in Ukrainian only.

    Addresses: a saved page of 2020, the older showNews.do among them, which names the story in its query.
    Feeds: /rss/all.xml in a configuration of 2026; /rss/1.xml is older.
    """

    name = "zaxid"
    title = "ZAXID.NET"
    home = "https://zaxid.net"
    languages = ("uk",)
    confidence = "high"
    feeds = ["/rss/all.xml"]
    article_url = (r"/[\w-]+_n\d{6,8}/?", r"/(?:news/)?showNews\.do")
