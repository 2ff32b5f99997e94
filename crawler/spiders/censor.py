from __future__ import annotations

from crawler.story.spider import StorySpider


class Censor(StorySpider):
    """Censor.net: Ukrainian under /ua/, Russian under /ru/, English under /en/; a slug of its own for each.

    Addresses: real ones of 2022-2026. That the id is shared: from memory, so that no rule goes by it.
    Feeds: the host is in a configuration, the file names are from memory. Day lists: in a configuration of
    2021, which also says that wide ranges of dates lead to a ban.
    """

    name = "censor"
    title = "Censor.net"
    home = "https://censor.net"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    allowed_domains = ["censor.net", "censor.net.ua"]
    feeds = [
        f"https://assets.censor.net/rss/censor.net/rss_{language}_news.xml" for language in ("uk", "ru", "en")
    ]
    day_archives = ["/ua/news/all/page/1/archive/%Y-%m-%d/category/0/sortby/date"]
    article_url = r"https?://(?:www\.)?censor\.net(?:\.ua)?/(?:ua|ru|en)/\w+/\d{5,8}/[\w-]+"
