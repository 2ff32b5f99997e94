from crawler.story.spider import StorySpider


class InstituteOfMassInformation(StorySpider):
    """Institute of Mass Information in Ukrainian (no prefix) and English (/en/); slugs differ.

    Addresses: saved pages of 2024-25, with author and switcher. Where there is no translation the switcher
        leads to a section, which is no article.
    Feeds: in configurations of crawlers (undated).
    """

    name = "imi"
    title = "Institute of Mass Information"
    home = "https://imi.org.ua"
    languages = ("uk", "en")
    confidence = "high"
    feeds = ["/feed"]
    article_url = r"/(?:en/)?(?:news|monitorings|articles|blogs|interviews|advices)/[\w-]+/?"
