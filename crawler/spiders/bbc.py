from crawler.story.spider import StorySpider


class BBC(StorySpider):
    """BBC News: Ukrainian, Russian and English services, none of which names another's article.

    Addresses: saved pages of 2019-2026; numbers without a section: in the test pages of BBC's own reader,
        simorgh (undated); the form of addresses with a date, of about 2010-16, is from memory.
    Feeds: the Ukrainian and the English one in several public configurations (looked up 2026-11); the
        Russian one inferred.
    Note: the Ukrainian service has Russian texts, too, /ukrainian/features-russian-53477115 (2020): the
        language is read from the text. `en` and `en-gb` are one English text at bbc.com and bbc.co.uk
        (2026). The sitemaps list all forty services together, so that they are not read.
    """

    name = "bbc"
    title = "BBC News"
    home = "https://www.bbc.com"
    languages = ("uk", "ru", "en")
    confidence = "high"
    allowed_domains = ["bbc.com", "bbc.co.uk", "feeds.bbci.co.uk"]
    feeds = ["/ukrainian/rss.xml", "/russian/rss.xml", "https://feeds.bbci.co.uk/news/world/rss.xml"]
    article_url = (
        r"https?://www\.bbc\.(?:com|co\.uk)/(?:ukrainian|russian|news)/articles/c[a-z0-9]{9,12}o",
        r"https?://www\.bbc\.(?:com|co\.uk)/(?:ukrainian|russian|news)/(?:[a-z][a-z-]*-)?\d{7,8}",
        r"https?://www\.bbc\.com/(?:ukrainian|russian)/(?:[a-z_]+/)+\d{4}/\d\d/\d{6}_\w+(?:\.shtml)?",
    )
