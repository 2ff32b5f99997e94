from crawler.story.spider import StorySpider


class NashiGroshi(StorySpider):
    """Nashi Groshi, on public procurement, in Ukrainian only.

    Addresses: all 79 of two sitemaps of 2025-11; the Lviv desk on lviv.nashigroshi.org in 2022.
    Feeds: linked in two saved pages of 2025-11, and fetched by another project on 2026-06-03.
    Archive: the real index of 2025-11, a list for each month; by 2026-06 another project reads lists by
        number.
    """

    name = "nashigroshi"
    title = "Nashi Groshi"
    home = "https://nashigroshi.org"
    languages = ("uk",)
    confidence = "high"
    feeds = ["/feed/"]
    archive_sitemaps = ["/sitemap.xml"]
    archive_lists = (r"/sitemap-pt-post-(?P<year>\d{4})-(?P<month>\d\d)\.xml", r"/post-sitemap\d*\.xml")
    article_url = r"https?://(?:lviv\.)?nashigroshi\.org/\d{4}/\d{2}/\d{2}/[\w%-]+/"
