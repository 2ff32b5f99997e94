from crawler.story.spider import StorySpider


class Kanal24(StorySpider):
    """24 Kanal in Ukrainian (no prefix) and Russian (/ru/); ids differ, a switcher names both.

    Addresses: a saved page of 2020, with its switcher; addresses of 2026 are alike.
    Feeds: in several public configurations (looked up 2026-11).
    Day lists: in two crawlers of 2022, the day with two digits.
    Byline: the author line of the saved page of 2020.
    """

    name = "kanal24"
    title = "24 Kanal"
    home = "https://24tv.ua"
    languages = ("uk", "ru")
    confidence = "high"
    feeds = ["/rss/all.xml"]
    day_archives = ["/archive/%d_%B_%Y/"]
    article_url = r"https?://(?:[a-z]+\.)?24tv\.ua/(?:ru/)?[\w-]+_n\d{5,8}/?"
    byline = ".news-author .authors"
