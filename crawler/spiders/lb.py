from crawler.story.spider import StorySpider


class LB(StorySpider):
    """LB.ua in Ukrainian (lb.ua), Russian (rus.lb.ua) and English (en.lb.ua, with a counter of its own).

    Addresses: real ones of 2021-2024; blogs have the author in place of the date. Russian has the same
        sections on rus.lb.ua in a crawler (undated); until about 2019 it was on the bare domain, from
        memory.
    Feeds: the Ukrainian one in a configuration of 2024; the Russian one in three (undated).
    Day lists: the address is in a configuration of 2021, its date from memory.
    """

    name = "lb"
    title = "LB.ua"
    home = "https://lb.ua"
    languages = ("uk", "ru", "en")
    confidence = "medium"
    feeds = ["/rss/ukr/rss.xml", "/rss/rus/news.xml"]
    day_archives = ["/archive/%Y/%m/%d"]
    article_url = (
        r"https?://(?:en\.|rus\.|ukr\.)?lb\.ua/[a-z]+/\d{4}/\d{2}/\d{2}/\d{2,7}_[\w-]+\.html",
        r"https?://(?:en\.|rus\.|ukr\.)?lb\.ua/blog/[\w-]+/\d{2,7}_[\w-]+\.html",
    )
